import { expect, test } from 'vitest';
import { type ListMemory, openListMemory } from './list-memory.ts';

const MiB = 1 << 20;

type Lists = [ListMemory, ListMemory, ListMemory, ListMemory, ListMemory];

/** Whether a promise has settled after everything that was ready has run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.finally(() => {
    done = true;
  });
  await new Promise(setImmediate);
  return done;
}

test('pages wait in their order until there is room', async () => {
  const [first, second, third, small, gone] = [1, 2, 3, 4, 5].map(openListMemory) as Lists;
  expect(await first.take(10 * MiB)).toBe(true);
  expect(await second.take(6 * MiB)).toBe(true);
  const large = third.take(10 * MiB);
  const behind = small.take(MiB);
  const leaves = gone.take(MiB);
  expect(await settled(large)).toBe(false);
  second.close();
  // A small page waits for nobody.
  expect(await openListMemory().take(64 << 10)).toBe(true);
  // There is room for those behind now, but the large one came first.
  expect(await settled(behind)).toBe(false);
  gone.close();
  // The next page of a list takes the room of the page before.
  const next = first.take(10 * MiB);
  expect(await large).toBe(true);
  expect(await behind).toBe(true);
  expect(await leaves).toBe(false);
  expect(await settled(next)).toBe(false);
  third.close();
  expect(await next).toBe(true);
  for (const list of [first, small]) list.close();
});

test('a page that is larger than all room is read when it is alone', async () => {
  const [large, small, next] = [openListMemory(), openListMemory(), openListMemory()];
  expect(await small.take(MiB)).toBe(true);
  const taken = large.take(100 * MiB);
  expect(await settled(taken)).toBe(false);
  small.close();
  expect(await taken).toBe(true);
  const waiting = next.take(MiB);
  expect(await settled(waiting)).toBe(false);
  large.close();
  expect(await waiting).toBe(true);
  next.close();
});
