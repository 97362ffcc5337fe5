import { BadSetting, type CommandLine } from '../config.ts';
import { parseDuration } from '../core/moment.ts';
import type { Db } from '../store/db.ts';
import { databaseSize, type PruneProgress, prune } from '../store/upkeep/prune.ts';
import { printProgress, stopSignal, withDatabase } from './database.ts';

/** `paddles prune`: deletes the documents of old jobs. Returns the exit code. */
export async function pruneDatabase(line: CommandLine): Promise<number> {
  const seconds = readAge(line.flags['documents-older-than']);
  const dryRun = line.flags['dry-run'] !== undefined;
  const signal = stopSignal();
  return withDatabase(line, async (db) => {
    const before = (Date.now() - seconds * 1000) * 1000;
    const progress = await prune(db, { before, dryRun, signal, onProgress: printProgress(text) });
    const end = dryRun
      ? `the documents of ${progress.total} runs would go`
      : `${signal.aborted ? 'stopped' : 'done'}: ${text(progress)}`;
    return { text: `${end}; ${await sizeText(db)}`, exitCode: signal.aborted ? 1 : 0 };
  });
}

function readAge(age: string | undefined): number {
  if (age === undefined) throw new BadSetting('prune needs --documents-older-than AGE, for example 180d');
  const seconds = /[smhdw]$/.test(age) ? parseDuration(age) : null;
  if (seconds === null || seconds === 0) {
    throw new BadSetting(`--documents-older-than: '${age}' must be an age like 180d, 26w or 12h`);
  }
  return seconds;
}

function text({ done, total, pruned }: PruneProgress): string {
  return `${done} of ${total} runs, ${pruned} jobs without their documents`;
}

async function sizeText(db: Db): Promise<string> {
  const { bytes, free } = await databaseSize(db);
  const megabytes = (count: number) => `${Math.round(count / (1 << 20)).toLocaleString('en')} MB`;
  return `${megabytes(bytes)} on disk${free === null ? '' : `, of which ${megabytes(free)} are free for new results`}`;
}
