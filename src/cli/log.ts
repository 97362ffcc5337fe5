import { closeSync, openSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import { BadSetting, type Config } from '../config.ts';

/**
 * The program's log: JSON lines in a file, which SIGHUP opens again, or on standard output, or readable ones on a terminal. Throws
 * `BadSetting` when the file cannot be written.
 */
export function createLog(config: Config): Logger {
  const readable = config.log_format === 'pretty' || (config.log_format === 'auto' && process.stdout.isTTY === true);
  const options = { level: config.log_level, base: undefined };
  if (readable && config.log_file === '')
    return pino(options, pretty({ sync: true, ignore: 'request', messageFormat: false }));
  // Lines are gathered for at most a second: a write for each request would cost a tenth of the throughput.
  // Of several processes on one pipe only writes of a page stay whole.
  const size = config.workers > 1 ? { minLength: 3 << 10, maxWrite: 4 << 10 } : { minLength: 8 << 10 };
  // While nobody reads the log, what is beyond this is lost, not kept in memory.
  const dest = config.log_file === '' ? 1 : checkedFile(config.log_file);
  const destination = pino.destination({ dest, sync: false, maxLength: 8 << 20, ...size });
  if (dest !== 1) reopenOnHangup(destination);
  setInterval(() => destination.flush(), 1000).unref();
  return pino(options, destination);
}

function checkedFile(path: string): string {
  try {
    closeSync(openSync(path, 'a'));
    return path;
  } catch (error) {
    throw new BadSetting(`the log file ${path} cannot be written: ${(error as Error).message}`);
  }
}

/** A file that was moved away is written to until it is opened again. */
function reopenOnHangup(destination: ReturnType<typeof pino.destination>): void {
  // A full disk, or a folder that is gone, is no reason to stop: what cannot be written is lost.
  destination.on('error', (error: Error) =>
    process.stderr.write(`paddles: the log cannot be written: ${error.message}\n`),
  );
  process.on('SIGHUP', () => {
    destination.flush();
    destination.reopen();
  });
}

/** Waits until the log has been written. */
export function flushLog(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    log.flush(() => resolve());
  });
}

/** Milliseconds between two lines about one kind of trouble. */
const quiet = 60_000;

/** Logs errors with a sentence: the first of each kind, then at most one a minute, however many there are. */
export function rarely(log: Logger, level: 'warn' | 'error', sentence: string): (error: unknown) => void {
  const last = new Map<string, number>();
  return (error) => {
    const kind = kindOf(error);
    if (performance.now() - (last.get(kind) ?? Number.NEGATIVE_INFINITY) < quiet) return;
    last.set(kind, performance.now());
    log[level]({ err: error }, sentence);
    log.flush();
  };
}

/** By the codes of the drivers, of which there are few; errors without one have fixed texts. */
function kindOf(error: unknown): string {
  const { code, errcode, cause, message } = error as {
    code?: string;
    errcode?: number;
    cause?: unknown;
    message?: string;
  };
  if (code !== undefined) return `${code} ${errcode}`;
  return cause === undefined ? `${message}` : kindOf(cause);
}
