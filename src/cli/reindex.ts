import type { Logger } from 'pino';
import type { CommandLine } from '../config.ts';
import { type Db, sentenceOf } from '../store/db.ts';
import { isIndexed, type ReindexProgress, reindex } from '../store/reindex.ts';
import { openDatabase } from './database.ts';

/** Beside a server that answers people: it takes a tenth of the time of one processor. */
const pauseInBackground = 50;
/** Milliseconds between two lines of progress. */
const telling = 1000;

/** `paddles reindex`: computes the causes of all failures again. Answers the exit code. */
export async function reindexDatabase(line: CommandLine): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  try {
    const db = await openDatabase(line, { now: () => Date.now() * 1000 });
    let told = Date.now();
    const onProgress = (progress: ReindexProgress) => {
      if (Date.now() - told < telling) return;
      told = Date.now();
      process.stdout.write(`${text(progress)}\n`);
    };
    const progress = await reindex(db, { all: true, signal: stop.signal, onProgress });
    await db.close();
    const end = stop.signal.aborted ? 'stopped; "paddles serve" goes on from there' : 'done';
    process.stdout.write(`${db.label}: ${end}: ${text(progress)}\n`);
    return stop.signal.aborted ? 1 : 0;
  } catch (error) {
    const sentence = sentenceOf(error);
    if (sentence === null) throw error;
    process.stderr.write(`paddles: ${sentence.text}\n`);
    return sentence.exitCode;
  }
}

function text({ done, total, changed }: ReindexProgress): string {
  return `${done} of ${total} runs, ${changed} jobs changed`;
}

/** After an upgrade: brings old jobs up to date while the server answers. The function that it answers ends it. */
export function reindexInBackground(db: Db, log: Logger): () => Promise<void> {
  const stop = new AbortController();
  const work = async () => {
    if (await isIndexed(db)) return;
    const progress = await reindex(db, { all: false, signal: stop.signal, pause: pauseInBackground });
    if (progress.total > 0 && !stop.signal.aborted) log.info(progress, 'computed the causes of stored failures');
  };
  const ended = work().catch((error) => log.error({ err: error }, 'could not compute the causes of stored failures'));
  return async () => {
    stop.abort();
    await ended;
  };
}
