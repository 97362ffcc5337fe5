import { expect, test } from 'vitest';
import { changedQuery } from './url-query.ts';

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
