/** Commands for the maintenance of a database. Each function returns the exit code. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { BadSetting, type CommandLine } from '../config.ts';
import { plural } from '../core/plural.ts';
import { type Db, open, parseDatabaseUrl, UnavailableDatabase, UnusableDatabase } from '../store/db.ts';
import { BackupProblem, copySqlite, dumpPostgres, restorePostgres } from '../store/upkeep/backup.ts';
import { findProblems } from '../store/upkeep/doctor.ts';
import { databaseSize, type PruneProgress, prune, pruneAudit, pruneRuns } from '../store/upkeep/prune.ts';
import { operator, printEnding, printProgress, readAge, withDatabase } from './database.ts';
import { stopSignal } from './signals.ts';

/** `paddles migrate`: creates the database or brings it up to date. */
export function migrateDatabase(line: CommandLine): Promise<number> {
  return withDatabase(
    line,
    async ({ migrated }) => {
      const text = migrated.length > 0 ? `applied ${migrated.join(', ')}` : 'already up to date';
      return { text, exitCode: 0 };
    },
    { mustExist: false },
  );
}

/** `paddles doctor`: prints the problems of the database, one sentence per line. The exit code is 1 if there are any. */
export function examineDatabase(line: CommandLine): Promise<number> {
  const signal = stopSignal();
  const work = async (db: Db) => {
    const target = parseDatabaseUrl(line.config.database);
    const file = target.engine === 'sqlite' ? target.path : null;
    const onProgress = printProgress((runs: number) => plural(runs, 'run'));
    const problems = await findProblems(db, { file, now: Date.now() * 1000, signal, onProgress });
    for (const problem of problems) process.stdout.write(`${db.label}: ${problem}\n`);
    return problems.length > 0 || signal.aborted ? { exitCode: 1 } : { text: 'no problem was found', exitCode: 0 };
  };
  return withDatabase(line, work, { readOnly: true });
}

/** `paddles backup FILE`: copies the database while servers write to it. */
export function backupDatabase(line: CommandLine): Promise<number> {
  return withFile(line, async (target, file) => {
    if (target.engine === 'sqlite') await copySqlite(target.path, file);
    else await dumpPostgres(target.url, file);
    return `${file}, ${Math.ceil(statSync(file).size / (1 << 20))} MB`;
  });
}

/** `paddles restore FILE`: fills an empty database from a backup, and brings it up to date. */
export function restoreDatabase(line: CommandLine): Promise<number> {
  return withFile(line, async (target, file) => {
    if (target.engine === 'sqlite') await copySqlite(file, target.path);
    else await restorePostgres(target.url, file);
    const db = await open({ url: line.config.database, poolSize: 2, now: () => Date.now() * 1000 });
    const { runs } = await db.kysely
      .selectFrom('runs')
      .select(({ fn }) => fn.countAll<number>().as('runs'))
      .executeTakeFirstOrThrow()
      .finally(() => db.close());
    return plural(runs, 'run');
  });
}

async function withFile(
  { config, sources, operands: [file = ''] }: CommandLine,
  work: (target: ReturnType<typeof parseDatabaseUrl>, file: string) => Promise<string>,
): Promise<number> {
  let target: ReturnType<typeof parseDatabaseUrl>;
  try {
    target = parseDatabaseUrl(config.database);
  } catch (error) {
    throw new BadSetting(`${sources.database ?? 'the default database'}: ${(error as Error).message}`);
  }
  const done = async () => ({ text: `${target.label}: done: ${await work(target, resolve(file))}`, exitCode: 0 });
  return printEnding(done, [BackupProblem, UnavailableDatabase, UnusableDatabase]);
}

/** `paddles prune`: deletes old runs, the documents of old jobs, and old changes. */
export async function pruneDatabase(line: CommandLine): Promise<number> {
  const documents = startOf(line, 'documents-older-than');
  const changes = startOf(line, 'audit-older-than');
  const runs = startOf(line, 'runs-older-than');
  if (runs === null && documents === null && changes === null) {
    throw new BadSetting(
      'prune needs --runs-older-than AGE, --documents-older-than AGE or --audit-older-than AGE, for example 180d',
    );
  }
  const dryRun = line.flags['dry-run'] !== undefined;
  const signal = stopSignal();
  const options = (before: number) => ({ before, dryRun, signal, by: operator(), at: Date.now() * 1000 });
  const end = () => (signal.aborted ? 'stopped' : 'done');
  return withDatabase(line, async (db) => {
    const ends: string[] = [];
    if (runs !== null) {
      const progress = await pruneRuns(db, { ...options(runs), onProgress: printProgress(deletedText) });
      ends.push(dryRun ? `${plural(progress.total, 'run')} would be deleted` : `${end()}: ${deletedText(progress)}`);
    }
    if (documents !== null && !signal.aborted) {
      const progress = await prune(db, { ...options(documents), onProgress: printProgress(prunedText) });
      const would = `the documents of ${plural(progress.total, 'run')} would be deleted`;
      ends.push(dryRun ? would : `${end()}: ${prunedText(progress)}`);
    }
    if (changes !== null && !signal.aborted) {
      const count = await pruneAudit(db, options(changes));
      ends.push(dryRun ? `${plural(count, 'change')} would be deleted` : `done: deleted ${plural(count, 'change')}`);
    }
    return { text: `${ends.join('; ')}; ${await sizeText(db)}`, exitCode: signal.aborted ? 1 : 0 };
  });
}

/** The time that lies the age of a flag in the past, in microseconds; null if the flag is not given. */
function startOf(line: CommandLine, flag: string): number | null {
  const age = line.flags[flag];
  return age === undefined ? null : (Date.now() - readAge(flag, age) * 1000) * 1000;
}

function deletedText({ done, total, jobs }: PruneProgress): string {
  return `deleted ${done} of ${plural(total, 'run')} with ${plural(jobs, 'job')}`;
}

function prunedText({ done, total, jobs }: PruneProgress): string {
  return `${done} of ${plural(total, 'run')}, ${plural(jobs, 'job')} without their documents`;
}

async function sizeText(db: Db): Promise<string> {
  const { bytes, free } = await databaseSize(db);
  const megabytes = (count: number) => `${Math.round(count / (1 << 20)).toLocaleString('en')} MB`;
  return `${megabytes(bytes)} on disk${free === null ? '' : `, of which ${megabytes(free)} are free for new results`}`;
}
