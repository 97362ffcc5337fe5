import fastify from 'fastify';
import { expect, test } from 'vitest';
import { createTurns, large, makeInTurns } from './turns.ts';

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

test('for a request that is left before its turn nothing is made, and the turn is that of the next', async () => {
  const app = fastify();
  let open: () => void = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let arrived = 0;
  let aborted = 0;
  app.addHook('onRequest', async () => {
    arrived++;
  });
  app.addHook('onRequestAbort', async (_request) => {
    aborted++;
  });
  makeInTurns(app, 1);
  let made = 0;
  app.get('/large', { config: large }, async () => {
    await gate;
    return String(++made);
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const left = new AbortController();
  const first = fetch(`${url}/large`);
  await expect.poll(() => arrived).toBe(1);
  const second = fetch(`${url}/large`, { signal: left.signal }).catch(() => 'left');
  await expect.poll(() => arrived).toBe(2);
  left.abort();
  expect(await second).toBe('left');
  await expect.poll(() => aborted).toBe(1);
  open();
  expect(await (await first).text()).toBe('1');
  expect(await (await fetch(`${url}/large`)).text()).toBe('2');
  await app.close();
});
