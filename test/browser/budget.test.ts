/** The size of the first view: the bytes that a browser loads before it can show a run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const dist = join(import.meta.dirname, '..', '..', 'web', 'dist');

test('what every page loads first stays within 150 KB of script and 12 KB of style, compressed', () => {
  const html = readFileSync(join(dist, 'index.html'), 'utf8');
  const first = [...html.matchAll(/(?:src|href)="\/ui\/assets\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name!);
  const size = (ending: string) =>
    first
      .filter((name) => name.endsWith(ending))
      .reduce((sum, name) => sum + readFileSync(join(dist, 'assets', `${name}.gz`)).length, 0);
  expect(size('.js')).toBeGreaterThan(0);
  expect(size('.js')).toBeLessThanOrEqual(150_000);
  expect(size('.css')).toBeLessThanOrEqual(12_000);
  const all = readdirSync(join(dist, 'assets'));
  expect(
    all.filter((name) => /\.(woff2?|ttf|png|jpg)$/.test(name)),
    'no web fonts, no pictures',
  ).toEqual([]);
});
