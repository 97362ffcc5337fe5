import { BadSetting, type CommandLine } from '../config.ts';
import type { Members } from '../core/json-text.ts';
import { Refusal } from '../http/refusal.ts';
import { parseJobChange } from '../http/teuthology/job-bodies.ts';
import { type Db, parseDatabaseUrl, UnavailableDatabase, UnusableDatabase } from '../store/db.ts';
import { type Findings, openFindings } from '../store/takeover/findings.ts';
import { type ImportOptions, type ImportProgress, pass } from '../store/takeover/import.ts';
import type { ParseJob } from '../store/takeover/job-state.ts';
import { closeOld, type OldDatabase, openOld } from '../store/takeover/old-database.ts';
import { ownRuns } from '../store/takeover/target.ts';
import { isIndexed, reindex } from '../store/upkeep/reindex.ts';
import { stopSignal, withDatabase } from './database.ts';

/** Where findings go unless the command says otherwise. */
const defaultReport = 'paddles-import.jsonl';

/** `paddles import`: copies the database of a Python server. Returns the exit code. */
export async function importDatabase(line: CommandLine): Promise<number> {
  const { from, report, 'dry-run': dryRun } = line.flags;
  if (from === undefined) throw new BadSetting('import needs --from postgresql://user:password@host/database');
  const findings = openReport(report ?? (dryRun === undefined ? defaultReport : null));
  const old = await openSource(from);
  if (typeof old === 'number') return old;
  try {
    if (dryRun === undefined) return await importInto(line, old, findings);
    const seen = await pass({ ...optionsOf(line, old, findings), db: null }, 'all');
    process.stdout.write(`${progressText(seen)} would be copied; ${findingsText(findings)}\n`);
    return 0;
  } finally {
    await closeOld(old);
  }
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
    if (target.engine !== 'postgres')
      throw new UnusableDatabase('only PostgreSQL databases of the Python server are read');
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
    process.stderr.write(`paddles: ${column} is no column of the Python server and is not copied\n`);
  }
  return { old, parse, findings, signal, onProgress: progressPrinter(line.flags.json !== undefined) };
}

/** As a report that arrives at the door of teuthology. */
const parse: ParseJob = (texts: Members) => {
  try {
    return parseJobChange({ texts, size: 0 });
  } catch (error) {
    if (!(error instanceof Refusal) || error.failure.failure !== 'invalid') throw error;
    const { key, reason } = error.failure;
    return { refused: key ?? '', reason };
  }
};

function importInto(line: CommandLine, old: OldDatabase, findings: Findings): Promise<number> {
  return withDatabase(
    line,
    async (db) => {
      await checkTarget(db);
      const options = { ...optionsOf(line, old, findings), db };
      const { signal } = options;
      const first = await pass(options, 'missing');
      // What changed in the hours that this may have taken, or since it was stopped.
      const rest = signal.aborted ? null : await pass(options, 'all');
      const text = `${progressText(first)} copied${rest ? `, then ${progressText(rest)} that had changed` : ''}`;
      const end = signal.aborted ? 'stopped; the same command goes on from there: ' : '';
      return { text: `${end}${text}; ${findingsText(findings)}`, exitCode: signal.aborted ? 1 : 0 };
    },
    { beside: true },
  );
}

/** Internal ids are kept, so nothing else may have taken them. Causes are computed while jobs are copied. */
async function checkTarget(db: Db): Promise<void> {
  const { count, names } = await ownRuns(db);
  if (count > 0) {
    throw new BadSetting(
      `this database has ${count} runs that were not imported, for example ${names.join(', ')}; import into an empty one`,
    );
  }
  if (!(await isIndexed(db))) await reindex(db, { all: false });
}

function progressText({ runs, jobs, removed }: ImportProgress): string {
  return `${runs} runs with ${jobs} jobs${removed > 0 ? ` (${removed} runs removed)` : ''}`;
}

function findingsText({ counts }: Findings): string {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return 'everything as it was';
  const kinds = [...counts].map(([kind, count]) => `${kind} (${count})`).sort();
  return `${total} values or rows not as they were: ${kinds.join(', ')}`;
}

/** Milliseconds between two lines of progress. */
const telling = 1000;

function progressPrinter(asJson: boolean): (progress: ImportProgress) => void {
  const began = performance.now();
  let told = began;
  return ({ runs, ofRuns, jobs, ofJobs }) => {
    const now = performance.now();
    if (now - told < telling) return;
    told = now;
    const rate = jobs / ((now - began) / 1000);
    const left = rate === 0 ? null : Math.max(0, Math.round((ofJobs - jobs) / rate));
    if (asJson) {
      const figures = {
        runs,
        of_runs: ofRuns,
        jobs,
        of_jobs: ofJobs,
        jobs_per_second: Math.round(rate),
        seconds_left: left,
      };
      process.stdout.write(`${JSON.stringify(figures)}\n`);
      return;
    }
    const ends = left === null ? '' : `, ${durationText(left)} left`;
    process.stdout.write(`${runs} of ${ofRuns} runs, ${jobs} of ${ofJobs} jobs, ${Math.round(rate)} jobs/s${ends}\n`);
  };
}

function durationText(seconds: number): string {
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
