import { expect, test } from 'vitest';
import { hostsOf } from './targets.ts';

test('the user in front of a host is left out, and hosts come sorted and once', () => {
  const targets = { 'ubuntu@t2.x.com': 'key', 't1.x.com': null, 'root@t2.x.com': {}, 'ubuntu@T-3_a': 1 };
  expect(hostsOf(targets)).toEqual(['T-3_a', 't1.x.com', 't2.x.com']);
});

test('what follows the last @ is the host', () => {
  expect(hostsOf({ 'a@b@c': '' })).toEqual(['c']);
});

test.each([null, undefined, [], ['ubuntu@t1'], 'ubuntu@t1', 5, true, {}])('%j names no hosts', (targets) => {
  expect(hostsOf(targets)).toEqual([]);
});

test.each(['', 'ubuntu@', ' t1', 't 1', 't1/', '-t1', 't1-', '.t1', 't1.', 'tä1', 't1\n', 't1\0', 'x'.repeat(256)])(
  '%j cannot be a host',
  (name) => {
    expect(hostsOf({ [name]: 'key', good: 'key' })).toEqual(['good']);
  },
);

test('a host of 255 characters and one of a single character are hosts', () => {
  const long = 'x'.repeat(255);
  expect(hostsOf({ [long]: '', 7: '' })).toEqual(['7', long]);
});
