import { expect, test } from 'vitest';
import { ownAddress } from './own-address.ts';

test('only addresses of the server itself are followed', () => {
  const of = (text: string) => ownAddress(text, 'http://lab:8080');
  expect([of('/r/1'), of('/ui/runs?q=a%20b')]).toEqual(['http://lab:8080/r/1', 'http://lab:8080/ui/runs?q=a%20b']);
  const elsewhere = ['', 'x', '//evil.example/', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)'];
  expect(elsewhere.map(of)).toEqual(elsewhere.map(() => null));
  expect(of('https://lab:8080/r/1')).toBe(null);
});
