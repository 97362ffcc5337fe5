/** `npm run bench`: see README.md beside this file. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startOwnPostgres } from '../test/helpers/postgres.ts';
import type { Bench, Line, Options, Work } from './bench.ts';
import { type Engine, postgresEngine, rowsOf, sqliteEngine } from './database.ts';
import { terminalTable, writeResults } from './report.ts';

/** A part is a file that exports a function; it is loaded when it is asked for. */
type Part<Input> = () => Promise<{ default: (input: Input) => Line[] | Promise<Line[]> }>;

/** Measured on each engine, in this order: what, and the file. */
const onEngines: Record<string, [what: string, load: Part<Bench>]> = {
  writes: ['POST and PUT of jobs in bursts, beside the bare engine', () => import('./parts/writes.ts')],
  reads: ['lists, beside the least program that could answer them', () => import('./parts/reads.ts')],
  people: ['200 writes a second while 50 people use the dashboard', () => import('./parts/people.ts')],
  limits: ['the largest bodies, the longest block of the event loop, memory', () => import('./parts/limits.ts')],
  import: ['--jobs dirty jobs of a Python server, then --seconds of following', () => import('./parts/import.ts')],
  size: ['every list, filter and page of a database of --jobs', () => import('./parts/size.ts')],
};

/** Measured once, because no database takes part: what, the file, and the title of its table. */
const once: Record<string, [what: string, load: Part<Work>, title: string]> = {
  truth: [
    'verdicts on runs in which it is known why each job failed',
    () => import('./truth/truth.ts'),
    'Planted truth',
  ],
  logs: [
    'the first real error of logs in which it is known, up to a gigabyte',
    () => import('./logs/logs.ts'),
    'Logs with planted errors',
  ],
};

const parts = { ...onEngines, ...once };

const help = `npm run bench -- [options]

Measures the server against its budget on this machine and writes bench/RESULTS.md. The parts:

${Object.entries(parts)
  .map(([name, [what]]) => `  ${name.padEnd(17)} ${what}`)
  .join('\n')}

  --only NAMES      some of the parts, with commas between
  --engine NAME     sqlite or postgres (default both)
  --jobs NUMBERS    sizes of the database in "size" and "import", with commas between (default 10000)
  --rounds N        rounds of each comparison, after one that does not count (default 3)
  --seconds N       of each measurement (default 2)
  --world FILE      "truth" judges this world instead of planted ones; see README.md
  --answer FILE     where to write what is said of it
  --help            prints this and stops
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  let options: Options | null;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    return 2;
  }
  if (options === null) {
    process.stdout.write(help);
    return 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'paddles-bench-'));
  // PostgreSQL may run as another user.
  chmodSync(folder, 0o755);
  // The databases of a benchmark that is interrupted can be gigabytes.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));
  try {
    return (await measure(options, folder)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message}\n`);
    return 1;
  }
}

/** Reads the command line; null: help was asked for. Throws an `Error` with one sentence for what is wrong. */
function readOptions(args: string[]): Options | null {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      ...{ only: text, engine: text, world: text, answer: text },
      jobs: { ...text, default: '10000' },
      rounds: { ...text, default: '3' },
      seconds: { ...text, default: '2' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return null;
  const { world, answer, jobs, rounds, seconds } = values;
  if ((world === undefined) !== (answer === undefined)) throw new Error('--world and --answer belong together');
  return {
    engines: chosen('engine', values.engine, ['sqlite', 'postgres'] as const),
    parts: chosen('only', values.only, Object.keys(parts)),
    rounds: whole('rounds', rounds),
    seconds: whole('seconds', seconds),
    jobs: jobs
      .split(',')
      .map((one) => whole('jobs', one))
      .sort((a, b) => a - b),
    ...(world === undefined || answer === undefined ? {} : { given: { world, answer } }),
  };
}

function whole(flag: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`--${flag} needs a whole number from 1, not '${text}'`);
}

function chosen<Name extends string>(flag: string, text: string | undefined, names: readonly Name[]): Name[] {
  const wanted = text?.split(',') ?? names;
  const unknown = wanted.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined) throw new Error(`--${flag}: '${unknown}' is not one of ${names.join(', ')}`);
  return names.filter((name) => wanted.includes(name));
}

/** Returns whether every budget was met. */
async function measure(options: Options, folder: string): Promise<boolean> {
  const isAsked = ([name]: [string, unknown]) => options.parts.includes(name);
  let met = true;
  for (const [name, [, load, title]] of Object.entries(once).filter(isAsked)) {
    const { default: part } = await load();
    met = show(title, await part({ options, folder, say: sayAs(name) }), options) && met;
  }
  const asked = Object.entries(onEngines).filter(isAsked);
  for (const name of asked.length > 0 ? options.engines : []) {
    await withEngine(name, folder, async (engine) => {
      const bench = { engine, options, folder, say: sayAs(name) };
      const lines: Line[] = [];
      for (const [, [, load]] of asked) lines.push(...(await (await load()).default(bench)));
      met = show(engine.title, lines, options) && met;
    });
  }
  return met;
}

async function withEngine(name: Engine['name'], folder: string, work: (engine: Engine) => Promise<void>) {
  if (name === 'sqlite') return work(sqliteEngine(folder));
  const server = await startOwnPostgres();
  try {
    // With the default of 1 GB, filling a database of 7 GB would be one checkpoint after another.
    await rowsOf(server.url, "alter system set max_wal_size = '8GB'");
    await rowsOf(server.url, 'select pg_reload_conf()');
    await work(await postgresEngine(server.url));
  } finally {
    await server.stop();
  }
}

function sayAs(name: string): (text: string) => void {
  const began = performance.now();
  return (text) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(`${name} ${String(seconds).padStart(4)} s  ${text}\n`);
  };
}

/** Writes lines to the terminal and into RESULTS.md; returns whether every budget was met. */
function show(title: string, lines: Line[], options: Options): boolean {
  if (lines.length === 0) return true;
  process.stdout.write(terminalTable(title, lines));
  writeResults(title, lines, options);
  return lines.every(({ ok }) => ok !== false);
}
