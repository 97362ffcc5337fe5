import { expect, test } from 'vitest';
import { hostsOf } from './targets.ts';

test('hosts are sorted, unique and without their users', () => {
  const targets = { 'ubuntu@t2.x.com': 'key', 't1.x.com': null, 'root@t2.x.com': {}, 'ubuntu@T-3_a': 1 };
  expect(hostsOf(JSON.stringify(targets))).toEqual(['T-3_a', 't1.x.com', 't2.x.com']);
});

test('the host follows the last @', () => {
  expect(hostsOf('{"a@b@c": ""}')).toEqual(['c']);
});

test.each([null, [], ['ubuntu@t1'], 'ubuntu@t1', 5, true, {}])('%j names no hosts', (targets) => {
  expect(hostsOf(JSON.stringify(targets))).toEqual([]);
});

test.each(['', 'ubuntu@', ' t1', 't 1', 't1/', '-t1', 't1-', '.t1', 't1.', 'tä1', 't1\n', 't1\0', 'x'.repeat(256)])(
  '%j cannot be a host',
  (name) => {
    expect(hostsOf(JSON.stringify({ [name]: 'key', good: 'key' }))).toEqual(['good']);
  },
);

test('a host may have 1 to 255 characters', () => {
  const long = 'x'.repeat(255);
  expect(hostsOf(JSON.stringify({ [long]: '', 7: '' }))).toEqual(['7', long]);
});

test('only the first thousand keys are read', () => {
  const names = Array.from({ length: 1200 }, (_, index) => `host${String(index).padStart(4, '0')}`);
  const targets = JSON.stringify(Object.fromEntries(names.map((name) => [`ubuntu@${name}`, 'key'])));
  expect(hostsOf(targets)).toEqual(names.slice(0, 1000));
});
