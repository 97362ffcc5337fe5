import { expect, test } from 'vitest';
import { createPageCache } from './page-cache.ts';

test('after everything is forgotten no page of before is answered, nor kept when it was being built', async () => {
  const cache = createPageCache();
  const page = (text: string) => async () => Buffer.from(text);
  const read = async (key: string, text: string) => String((await cache.get(key, 'v', page(text))).body);
  await read('kept', 'old');
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  const building = cache.get('building', 'v', () => promise);
  cache.forgetAll();
  resolve(Buffer.from('old'));
  await building;
  expect([await read('kept', 'new'), await read('building', 'new')]).toEqual(['new', 'new']);
});
