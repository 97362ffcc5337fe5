/**
 * Group commit: writes that arrive during a transaction share the next one. One flush to disk then serves many writers (SQLite with
 * 16 callers: 16,400 instead of 4,520 durable inserts per second).
 *
 * The writers of a batch are answered when the next batch has been sent to the database, because they send new requests at once.
 * Parsing these first would leave the database idle, and later this process while the database works
 * (docs/decisions/0001-group-commit.md).
 */

/** A queue of writes that are executed in batches, in the order of their arrival. */
interface Batcher<Write, Result> {
  /** Resolves after the transaction with the write has been committed. Returns null if the queue is full. */
  push(write: Write, bytes: number): Promise<Result> | null;
  /** Returns the number of accepted writes that are not in a transaction yet, and their bytes. */
  waiting(): { writes: number; bytes: number };
  /** Resolves when all writes accepted so far have been executed. */
  drain(): Promise<void>;
}

/** Bounds of a batcher; `bytes` as given to `push`. */
export interface BatchLimits {
  /** The most writes in one transaction; a larger one would block other work. */
  batchWrites: number;
  batchBytes: number;
  /** Bytes that may wait in memory; beyond that, new writes are refused. */
  waitingBytes: number;
  /** If a batch fails with a database fault, waiting writes fail too if they have waited longer than this, in milliseconds. */
  waitingTime: number;
  /** The longest that writers wait for the next batch to be sent, in milliseconds, because its transaction may have to wait for another. */
  answerDelay: number;
}

/** The bounds of the job writer. */
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
  /** True if the write was in a failed batch, perhaps because of another write; it is then repeated alone. */
  isAlone: boolean;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/** Returns how many of the first writes fit into one transaction; at least one. */
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

/** Executes writes in one transaction; see `createBatcher`. */
type Flush<Write, Result> = (writes: Write[], onSent: () => void) => Promise<Result[]>;

interface How<Write, Result> {
  flush: Flush<Write, Result>;
  mayBeOneWrite: (error: unknown) => boolean;
  takeLongWaiting(): Waiting<Write, Result>[];
  /** Puts a batch back at the head of the queue, so that its writes are repeated one by one. */
  putBack(batch: Waiting<Write, Result>[]): void;
  answerDelay: number;
}

/** Executes a batch, and answers the previous one meanwhile. Returns the function that answers this batch. */
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
 * Creates a batcher. `flush` executes the writes in one transaction and returns their results in order; if it throws, nothing of the
 * batch was stored. It calls `onSent`, once or several times, when it only waits for the database. `mayBeOneWrite` tells whether a
 * single write may have caused an error: then each write is repeated alone, so that none fails because of another. Otherwise the
 * database is at fault, and writes that have waited for long fail too, because each further batch would take as long while the
 * database hangs.
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
      // Lets requests join that arrived in the same turn of the event loop and have not been parsed yet.
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
