import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createQueue } from './turns.ts';

test('work in a queue is done one after the other, also after one that throws', async () => {
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

test('a queue does not keep what was done last', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const queue = createQueue();
  const result = new WeakRef(await queue(async () => ({})));
  await new Promise(setImmediate);
  collect();
  expect(result.deref()).toBeUndefined();
});
