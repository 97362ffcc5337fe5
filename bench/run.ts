/** `npm run bench`: see README.md beside this file. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../test/helpers/postgres.ts';
import { compareWith } from './against.ts';
import type { Line, Options, Part } from './bench.ts';
import { connect, type Engine, postgresEngine, sqliteEngine } from './database.ts';
import { help, readOptions } from './options.ts';
import { terminalTable, writeResults } from './report.ts';

/** The parts, in the order in which they run: what each measures, and its file. */
const parts: Record<string, [what: string, load: () => Promise<{ default: Part }>]> = {
  writes: ['POST and PUT of jobs in bursts, beside the bare engine', () => import('./parts/writes.ts')],
  reads: ['lists, beside the least program that could answer them', () => import('./parts/reads.ts')],
  people: ['200 writes a second while 50 people use the dashboard', () => import('./parts/people.ts')],
  limits: ['the largest bodies, the longest block of the event loop, memory', () => import('./parts/limits.ts')],
  takeover: ['the import of the database of a Python server', () => import('./parts/takeover.ts')],
  moving: [
    'the import of dirty rows, killed five times, then --seconds of following',
    () => import('./parts/moving.ts'),
  ],
  size: ['every list, filter and page of a database of --jobs', () => import('./parts/size.ts')],
};

/** Measured once: no database takes part in them. */
const once: Record<string, [what: string, title: string]> = {
  truth: ['verdicts on runs in which it is known why each job failed', 'Planted truth'],
  logs: ['the first real error of logs in which it is known, up to a gigabyte', 'Logs with planted errors'],
};

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let options: Options | null;
  try {
    options = readOptions(args, [...Object.keys(parts), ...Object.keys(once)]);
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    return 2;
  }
  if (options === null) {
    const all = [...Object.entries(parts), ...Object.entries(once)].map(([name, [what]]) => [name, what]);
    process.stdout.write(`${help(Object.fromEntries(all))}\n`);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'paddles-bench-'));
  // PostgreSQL may run as another user.
  chmodSync(folder, 0o755);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // The databases of a benchmark that is interrupted can be gigabytes.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      remove();
      process.exit(130);
    });
  }
  try {
    let missed = false;
    for (const name of Object.keys(once)) {
      if (options.against === undefined && options.parts.includes(name))
        missed = (await measureOnce(name, options)) || missed;
    }
    if (options.parts.every((name) => name in once)) return missed ? 1 : 0;
    for (const name of options.engines) missed = (await onEngine(name, options, folder)) || missed;
    return missed ? 1 : 0;
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    return 1;
  } finally {
    remove();
  }
}

async function measureOnce(name: string, options: Options): Promise<boolean> {
  const say = (text: string) => process.stdout.write(`${name}  ${text}\n`);
  const title = once[name]![1];
  if (name === 'truth') return show(title, (await import('./truth/truth.ts')).default(options, say), options);
  return show(title, await (await import('./logs/measure.ts')).default(say), options);
}

/** Writes lines to the terminal and into RESULTS.md; returns whether a budget was missed. */
function show(title: string, lines: Line[], options: Options): boolean {
  if (lines.length === 0) return false;
  process.stdout.write(terminalTable(title, lines));
  writeResults(title, lines, options);
  return lines.some(({ ok }) => ok === false);
}

/** Returns whether a budget was missed. */
async function onEngine(name: Engine['name'], options: Options, folder: string): Promise<boolean> {
  if (name === 'sqlite') return measure(sqliteEngine(folder), options, folder);
  const given = process.env.BENCH_POSTGRES_URL;
  const server = given === undefined ? await startPostgres() : { url: given, stop: async () => {} };
  try {
    if (given === undefined) {
      const sql = await connect(server.url);
      // With the default of 1 GB, filling a database of 7 GB would be one checkpoint after another.
      await sql.query("alter system set max_wal_size = '8GB'");
      await sql.query('select pg_reload_conf()');
      await sql.close();
    }
    return await measure(await postgresEngine(server.url), options, folder);
  } finally {
    await server.stop();
  }
}

async function measure(engine: Engine, options: Options, folder: string): Promise<boolean> {
  const began = performance.now();
  const say = (line: string) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(`${engine.name} ${String(seconds).padStart(4)} s  ${line}\n`);
  };
  const bench = { engine, options, folder, say };
  if (options.against !== undefined) {
    process.stdout.write(`\n${engine.title}\n\n${await compareWith(bench, options.against)}\n\n`);
    return false;
  }
  const lines: Line[] = [];
  for (const part of options.parts.filter((name) => !(name in once))) {
    const { default: work } = await parts[part]![1]();
    lines.push(...(await work(bench)));
  }
  return show(engine.title, lines, options);
}
