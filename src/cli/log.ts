import { close, constants, open, openSync, write, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { BadSetting, type Config } from '../config.ts';
import { logSignals } from './signals.ts';

/**
 * The program's log: JSON lines in a file, which some signals open again, or on standard output, or readable ones on a terminal. Throws
 * `BadSetting` when the file cannot be written.
 */
export function createLog({ log_file, log_format, log_level, workers }: Config): Logger {
  // To ask is also what keeps a thread from waiting for the reader of a pipe.
  const isTerminal = process.stdout.isTTY === true;
  const readable = log_file === '' && (log_format === 'pretty' || (log_format === 'auto' && isTerminal));
  const options = { level: log_level, base: undefined };
  if (readable) {
    const format = prettyFactory({ ignore: 'request', messageFormat: false });
    const output = createDestination('', { gathered: 0, together: 16 << 10 });
    return pino(options, { ...output, write: (line: string) => output.write(format(line)) });
  }
  // Lines are gathered: a write for each request would cost a tenth of the throughput.
  // Of several processes on one pipe only writes of a page stay whole.
  const sizes = workers > 1 ? { gathered: 3 << 10, together: 4 << 10 } : { gathered: 8 << 10, together: 16 << 10 };
  return pino(options, createDestination(log_file, sizes));
}

/** How long the end of a process waits for the log to be written, in milliseconds: a pipe may be full because nobody reads it. */
const patience = 2000;

/** Waits until the log has been written, or cannot be; false when that takes too long. */
export function flushLog(log: Logger): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, patience, false);
    log.flush(() => {
      clearTimeout(timer);
      resolve(true);
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

/** Bytes that are kept while they cannot be written; what is beyond is lost. */
const mostKept = 8 << 20;

/** Milliseconds from one attempt to the next: of writing what waits, and of filling a pipe that is full. */
const attemptEvery = 1000;
const fillEvery = 100;

/** A pipe without a reader must not hold up whoever opens it. */
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * A stream for pino (docs/decisions/0031-log-destination.md). Opens a file, or takes standard output for an empty name. Lines are
 * `gathered` until they have so many bytes, for a second at most, and written `together` in pieces of at most so many bytes. Whatever
 * happens there, the process goes on, and ends when it should: a failure is told on standard error once, and lines are kept until they
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
    // A file that cannot be opened again is written to where it is now. The first `await` also gives `working` its value.
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
  /** `done` is called when all lines are written, or cannot be written now. */
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
  // After a crash: there is no time for a second attempt. A thread ends what it has begun.
  process.on('exit', () => {
    try {
      if (isWriting) waiting.drop(waiting.first().length);
      while (waiting.size() > 0) waiting.drop(writeSync(target.descriptor(), waiting.first()));
    } catch {}
  });
  return {
    flush,
    /** Takes whole lines. */
    write(lines: string): void {
      waiting.add(lines);
      // While it is broken a line is no reason to try again.
      if (!isBroken && waiting.size() > gathered) working ??= work();
    },
  };
}

/** The file or standard output, whose descriptor changes when the file was moved. */
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

/** Writes some of the bytes and returns how many; waits while a pipe is full, without keeping the process alive. */
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

/** Lines that wait, in pieces of at most so many bytes unless a line alone is longer. */
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
    /** The piece that is next; what is dropped of it is gone. */
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
