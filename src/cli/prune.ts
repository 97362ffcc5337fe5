import { BadSetting, type CommandLine } from '../config.ts';
import { parseDuration } from '../core/query.ts';
import { type Db, sentenceOf } from '../store/db.ts';
import { databaseSize, type PruneProgress, prune } from '../store/prune.ts';
import { openDatabase } from './database.ts';

/** Milliseconds between two lines of progress. */
const telling = 1000;

/** `paddles prune`: drops the documents of old jobs. Answers the exit code. */
export async function pruneDatabase(line: CommandLine): Promise<number> {
  const seconds = readAge(line.flags['documents-older-than']);
  const dryRun = line.flags['dry-run'] !== undefined;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const now = () => Date.now() * 1000;
    const db = await openDatabase(line, { now });
    let told = Date.now();
    const onProgress = (progress: PruneProgress) => {
      if (Date.now() - told < telling) return;
      told = Date.now();
      process.stdout.write(`${text(progress)}\n`);
    };
    const before = now() - seconds * 1_000_000;
    const progress = await prune(db, { before, dryRun, signal: stop.signal, onProgress });
    const size = await sizeText(db);
    await db.close();
    process.stdout.write(
      dryRun
        ? `${db.label}: the documents of ${progress.total} runs would go; ${size}\n`
        : `${db.label}: ${stop.signal.aborted ? 'stopped' : 'done'}: ${text(progress)}; ${size}\n`,
    );
    return stop.signal.aborted ? 1 : 0;
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === null) throw error;
    process.stderr.write(`paddles: ${sentence.text}\n`);
    return sentence.exitCode;
  }
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
