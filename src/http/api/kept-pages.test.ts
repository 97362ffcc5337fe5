import { expect, test } from 'vitest';
import { createKeptPages } from './kept-pages.ts';

test('concurrent requests share one page, and a new version is built again', async () => {
  const pages = createKeptPages();
  let made = 0;
  const read = (version: string) => pages.get('run', version, async () => String(++made));
  expect(await Promise.all([read('a'), read('a'), read('a')])).toEqual(['1', '1', '1']);
  expect(await read('a')).toBe('1');
  expect(await read('b')).toBe('2');
});

test('after clear, neither old pages nor pages in progress are shared', async () => {
  const pages = createKeptPages();
  const read = (run: string, text: string | Promise<string>) => pages.get(run, 'v', async () => text);
  await read('kept', 'old');
  const { promise, resolve } = Promise.withResolvers<string>();
  const making = read('making', promise);
  pages.clear();
  const next = read('making', 'new');
  resolve('old');
  expect([await making, await next, await read('kept', 'new'), await read('making', 'newer')]).toEqual([
    ...['old', 'new', 'new', 'new'],
  ]);
});

test('keeps at most ten pages, but no failures and no pages over two million characters', async () => {
  const pages = createKeptPages();
  const read = (run: string, text: string) => pages.get(run, 'v', async () => text);
  await expect(pages.get('run', 'v', async () => Promise.reject(new Error('lost')))).rejects.toThrow('lost');
  expect(await read('run', 'made')).toBe('made');
  await read('long', 'x'.repeat(2_000_001));
  expect(await read('long', 'again')).toBe('again');
  for (let run = 0; run < 10; run++) await read(String(run), 'first');
  expect([await read('run', 'again'), await read('9', 'again')]).toEqual(['again', 'first']);
});
