/** `npm run bench`: see README.md beside this file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measureDashboard } from './cases/dashboard.ts';
import { measureGrouping } from './cases/grouping.ts';
import { measureJobs, measureRuns } from './cases/reads.ts';
import { soak } from './cases/soak.ts';
import { measureTeuthologyReads } from './cases/teuthology-reads.ts';
import { measureTeuthologyLocks, measureTeuthologyWrites } from './cases/teuthology-writes.ts';
import { measureWorkers } from './cases/workers.ts';
import { measureWrites } from './cases/writes.ts';
import { type Engine, postgresEngine, sqliteEngine } from './engine.ts';
import type { Figure } from './figures.ts';
import { type CaseName, help, type Options, readOptions } from './options.ts';
import { privatePostgres } from './private-postgres.ts';
import { type EngineFigures, terminalTable, writeResults } from './report.ts';
import type { Bench } from './rounds.ts';

const cases: Record<CaseName, (bench: Bench) => Promise<Figure[]>> = {
  post: (bench) => measureWrites(bench, 'post'),
  'put-status': (bench) => measureWrites(bench, 'put-status'),
  'put-whole': (bench) => measureWrites(bench, 'put-whole'),
  'put-changed': (bench) => measureWrites(bench, 'put-changed'),
  runs: measureRuns,
  jobs: measureJobs,
  soak,
  't-reads': measureTeuthologyReads,
  't-writes': measureTeuthologyWrites,
  't-locks': measureTeuthologyLocks,
  workers: measureWorkers,
  dashboard: measureDashboard,
  grouping: measureGrouping,
};

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
    process.stdout.write(`${help}\n`);
    return 0;
  }
  const results = await measure(options);
  for (const result of results) process.stdout.write(terminalTable(result));
  const path = fileURLToPath(new URL('RESULTS.md', import.meta.url));
  if (!options.quick) writeResults(path, results, options);
  process.stdout.write(options.quick ? '\nQuick figures are not kept.\n' : `\nWritten to ${path}\n`);
  return results.some(({ figures }) => figures.some((figure) => figure.pass === false)) && !options.quick ? 1 : 0;
}

async function measure(options: Options): Promise<EngineFigures[]> {
  const folder = mkdtempSync(join(tmpdir(), 'paddles-bench-'));
  const results: EngineFigures[] = [];
  // The databases of a benchmark that is interrupted can be gigabytes.
  process.once('SIGINT', () => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(130);
  });
  try {
    if (options.engines.includes('sqlite')) {
      const engine = sqliteEngine(folder, (path) => rmSync(path, { force: true }));
      results.push(await measureEngine(engine, options, folder));
    }
    if (options.engines.includes('postgres')) {
      const { url, stop } = await privatePostgres();
      try {
        results.push(await measureEngine(await postgresEngine(url), options, folder));
      } finally {
        await stop();
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return results;
}

async function measureEngine(engine: Engine, options: Options, folder: string): Promise<EngineFigures> {
  const began = performance.now();
  const figures: Figure[] = [];
  const say = (line: string) => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stdout.write(`${engine.name} ${String(seconds).padStart(4)} s  ${line}\n`);
  };
  for (const name of options.cases) figures.push(...(await cases[name]({ engine, options, folder, say })));
  return { title: engine.title, figures };
}
