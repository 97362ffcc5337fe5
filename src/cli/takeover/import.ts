import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { BadSetting, type CommandLine } from '../../config.ts';
import { plural } from '../../core/plural.ts';
import { type Db, isDatabaseFault, parseDatabaseUrl, UnavailableDatabase, UnusableDatabase } from '../../store/db.ts';
import { type Findings, openFindings } from '../../store/takeover/clean.ts';
import { type ImportOptions, type ImportProgress, pass } from '../../store/takeover/import.ts';
import { closeOld, type OldDatabase, openAgain, openOld } from '../../store/takeover/old-database.ts';
import { readTables } from '../../store/takeover/tables.ts';
import { ownRuns } from '../../store/takeover/target.ts';
import { isIndexed, reindex } from '../../store/upkeep/reindex.ts';
import { printProgress, readAge, withDatabase } from '../database.ts';
import { stopSignal } from '../signals.ts';
import { readInThread } from './reader.ts';
import { readServers, verifyImport } from './verify.ts';

/** The default file for findings. */
const defaultReport = 'paddles-import.jsonl';

/** `paddles import`: copies the database of a Python server. Returns the exit code. */
export async function importDatabase(line: CommandLine): Promise<number> {
  const { from, report, 'dry-run': dryRun } = line.flags;
  if (from === undefined)
    throw new BadSetting('import needs --from postgresql://user:password@host/database, or a file');
  if (!from.includes('://')) return readExport(line, from);
  readServers(line);
  const findings = openReport(report ?? (dryRun === undefined ? defaultReport : null));
  const old = await openSource(from);
  if (typeof old === 'number') return old;
  try {
    if (dryRun === undefined) return await importInto(line, old, findings);
    const options = optionsOf(line, old, findings);
    const seen = `${progressText(await pass({ ...options, db: null }, 'all'))} would be copied`;
    const { aborted } = options.signal;
    process.stdout.write(`${aborted ? 'stopped; of what was read ' : ''}${seen}; ${findingsText(findings)}\n`);
    return aborted ? 1 : 0;
  } catch (error) {
    const { message, syscall } = error as NodeJS.ErrnoException;
    const failed = isDatabaseFault(error) ? 'a database failed' : syscall === 'write' && 'the report cannot be written';
    if (!failed) throw error;
    process.stderr.write(`paddles: ${failed}: ${message}; run the same command again to continue\n`);
    return 1;
  } finally {
    await closeOld(old).catch(() => {});
  }
}

/** Reads the file of an export. */
function readExport(line: CommandLine, path: string): Promise<number> {
  const onRows = printProgress((rows: number) => plural(rows, 'row'));
  const work = async (db: Db) => {
    const rows = await readTables(db, linesOf(path), onRows).catch((error: unknown) => {
      const { message, syscall } = error as NodeJS.ErrnoException;
      if (!(error instanceof UnusableDatabase) && syscall !== 'open') throw error;
      throw new BadSetting(`--from: ${message}`);
    });
    return { text: `${plural(rows, 'row')} read`, exitCode: 0 };
  };
  return withDatabase(line, work, { mustExist: false });
}

/** Opens the file when the first line is requested: lines that arrive before that would be lost. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const input = createReadStream(path);
  // An error before the first line would otherwise end the process.
  await once(input, 'open');
  yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
}

function openReport(path: string | null): Findings {
  try {
    return openFindings(path);
  } catch (error) {
    throw new BadSetting(`--report: ${path} cannot be written: ${(error as Error).message}`);
  }
}

/** The old database, or the exit code when it does not answer. */
async function openSource(from: string): Promise<OldDatabase | number> {
  try {
    const target = parseDatabaseUrl(from);
    if (target.engine !== 'postgres') {
      throw new UnusableDatabase('only PostgreSQL databases of the Python server are read');
    }
    return await openOld(target.url);
  } catch (error) {
    if (error instanceof UnusableDatabase) throw new BadSetting(`--from: ${error.message}`);
    if (!(error instanceof UnavailableDatabase)) throw error;
    process.stderr.write(`paddles: --from: ${error.message}\n`);
    return 1;
  }
}

function optionsOf(line: CommandLine, old: OldDatabase, findings: Findings): Omit<ImportOptions, 'db'> {
  const signal = stopSignal();
  for (const column of old.strangeColumns) {
    process.stderr.write(`paddles: ${column} is not a column of the Python server and is not copied\n`);
  }
  return {
    old,
    read: readInThread(old.url),
    findings,
    signal,
    onProgress: progressPrinter(line.flags.json !== undefined),
  };
}

function importInto(line: CommandLine, old: OldDatabase, findings: Findings): Promise<number> {
  const verifies = line.flags.verify !== undefined || line.flags['verify-all'] !== undefined;
  return withDatabase(
    line,
    async (db) => {
      await checkTarget(db);
      const onRun = (run: string) => db.live.changed({ runs: [run] });
      const options = { ...optionsOf(line, old, findings), db, onRun };
      const { signal } = options;
      const follows = line.flags.follow !== undefined;
      const steadily = follows ? reconnecting(options) : <T>(work: () => Promise<T>) => work();
      const first = await steadily(() => pass(options, 'missing'));
      // Copies what changed during the first pass, which can take hours, or since an earlier import was stopped.
      const rest = signal.aborted ? null : await steadily(() => pass(options, 'all'));
      const text = `${progressText(first)} copied${rest ? `, then ${progressText(rest)} that had changed` : ''}`;
      const end = `${text}; ${findingsText(findings)}`;
      if (follows && !signal.aborted) {
        process.stdout.write(`${end}\n`);
        return follow(line, options, steadily);
      }
      if (signal.aborted) return { text: `stopped; run the same command again to continue: ${end}`, exitCode: 1 };
      if (!verifies) return { text: end, exitCode: 0 };
      process.stdout.write(`${end}\n`);
      return verifyImport(line, options);
    },
    { beside: true, bulk: true, mustExist: false },
  );
}

