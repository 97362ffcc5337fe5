import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '../config.ts';

/** The program's log on standard output: JSON lines, or readable ones on a terminal. */
export function createLog(config: Config): Logger {
  const readable = config.log_format === 'pretty' || (config.log_format === 'auto' && process.stdout.isTTY === true);
  const options = { level: config.log_level, base: undefined };
  if (readable) return pino(options, pretty({ sync: true, ignore: 'request', messageFormat: false }));
  // Lines are gathered for at most a second: a write for each request would cost a tenth of the throughput.
  // Of several processes on one pipe only writes of a page stay whole.
  const size = config.workers > 1 ? { minLength: 3 << 10, maxWrite: 4 << 10 } : { minLength: 8 << 10 };
  // While nobody reads the log, what is beyond this is lost, not kept in memory.
  const destination = pino.destination({ sync: false, maxLength: 8 << 20, ...size });
  setInterval(() => destination.flush(), 1000).unref();
  return pino(options, destination);
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
