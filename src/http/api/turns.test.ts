import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('lets two go on at once and the others in their order, and an end that is told twice is one', async () => {
  const turns = createTurns(2);
  const entered: number[] = [];
  const ends = [1, 2, 3, 4, 5].map(async (number) => {
    const end = await turns.enter();
    entered.push(number);
    return end;
  });
  await new Promise(setImmediate);
  expect(entered).toEqual([1, 2]);
  const first = await ends[0]!;
  first();
  first();
  await new Promise(setImmediate);
  expect(entered).toEqual([1, 2, 3]);
  for (const end of ends) (await end)();
  expect(entered).toEqual([1, 2, 3, 4, 5]);
  (await turns.enter())();
});
