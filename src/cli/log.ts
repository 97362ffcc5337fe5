import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { BadSetting, type Config } from '../config.ts';
import { createDestination, type Destination } from './log-destination.ts';
import { logSignals } from './signals.ts';

/**
 * The program's log: JSON lines in a file, which some signals open again, or on standard output, or readable ones on a terminal. Throws
 * `BadSetting` when the file cannot be written.
 */
export function createLog(config: Config): Logger {
  // To ask is also what keeps a thread from waiting for the reader of a pipe.
  const isTerminal = process.stdout.isTTY === true;
  const readable = config.log_format === 'pretty' || (config.log_format === 'auto' && isTerminal);
  const options = { level: config.log_level, base: undefined };
  if (readable && config.log_file === '') {
    const format = prettyFactory({ ignore: 'request', messageFormat: false });
    const output = createDestination(null, { gathered: 0, together: 16 << 10 });
    return pino(options, { ...output, write: (line: string) => output.write(format(line)) });
  }
  // Lines are gathered: a write for each request would cost a tenth of the throughput.
  // Of several processes on one pipe only writes of a page stay whole.
  const sizes =
    config.workers > 1 ? { gathered: 3 << 10, together: 4 << 10 } : { gathered: 8 << 10, together: 16 << 10 };
  if (config.log_file === '') return pino(options, createDestination(null, sizes));
  const destination = checkedFile(config.log_file, sizes);
  for (const signal of logSignals) process.on(signal, () => destination.reopen());
  return pino(options, destination);
}

function checkedFile(path: string, sizes: Parameters<typeof createDestination>[1]): Destination {
  try {
    return createDestination(path, sizes);
  } catch (error) {
    throw new BadSetting(`the log file ${path} cannot be written: ${(error as Error).message}`);
  }
}

/** How long the end of a process waits for the log to be written, in milliseconds: a pipe may be full because nobody reads it. */
const patience = 2000;

/** Waits until the log has been written, or cannot be. */
export function flushLog(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patience);
    log.flush(() => {
      clearTimeout(timer);
      resolve();
    });
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
