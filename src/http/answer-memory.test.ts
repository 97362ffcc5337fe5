import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { openAnswerMemory } from './answer-memory.ts';

/** A sixteenth of the room for all answers. */
const part = 1 << 19;

/** Opens the memory of an answer whose response can be closed. */
function open() {
  const response = new EventEmitter();
  return { ...openAnswerMemory(response as ServerResponse), close: () => response.emit('close') };
}

/** Whether a promise has settled after all pending callbacks have run. */
async function settled(promise: Promise<unknown>): Promise<boolean> {
  let done = false;
  void promise.finally(() => {
    done = true;
  });
  await new Promise(setImmediate);
  return done;
}

test('pages wait in the order of their arrival until there is room', async () => {
  const [first, second, third, small, gone] = [open(), open(), open(), open(), open()];
  expect(await first.take(10 * part)).toBe(true);
  expect(await second.take(6 * part)).toBe(true);
  const large = third.take(10 * part);
  const behind = small.take(part);
  const leaves = gone.take(part);
  expect(await settled(large)).toBe(false);
  second.close();
  // A small page does not wait.
  expect(await open().take(64 << 10)).toBe(true);
  // There is room for the later pages now, but the large one came first.
  expect(await settled(behind)).toBe(false);
  gone.close();
  // The next page of a list takes the room of the previous page.
  const next = first.take(10 * part);
  expect(await large).toBe(true);
  expect(await behind).toBe(true);
  expect(await leaves).toBe(false);
  expect(await settled(next)).toBe(false);
  third.close();
  expect(await next).toBe(true);
  for (const list of [first, small]) list.close();
});

test('a page that exceeds the limit is read beside small pages, but never beside another one like it', async () => {
  const [large, small, other, next] = [open(), open(), open(), open()];
  expect(await small.take(4 * part)).toBe(true);
  expect(await large.take(100 * part)).toBe(true);
  const waiting = other.take(100 * part);
  small.close();
  expect(await settled(waiting)).toBe(false);
  large.close();
  expect(await waiting).toBe(true);
  expect(await next.take(4 * part)).toBe(true);
  for (const answer of [other, next]) answer.close();
});

test('an answer whose client hangs up when it gets its room takes no room', async () => {
  const [first, second] = [open(), open()];
  expect(await first.take(10 * part)).toBe(true);
  const given = second.take(10 * part);
  first.close();
  second.close();
  expect(await given).toBe(false);
  await expectAllRoom();
});

test('an answer whose client has hung up already takes no room', async () => {
  const gone = Object.assign(new EventEmitter(), { destroyed: true });
  expect(await openAnswerMemory(gone as ServerResponse).take(10 * part)).toBe(false);
  await expectAllRoom();
});

async function expectAllRoom(): Promise<void> {
  const [most, rest] = [open(), open()];
  expect(await settled(most.take(12 * part))).toBe(true);
  expect(await settled(rest.take(4 * part))).toBe(true);
  for (const answer of [most, rest]) answer.close();
}

test('ready answers wait only if there is room for them', async () => {
  const [sent, second, third, refused] = [open(), open(), open(), open()];
  expect(await sent.take(12 * part, true)).toBe(true);
  const [patient, last] = [second.take(12 * part, true), third.take(12 * part, true)];
  expect(await settled(patient)).toBe(false);
  expect(await refused.take(12 * part, true)).toBe(false);
  sent.close();
  expect(await patient).toBe(true);
  second.close();
  expect(await last).toBe(true);
  third.close();
});
