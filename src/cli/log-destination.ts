/** Where the lines of the log go. Whatever happens there, the process goes on, and ends when it should. */
import { close, constants, open, openSync, write, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/** A stream for pino, of a file or of standard output. */
export interface Destination {
  /** Takes whole lines. */
  write(lines: string): void;
  /** `done` is called when all of them are written, or cannot be written now. */
  flush(done?: () => void): void;
  /** Opens the file again, before anything else is written. */
  reopen(): void;
}

/** Bytes that are kept while they cannot be written; what is beyond is lost. */
const mostKept = 8 << 20;

/** Milliseconds from one attempt to the next: of writing what waits, and of filling a pipe that is full. */
const attemptEvery = 1000;
const fillEvery = 100;

/** A pipe without a reader must not hold up whoever opens it. */
const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * Opens a file, or takes standard output for null. Lines are `gathered` until they have so many bytes, for a second at most, and
 * written `together` in pieces of at most so many bytes. Throws when the file cannot be opened. Later no failure is thrown: it
 * is told on standard error once, and lines are kept until they can be written.
 */
export function createDestination(
  file: string | null,
  { gathered, together }: { gathered: number; together: number },
): Destination {
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
  const flush = (done?: () => void) => {
    isFlushing = true;
    working ??= work();
    if (done) void working.then(done);
  };
  setInterval(flush, attemptEvery).unref();
  // After a crash: there is no time for a second attempt. A thread ends what it has begun.
  process.on('exit', () => {
    try {
      if (isWriting) waiting.drop(waiting.first().length);
      while (waiting.size() > 0) waiting.drop(writeSync(target.descriptor(), waiting.first()));
    } catch {}
  });
  return {
    write(lines) {
      waiting.add(lines);
      // While it is broken a line is no reason to try again.
      if (!isBroken && waiting.size() > gathered) working ??= work();
    },
    flush,
    reopen() {
      target.moved();
      flush();
    },
  };
}

/** The file or standard output, whose descriptor changes when the file was moved. */
function openTarget(file: string | null) {
  let descriptor = file === null ? 1 : openSync(file, flags);
  let isMoved = false;
  return {
    descriptor: () => descriptor,
    moved() {
      isMoved = true;
    },
    async openAgain(): Promise<void> {
      if (!isMoved || file === null) return;
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
