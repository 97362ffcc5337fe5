import { expect, test } from 'vitest';
import { changedQuery, ownAddress } from './url.ts';

test.each<[string, Record<string, string | null>, string]>([
  ['', { q: 's:fail,dead' }, '?q=s:fail,dead'],
  ['?q=a&sort=-fail', { q: null }, '?sort=-fail'],
  ['?q=a', { q: null }, ''],
  ['?q=a&view=jobs', { q: 'b', sel: '1' }, '?q=b&view=jobs&sel=1'],
  ['?x=1', { change: '' }, '?x=1&change='],
  ['', { q: 'a&b=c #d%' }, '?q=a%26b%3Dc+%23d%25'],
])('"%s" with %j becomes "%s"', (search, values, expected) => {
  expect(changedQuery(search, values)).toBe(expected);
});

test('only URLs of the server itself are accepted', () => {
  const of = (text: string) => ownAddress(text, 'http://lab:8080');
  expect([of('/r/1'), of('/ui/runs?q=a%20b')]).toEqual(['http://lab:8080/r/1', 'http://lab:8080/ui/runs?q=a%20b']);
  const elsewhere = ['', 'x', '//evil.example/', '/\\evil.example', '/\t/evil.example', 'javascript:alert(1)'];
  expect(elsewhere.map(of)).toEqual(elsewhere.map(() => null));
  expect(of('https://lab:8080/r/1')).toBe(null);
});
