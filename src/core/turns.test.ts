import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createBell, createQueue } from './turns.ts';

test('tasks of a queue run one after the other, even after one that throws', async () => {
  const queue = createQueue();
  const done: string[] = [];
  const work = async (name: string) => {
    done.push(`${name} begins`);
    await null;
    if (name === 'b') throw new Error('b');
    done.push(`${name} ends`);
    return name;
  };
  const results = ['a', 'b', 'c'].map((name) => queue(() => work(name)));
  expect(await Promise.allSettled(results)).toMatchObject([{ value: 'a' }, { reason: new Error('b') }, { value: 'c' }]);
  expect(done).toEqual(['a begins', 'a ends', 'b begins', 'c begins', 'c ends']);
});

test('a queue does not keep its last result', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const queue = createQueue();
  const result = new WeakRef(await queue(async () => ({})));
  await new Promise(setImmediate);
  collect();
  expect(result.deref()).toBeUndefined();
});

const anHour = 3_600_000;

test('a bell wakes all waiters, and those who have not heard the last ring', async () => {
  const bell = createBell();
  const heard = bell.rung();
  const waiting = [bell.wait(heard, anHour), bell.wait(heard, anHour)];
  bell.ring();
  await Promise.all(waiting);
  await bell.wait(heard, anHour);
});

test('a bell does not keep waits that timed out', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const bell = createBell();
  const waits: WeakRef<Promise<void>>[] = [];
  for (let count = 0; count < 50; count++) {
    const wait = bell.wait(bell.rung(), 0);
    waits.push(new WeakRef(wait));
    await wait;
  }
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  expect(waits.filter((wait) => wait.deref() !== undefined).length).toBeLessThan(5);
  bell.ring();
});
