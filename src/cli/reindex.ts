import type { Logger } from 'pino';
import { BadSetting, type CommandLine } from '../config.ts';
import { plural } from '../core/plural.ts';
import type { Db } from '../store/db.ts';
import { isIndexed, type ReindexProgress, reindex } from '../store/upkeep/reindex.ts';
import { printProgress, withDatabase } from './database.ts';
import { createLog } from './log.ts';
import { archiveForReader, type LogsRead, readAllLogs } from './log-reader.ts';
import { stopSignal } from './signals.ts';

/** Milliseconds between batches in a server, with which the work takes a tenth of one processor. */
const pauseInBackground = 50;

/** `paddles reindex`: computes the causes of all failures again. Returns the exit code. */
export async function reindexDatabase(line: CommandLine): Promise<number> {
  const signal = stopSignal();
  if (line.flags.logs !== undefined) return withDatabase(line, (db) => rereadLogs(db, line, signal));
  return withDatabase(line, async (db) => {
    const progress = await reindex(db, { all: true, signal, onProgress: printProgress(text) });
    const end = signal.aborted ? 'stopped; "paddles serve" continues from there' : 'done';
    return { text: `${end}: ${text(progress)}`, exitCode: signal.aborted ? 1 : 0 };
  });
}

async function rereadLogs(db: Db, { config }: CommandLine, signal: AbortSignal) {
  const archive = archiveForReader(config.archive);
  if (!archive.isOpen()) throw new BadSetting('--logs needs --archive, where the logs are');
  const now = () => Date.now() * 1000;
  const onProgress = printProgress((left: number) => `${plural(left, 'log')} left`);
  try {
    const read = await readAllLogs({ db, archive, log: createLog(config), now }, { signal, onProgress });
    const end = signal.aborted ? 'stopped; "paddles serve" reads the rest' : 'done';
    return { text: `${end}: ${readText(read)}`, exitCode: signal.aborted ? 1 : 0 };
  } finally {
    await archive.close();
  }
}

/** A missing log is not a failure of the command, because a server looks for it again. */
function readText({ read, left }: LogsRead): string {
  const rest = left === 0 ? '' : `, ${left} missing or unreachable, which "paddles serve" tries again`;
  return `${plural(read, 'log')} read${rest}`;
}

function text({ done, total, changed }: ReindexProgress): string {
  return `${done} of ${plural(total, 'run')}, ${plural(changed, 'job')} changed`;
}

/** Recomputes the causes of old jobs after an upgrade while the server is running. Returns a function that stops this. */
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
