import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { openAnswerMemory } from './answer-memory.ts';

const MiB = 1 << 20;

/** The memory of an answer whose response closes when it is told to. */
function open() {
  const response = new EventEmitter();
  return { ...openAnswerMemory(response as ServerResponse), close: () => response.emit('close') };
}

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
  const [first, second, third, small, gone] = [open(), open(), open(), open(), open()];
  expect(await first.take(10 * MiB)).toBe(true);
  expect(await second.take(6 * MiB)).toBe(true);
  const large = third.take(10 * MiB);
  const behind = small.take(MiB);
  const leaves = gone.take(MiB);
  expect(await settled(large)).toBe(false);
  second.close();
  // A small page waits for nobody.
  expect(await open().take(64 << 10)).toBe(true);
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

test('a page that is larger than all room is read beside small ones, and never beside another one of its kind', async () => {
  const [large, small, other, next] = [open(), open(), open(), open()];
  expect(await small.take(4 * MiB)).toBe(true);
  expect(await large.take(100 * MiB)).toBe(true);
  const waiting = other.take(100 * MiB);
  small.close();
  expect(await settled(waiting)).toBe(false);
  large.close();
  expect(await waiting).toBe(true);
  expect(await next.take(4 * MiB)).toBe(true);
  for (const answer of [other, next]) answer.close();
});

test('an answer whose client leaves as its room is given to it takes no room', async () => {
  const [first, second] = [open(), open()];
  expect(await first.take(10 * MiB)).toBe(true);
  const given = second.take(10 * MiB);
  first.close();
  second.close();
  expect(await given).toBe(false);
  await expectAllRoom();
});

test('an answer whose client had left before takes no room', async () => {
  const gone = Object.assign(new EventEmitter(), { destroyed: true });
  expect(await openAnswerMemory(gone as ServerResponse).take(10 * MiB)).toBe(false);
  await expectAllRoom();
});

async function expectAllRoom(): Promise<void> {
  const [most, rest] = [open(), open()];
  expect(await settled(most.take(12 * MiB))).toBe(true);
  expect(await settled(rest.take(4 * MiB))).toBe(true);
  for (const answer of [most, rest]) answer.close();
}

test('of answers that are ready only as many wait as there is room for', async () => {
  const [sent, waiting, refused] = [open(), open(), open()];
  expect(await sent.take(10 * MiB, true)).toBe(true);
  const patient = waiting.take(10 * MiB, true);
  expect(await settled(patient)).toBe(false);
  expect(await refused.take(10 * MiB, true)).toBe(false);
  sent.close();
  expect(await patient).toBe(true);
  waiting.close();
});
