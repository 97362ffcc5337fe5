import { expect, test } from 'vitest';
import { publicAddress } from '../setting-values.ts';
import { prefixOf, withoutPrefix } from './addresses.ts';

test.each([
  ['https://host', '', '/paddles/ui', '/paddles/ui'],
  ['https://host/paddles/', '/paddles', '/paddles/ui?q=1', '/ui?q=1'],
  ['https://host/paddles', '/paddles', '/ui', '/ui'],
  ['https://host/paddles', '/paddles', '/paddlesx', '/paddlesx'],
  ['https://host/paddles', '/paddles', '/paddles', '/'],
  ['https://host/a/b', '/a/b', '/a/b?x', '/?x'],
])('with the address %s the prefix is "%s", and %s means %s', (address, prefix, url, meant) => {
  expect(prefixOf(address)).toBe(prefix);
  expect(withoutPrefix(url, prefix)).toBe(meant);
});

test('refuses a public address whose path begins with a path of the server', () => {
  expect(publicAddress('https://host/paddles')).toEqual({ value: 'https://host/paddles' });
  expect(publicAddress('https://host/runs/x')).toHaveProperty('problem', expect.stringContaining('/runs'));
  for (const wrong of ['https://host/a;b', 'https://host/a"b', 'ftp://host', 'https:///paddles'])
    expect(publicAddress(wrong)).toHaveProperty('problem');
});
