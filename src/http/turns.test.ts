import fastify from 'fastify';
import { expect, test } from 'vitest';
import { large, makeInTurns } from './turns.ts';

test('makes two answers at a time, in the order in which they were requested', async () => {
  const app = fastify();
  makeInTurns(app);
  const making: string[] = [];
  const open: (() => void)[] = [];
  app.get('/large/:name', { config: large }, async ({ params }) => {
    const { name } = params as { name: string };
    making.push(name);
    return new Promise<string>((resolve) => open.push(() => resolve(name)));
  });
  app.get('/small', async () => 'small');
  const answers = ['a', 'b', 'c', 'd'].map((name) => app.inject(`/large/${name}`));
  await expect.poll(() => making).toEqual(['a', 'b']);
  expect((await app.inject('/small')).body).toBe('small');
  open[1]?.();
  await expect.poll(() => making).toEqual(['a', 'b', 'c']);
  open[0]?.();
  await expect.poll(() => making).toEqual(['a', 'b', 'c', 'd']);
  for (const each of open) each();
  expect((await Promise.all(answers)).map(({ body }) => body)).toEqual(['a', 'b', 'c', 'd']);
});

test('skips a request that was aborted before its turn', async () => {
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
  makeInTurns(app, { large: 1, ordinary: 1, archive: 1, tests: 1, uploads: 1, document: 1 });
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
