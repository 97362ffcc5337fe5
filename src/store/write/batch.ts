/**
 * Group commit: writes that arrive while a transaction is under way share the next one. One flush to the disk then
 * serves many writers (measured on SQLite with 16 callers: 16,400 instead of 4,520 durable inserts a second).
 *
 * The writers of a batch are answered when the next one has been sent to the database, because they send new requests at once. To parse
 * these first would leave the database idle, and then this process while the database works (docs/decisions/0001-group-commit.md).
 */

/** A queue of writes that are carried out in batches, in the order in which they came. */
interface Batcher<Write, Result> {
  /** Resolves after the transaction that holds the write has been committed; null = the queue is full, try later. */
  push(write: Write, bytes: number): Promise<Result> | null;
  /** What has been accepted and is in no transaction yet. */
  waiting(): { writes: number; bytes: number };
  /** Resolves when everything accepted so far has been carried out. */
  drain(): Promise<void>;
}

/** Bounds of a batcher; `bytes` as given to `push`. */
export interface BatchLimits {
  /** Writes in one transaction: a larger one would keep other work waiting. */
  batchWrites: number;
  batchBytes: number;
  /** Bytes waiting in memory before new writes are turned away. */
  waitingBytes: number;
  /** Milliseconds that a write may have waited when a batch before it fails with the database, to be tried all the same. */
  waitingTime: number;
  /** Milliseconds that writers wait at most for the next batch to be sent: its transaction may have to wait for another one. */
  answerDelay: number;
}

/** The bounds of the writer of jobs. */
const writeLimits: BatchLimits = {
  batchWrites: 64,
  batchBytes: 8 << 20,
  waitingBytes: 64 << 20,
  waitingTime: 5000,
  answerDelay: 10,
};

interface Waiting<Write, Result> {
  write: Write;
  bytes: number;
  since: number;
  /** Was in a batch that failed, perhaps for another write: it is tried alone. */
  isAlone: boolean;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** How many of the first writes one transaction may hold, at least one. */
function firstBatch(waiting: { bytes: number; isAlone: boolean }[], limits: BatchLimits): number {
  const most = waiting[0]?.isAlone ? 1 : limits.batchWrites;
  let bytes = 0;
  let count = 0;
  for (const item of waiting) {
    if (count > 0 && (count === most || bytes + item.bytes > limits.batchBytes)) break;
    bytes += item.bytes;
    count++;
  }
  return count;
}

/** Carries out writes in one transaction; see `createBatcher`. */
type Flush<Write, Result> = (writes: Write[], onSent: () => void) => Promise<Result[]>;

interface How<Write, Result> {
  flush: Flush<Write, Result>;
  mayBeOneWrite: (error: unknown) => boolean;
  takeLongWaiting(): Waiting<Write, Result>[];
  /** Puts a batch back before everything that waits, to be tried one by one. */
  putBack(batch: Waiting<Write, Result>[]): void;
  answerDelay: number;
}

/** Carries out a batch, has the one before answered meanwhile, and returns what answers this one. */
async function carryOut<Write, Result>(
  batch: Waiting<Write, Result>[],
  answerBefore: () => void,
  how: How<Write, Result>,
): Promise<() => void> {
  const delayed = setTimeout(answerBefore, how.answerDelay);
  try {
    const writes = batch.map((item) => item.write);
    const results = await how.flush(writes, answerBefore);
    return () => {
      for (const [index, item] of batch.entries()) item.resolve(results[index] as Result);
    };
  } catch (error) {
    const isOneWrite = how.mayBeOneWrite(error);
    if (isOneWrite && batch.length > 1) how.putBack(batch);
    else for (const item of isOneWrite ? batch : [...batch, ...how.takeLongWaiting()]) item.reject(error);
    return () => {};
  } finally {
    clearTimeout(delayed);
    answerBefore();
  }
}

/**
 * Makes a batcher. `flush` carries out the writes in one transaction and returns a result for each, in order; when it
 * throws, nothing of the batch was stored. It calls `onSent`, once or more often, when it only waits for the database.
 * `mayBeOneWrite` tells whether an error could be the fault of a single write: then each write is tried alone, so that none fails for its neighbour. Otherwise the database is at fault, and what has
 * waited for long fails too: while the database hangs, each further batch would take as long again.
 */
export function createBatcher<Write, Result>(
  flush: Flush<Write, Result>,
  mayBeOneWrite: (error: unknown) => boolean,
  limits = writeLimits,
): Batcher<Write, Result> {
  let waiting: Waiting<Write, Result>[] = [];
  let waitingBytes = 0;
  let running: Promise<void> | null = null;

  function take(count: number): Waiting<Write, Result>[] {
    const taken = waiting.slice(0, count);
    waiting = waiting.slice(count);
    for (const item of taken) waitingBytes -= item.bytes;
    return taken;
  }

  function takeLongWaiting(): Waiting<Write, Result>[] {
    const before = performance.now() - limits.waitingTime;
    return take(waiting.filter(({ since }) => since <= before).length);
  }

  function putBack(batch: Waiting<Write, Result>[]): void {
    for (const item of batch) {
      item.isAlone = true;
      waitingBytes += item.bytes;
    }
    waiting = [...batch, ...waiting];
  }

  const how = { flush, mayBeOneWrite, takeLongWaiting, putBack, answerDelay: limits.answerDelay };

  async function run(): Promise<void> {
    let answer = () => {};
    while (waiting.length > 0) {
      // Requests that arrived in the same turn of the event loop are still to be parsed: let them join.
      await new Promise(setImmediate);
      answer = await carryOut(take(firstBatch(waiting, limits)), answer, how);
      if (waiting.length === 0) answer();
    }
    running = null;
  }

  return {
    push(write, bytes) {
      if (waiting.length > 0 && waitingBytes + bytes > limits.waitingBytes) return null;
      return new Promise<Result>((resolve, reject) => {
        waiting.push({ write, bytes, since: performance.now(), isAlone: false, resolve, reject });
        waitingBytes += bytes;
        running ??= run();
      });
    },
    waiting: () => ({ writes: waiting.length, bytes: waitingBytes }),
    async drain() {
      while (running) await running;
    },
  };
}