/**
 * Throws `BadSetting` if the database has runs of its own, because the import keeps internal ids. Brings causes up to date, which are
 * then computed while jobs are copied.
 */
async function checkTarget(db: Db): Promise<void> {
  const { count, names } = await ownRuns(db);
  if (count > 0) {
    throw new BadSetting(
      `this database has ${plural(count, 'run')} of its own, for example ${names.join(', ')}; import into an empty one`,
    );
  }
  if (!(await isIndexed(db))) await reindex(db, { all: false });
}

/** Does work that can be repeated, until the databases allow it to succeed. */
type Steadily = <T>(work: () => Promise<T>) => Promise<T>;

/** Seconds between two attempts to reach a database: at first, and at most. */
const [firstPause, longestPause] = [1, 30];

/** Repeats work until both databases answer. After a signal to stop, it tries one last time and then throws the error. */
function reconnecting({ old, signal }: Pick<ImportOptions, 'old' | 'signal'>): Steadily {
  const say = (text: string) => process.stderr.write(`${new Date().toISOString()} ${text}\n`);
  return async (work) => {
    let failed = false;
    for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
      const isLast = signal.aborted;
      try {
        if (failed) await openAgain(old);
        const done = await work();
        if (failed) say('both databases answer again');
        return done;
      } catch (error) {
        if (!mayPass(error) || isLast) throw error;
        failed = true;
        say(`a database failed: ${(error as Error).message}; trying again in ${pause} s`);
        await sleep(pause * 1000, undefined, { signal }).catch(() => {});
      }
    }
  };
}

/** True for errors that can be temporary. A database server that is starting can also cause `UnusableDatabase`. */
function mayPass(error: unknown): boolean {
  return isDatabaseFault(error) || error instanceof UnavailableDatabase || error instanceof UnusableDatabase;
}

/** The maximum of `--every` in seconds. A timer takes at most 24 days. */
const longestEvery = 7 * 86_400;

/** Seconds between two passes over all runs. */
const lookAtAllEvery = 3600;

/** Copies changes until it is stopped, and with `--verify` also compares them. */
async function follow(
  line: CommandLine,
  options: ImportOptions & { db: Db },
  steadily: Steadily,
): Promise<{ text: string; exitCode: number }> {
  const { signal } = options;
  const every = readAge('every', line.flags.every ?? '60s', longestEvery) * 1000;
  let lookedAtAll = performance.now();
  let passes = 0;
  for (;;) {
    await sleep(every, undefined, { signal }).catch(() => {});
    // The last pass runs after the signal, so that everything written before the signal is copied.
    const isLast = signal.aborted;
    const all = isLast || performance.now() - lookedAtAll > lookAtAllEvery * 1000;
    const unstopped = {
      ...options,
      // Most passes end before the first line of progress is due.
      onProgress: progressPrinter(line.flags.json !== undefined),
      ...(isLast && { signal: new AbortController().signal }),
    };
    const { seen, verified } = await steadily(async () => ({
      seen: await pass(unstopped, all ? 'all' : 'young'),
      verified: line.flags.verify === undefined ? null : await verifyImport(line, unstopped),
    }));
    if (all) lookedAtAll = performance.now();
    passes++;
    const { runs, jobs, removed } = seen;
    if (line.flags.json !== undefined)
      process.stdout.write(`${JSON.stringify({ pass: passes, runs, jobs, removed })}\n`);
    else if (runs + removed > 0) process.stdout.write(`${new Date().toISOString()} ${progressText(seen)}\n`);
    if (isLast) return verified ?? { text: `followed for ${plural(passes, 'pass', 'passes')}`, exitCode: 0 };
  }
}

/** `3 runs with 40 jobs` */
function progressText({ runs, jobs, removed }: ImportProgress): string {
  return `${plural(runs, 'run')} with ${plural(jobs, 'job')}${removed > 0 ? ` (${plural(removed, 'run')} removed)` : ''}`;
}

/** The number of values and rows that differ from the original, by kind. */
function findingsText({ counts }: Findings): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'everything unchanged';
  const kinds = [...counts].map(([kind, count]) => `${kind} (${count})`).sort();
  return `${plural(total, 'value or row', 'values or rows')} changed or left out: ${kinds.join(', ')}`;
}

/** Returns a listener that prints progress, at most one line per second. */
function progressPrinter(asJson: boolean): (progress: ImportProgress) => void {
  let began = performance.now();
  let last = 0;
  const print = printProgress(({ runs, ofRuns, jobs, ofJobs }: ImportProgress) => {
    const rate = jobs / Math.max(0.001, (performance.now() - began) / 1000);
    const left = rate === 0 ? null : Math.max(0, Math.round((ofJobs - jobs) / rate));
    if (asJson) {
      const ends = { jobs_per_second: Math.round(rate), seconds_left: left };
      return JSON.stringify({ runs, of_runs: ofRuns, jobs, of_jobs: ofJobs, ...ends });
    }
    const end = left === null ? '' : `, ${left < 120 ? `${left} s` : `${Math.round(left / 60)} min`} left`;
    return `${runs} of ${plural(ofRuns, 'run')}, ${jobs} of ${plural(ofJobs, 'job')}, ${Math.round(rate)} jobs/s${end}`;
  });
  return (progress) => {
    // A new pass has begun.
    if (progress.jobs < last) began = performance.now();
    last = progress.jobs;
    if (progress.ofRuns > 0) print(progress);
  };
}
