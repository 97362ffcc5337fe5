import { expect, test } from 'vitest';
import { type BatchLimits, createBatcher } from './batch.ts';

const limits = { batchWrites: 3, batchBytes: 100, waitingBytes: 50, waitingTime: 60_000, answerDelay: 1 };
const oneWriteFailed = new Error('one write failed');
const databaseFailed = new Error('the database failed');

/** Starts a batcher whose current batch ends with each call of `next`. Batches with a write called `bad` or `hang` fail. */
function startBatcher(others: Partial<BatchLimits> = {}) {
  const batches: string[][] = [];
  const sent: (() => void)[] = [];
  const gates: (() => void)[] = [];
  const flush = async (writes: string[], onSent: () => void) => {
    batches.push(writes);
    sent.push(onSent);
    await new Promise<void>((resolve) => gates.push(resolve));
    if (writes.includes('bad')) throw oneWriteFailed;
    if (writes.includes('hang')) throw databaseFailed;
    return writes.map((write) => `${write} done`);
  };
  const batcher = createBatcher(flush, (error) => error === oneWriteFailed, { ...limits, ...others });
  const next = async () => {
    await expect.poll(() => gates.length).toBeGreaterThan(0);
    gates.shift()?.();
  };
  return { batcher, batches, sent, next };
}

test('refuses writes beyond the limit of waiting bytes, and accepts writes again when there is room', async () => {
  const { batcher, batches, next } = startBatcher();
  const first = batcher.push('first', 40);
  await expect.poll(() => batches).toEqual([['first']]);
  // The first write is in progress and no longer waits.
  const second = batcher.push('second', 40);
  expect(batcher.push('third', 11)).toBeNull();
  const small = batcher.push('small', 10);
  await next();
  expect(await first).toBe('first done');
  await expect.poll(() => batches[1]).toEqual(['second', 'small']);
  const third = batcher.push('third', 50);
  expect(third).not.toBeNull();
  await next();
  await next();
  expect(await Promise.all([second, small, third])).toEqual(['second done', 'small done', 'third done']);
});

test('answers the writers of a batch when the next batch has been sent', async () => {
  const { batcher, batches, sent, next } = startBatcher({ answerDelay: 60_000 });
  const first = batcher.push('first', 1);
  await expect.poll(() => batches).toEqual([['first']]);
  const second = batcher.push('second', 1);
  await next();
  await expect.poll(() => batches[1]).toEqual(['second']);
  expect(await Promise.race([first, 'not answered'])).toBe('not answered');
  sent[1]?.();
  expect(await first).toBe('first done');
  await next();
  expect(await second).toBe('second done');
});

test('accepts a single write that exceeds the limit of waiting bytes', async () => {
  const { batcher, next } = startBatcher();
  const large = batcher.push('large', 1000);
  await next();
  expect(await large).toBe('large done');
});

test('limits the writes and bytes of a batch, and keeps the order of writes', async () => {
  const { batcher, batches, next } = startBatcher({ batchBytes: 21 });
  const sizes = { a: 1, b: 2, c: 2, d: 12, e: 9, f: 9 };
  const writes = Object.entries(sizes).map(([name, bytes]) => batcher.push(name, bytes));
  let drained = false;
  const drain = batcher.drain().then(() => {
    drained = true;
  });
  for (let batch = 0; batch < 3; batch++) {
    expect(drained).toBe(false);
    await next();
  }
  await drain;
  expect(batches).toEqual([['a', 'b', 'c'], ['d', 'e'], ['f']]);
  expect(await Promise.all(writes)).toEqual(Object.keys(sizes).map((name) => `${name} done`));
});

test('repeats each write of a failed batch alone, so that only the bad one fails', async () => {
  const { batcher, batches, next } = startBatcher();
  const outcomes = Promise.allSettled(['a', 'bad', 'c'].map((name) => batcher.push(name, 1)));
  for (let batch = 0; batch < 4; batch++) await next();
  expect((await outcomes).map((result) => (result.status === 'fulfilled' ? result.value : result.reason))).toEqual([
    'a done',
    oneWriteFailed,
    'c done',
  ]);
  expect(batches).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
});

test('a database fault ends the repetition of the writes of a batch', async () => {
  const { batcher, batches, next } = startBatcher({ waitingTime: 0 });
  const outcomes = Promise.allSettled(['hang', 'bad', 'c'].map((name) => batcher.push(name, 1)));
  await next();
  await next();
  const refused = { status: 'rejected', reason: databaseFailed };
  expect(await outcomes).toEqual([refused, refused, refused]);
  expect(batches).toEqual([['hang', 'bad', 'c'], ['hang']]);
});

test.each([
  { waited: 'long', waitingTime: 0, later: ['refused', 'refused'], tried: [['hang'], ['next']] },
  { waited: 'briefly', waitingTime: 60_000, later: ['b done', 'c done'], tried: [['hang'], ['b', 'c'], ['next']] },
])('after a database fault, writes that have waited $waited end with: $later', async (row) => {
  const { batcher, batches, next } = startBatcher(row);
  const outcome = (write: string) => batcher.push(write, 20)?.catch((error) => error === databaseFailed && 'refused');
  const first = outcome('hang');
  await expect.poll(() => batches).toEqual([['hang']]);
  const later = [outcome('b'), outcome('c')];
  for (let batch = 1; batch < row.tried.length; batch++) await next();
  expect(await first).toBe('refused');
  expect(await Promise.all(later)).toEqual(row.later);
  expect(batcher.waiting()).toEqual({ writes: 0, bytes: 0 });
  const last = outcome('next');
  await next();
  expect(await last).toBe('next done');
  expect(batches).toEqual(row.tried);
});
