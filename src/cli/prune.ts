import { BadSetting, type CommandLine } from '../config.ts';
import { plural } from '../core/plural.ts';
import type { Db } from '../store/db.ts';
import { databaseSize, type PruneProgress, prune, pruneAudit, pruneRuns } from '../store/upkeep/prune.ts';
import { operator, printProgress, readAge, withDatabase } from './database.ts';
import { stopSignal } from './signals.ts';

/** `paddles prune`: deletes old runs, the documents of old jobs, and old changes. Returns the exit code. */
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
  return withDatabase(line, async (db) => {
    const ends: string[] = [];
    if (runs !== null) ends.push(await deleteRuns(db, { before: runs, dryRun, signal }));
    if (documents !== null && !signal.aborted)
      ends.push(await pruneDocuments(db, { before: documents, dryRun, signal }));
    if (changes !== null && !signal.aborted) {
      const count = await pruneAudit(db, { before: changes, dryRun, by: operator(), at: Date.now() * 1000 });
      ends.push(dryRun ? `${plural(count, 'change')} would go` : `done: forgot ${plural(count, 'change')}`);
    }
    return { text: `${ends.join('; ')}; ${await sizeText(db)}`, exitCode: signal.aborted ? 1 : 0 };
  });
}

/** The time before which things are old, in microseconds; null when the flag is not given. */
function startOf(line: CommandLine, flag: string): number | null {
  const age = line.flags[flag];
  return age === undefined ? null : (Date.now() - readAge(flag, age) * 1000) * 1000;
}

async function pruneDocuments(
  db: Db,
  { before, dryRun, signal }: { before: number; dryRun: boolean; signal: AbortSignal },
): Promise<string> {
  const stamp = { by: operator(), at: Date.now() * 1000 };
  const progress = await prune(db, { before, dryRun, signal, ...stamp, onProgress: printProgress(text) });
  if (dryRun) return `the documents of ${plural(progress.total, 'run')} would go`;
  return `${signal.aborted ? 'stopped' : 'done'}: ${text(progress)}`;
}

async function deleteRuns(
  db: Db,
  { before, dryRun, signal }: { before: number; dryRun: boolean; signal: AbortSignal },
): Promise<string> {
  const stamp = { by: operator(), at: Date.now() * 1000 };
  const progress = await pruneRuns(db, { before, dryRun, signal, ...stamp, onProgress: printProgress(runsText) });
  if (dryRun) return `${plural(progress.total, 'run')} would go`;
  return `${signal.aborted ? 'stopped' : 'done'}: ${runsText(progress)}`;
}

function runsText({ done, total, jobs }: PruneProgress): string {
  return `deleted ${done} of ${plural(total, 'run')} with ${plural(jobs, 'job')}`;
}

function text({ done, total, jobs }: PruneProgress): string {
  return `${done} of ${plural(total, 'run')}, ${plural(jobs, 'job')} without their documents`;
}

async function sizeText(db: Db): Promise<string> {
  const { bytes, free } = await databaseSize(db);
  const megabytes = (count: number) => `${Math.round(count / (1 << 20)).toLocaleString('en')} MB`;
  return `${megabytes(bytes)} on disk${free === null ? '' : `, of which ${megabytes(free)} are free for new results`}`;
}
