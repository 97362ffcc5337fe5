import { close, constants, open, openSync, write, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { BadSetting, type Config } from '../config.ts';
import { logSignals } from './signals.ts';

/**
 * Creates the program's log: JSON lines in a file, which some signals reopen, or on standard output, or readable lines on a terminal.
 * Throws `BadSetting` if the file cannot be written.
 */
export function createLog({ log_file, log_format, log_level, workers }: Config): Logger {
  // Reading `process.stdout` also makes a pipe non-blocking, so that no thread waits for its reader.
  const isTerminal = process.stdout.isTTY === true;
  const readable = log_file === '' && (log_format === 'pretty' || (log_format === 'auto' && isTerminal));
  const options = { level: log_level, base: undefined };
  if (readable) {
    const format = prettyFactory({ ignore: 'request', messageFormat: false });
    const output = createDestination('', { gathered: 0, together: 16 << 10 });
    return pino(options, { ...output, write: (line: string) => output.write(format(line)) });
  }
  // Lines are buffered: a write for each request would cost a tenth of the throughput.
  // If several processes share a pipe, only writes of at most a page are atomic.
  const sizes = workers > 1 ? { gathered: 3 << 10, together: 4 << 10 } : { gathered: 8 << 10, together: 16 << 10 };
  return pino(options, createDestination(log_file, sizes));
}

/** How long a process waits at its end for the log to be written, in milliseconds. A pipe that nobody reads stays full. */
const patience = 2000;

/** Waits until the log has been written or writing has failed; false if that takes too long. */
export function flushLog(log: Logger): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patience, false);
    log.flush(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Milliseconds between two lines about the same kind of error. */
const quiet = 60_000;

/** Returns a function that logs errors with this sentence: the first of each kind, then at most one per minute. */
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

/** Errors are grouped by the code of the driver, of which there are few. Errors without a code have fixed messages. */
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

/** Bytes of lines that are kept while they cannot be written. Further lines are dropped. */
const mostKept = 8 << 20;

/** Milliseconds between attempts to write the waiting lines, and to write to a full pipe. */
const attemptEvery = 1000;
const fillEvery = 100;

/** `O_NONBLOCK`, because opening a pipe without a reader would block. */
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * Creates a stream for pino (docs/decisions/0031-log-destination.md) that writes to a file, or to standard output for an empty name.
 * Lines are buffered until they have `gathered` bytes, for at most a second, and written in pieces of at most `together` bytes.
 * Failed writes neither stop the process nor delay its end: the first is reported on standard error, and lines are kept until they
 * can be written.
 */
function createDestination(file: string, { gathered, together }: { gathered: number; together: number }) {
  const target = openTarget(file);
  let isBroken = false;
  let isFlushing = false;
  let isWriting = false;
  let working: Promise<void> | null = null;
  const waiting = createWaiting(together);

  const writeWaiting = async () => {
    while (waiting.size() > (isFlushing ? 0 : gathered)) {
      isWriting = true;
      waiting.drop(
        await fill(target.descriptor(), waiting.first()).finally(() => {
          isWriting = false;
        }),
      );
    }
  };
  const work = async () => {
    let failure: Error | null = null;
    // If the file cannot be reopened, lines go to the old one. The first `await` also lets the caller set `working`.
    for (const step of [target.openAgain, writeWaiting]) {
      await step().catch((error: Error) => {
        failure = error;
      });
    }
    if (failure !== null && !isBroken) complain(failure);
    isBroken = failure !== null;
    isFlushing = false;
    working = null;
  };
  /** Calls `done` when all lines have been written or writing has failed. */
  const flush = (done?: () => void) => {
    isFlushing = true;
    working ??= work();
    if (done) void working.then(done);
  };
  const reopen = () => {
    target.moved();
    flush();
  };
  if (file !== '') for (const signal of logSignals) process.on(signal, reopen);
  setInterval(flush, attemptEvery).unref();
  // After a crash there is no time for a second attempt. A write in progress is completed by its thread.
  process.on('exit', () => {
    try {
      if (isWriting) waiting.drop(waiting.first().length);
      while (waiting.size() > 0) waiting.drop(writeSync(target.descriptor(), waiting.first()));
    } catch {}
  });
  return {
    flush,
    /** `lines` are complete lines. */
    write(lines: string): void {
      waiting.add(lines);
      // After a failure only the timer tries again, not every line.
      if (!isBroken && waiting.size() > gathered) working ??= work();
    },
  };
}

/** The log file or standard output. The descriptor changes when the file is reopened. */
function openTarget(file: string) {
  let descriptor = file === '' ? 1 : openLogFile(file);
  let isMoved = false;
  return {
    descriptor: () => descriptor,
    moved() {
      isMoved = true;
    },
    async openAgain(): Promise<void> {
      if (!isMoved) return;
      const former = descriptor;
      isMoved = false;
      descriptor = await promisify(open)(file, flags).catch((error) => {
        isMoved = true;
        throw error;
      });
      close(former, () => {});
    },
  };
}

function openLogFile(path: string): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    throw new BadSetting(`the log file ${path} cannot be written: ${(error as Error).message}`);
  }
}

function complain({ message }: Error): void {
  write(2, `paddles: the log cannot be written: ${message}\n`, () => {});
}

/** Writes some of the bytes and returns how many. Waits while a pipe is full, without keeping the process alive. */
async function fill(descriptor: number, bytes: Buffer): Promise<number> {
  for (;;) {
    try {
      return (await promisify(write)(descriptor, bytes)).bytesWritten;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await sleep(fillEvery, undefined, { ref: false });
    }
  }
}

/** Waiting lines in pieces of at most `together` bytes, unless a single line is longer. */
function createWaiting(together: number) {
  let first = Buffer.alloc(0);
  const later: string[] = [];
  let [size, sizeOfLast] = [0, 0];
  return {
    size: () => size,
    add(lines: string) {
      const bytes = Buffer.byteLength(lines);
      if (size + bytes > mostKept) return;
      size += bytes;
      if (later.length > 0 && sizeOfLast + bytes <= together) {
        later[later.length - 1] += lines;
        sizeOfLast += bytes;
      } else {
        later.push(lines);
        sizeOfLast = bytes;
      }
    },
    /** The next piece, without the bytes of it that were dropped. */
    first(): Buffer {
      if (first.length === 0) first = Buffer.from(later.shift() ?? '');
      return first;
    },
    drop(bytes: number) {
      first = first.subarray(bytes);
      size -= bytes;
    },
  };
}
