import { describe, expect, test } from 'vitest';
import { commonPart, hostsOf, nodeRoles, roleNames, taskNames } from './job-config.ts';

test.each([
  [
    [{ install: null }, { ceph: { a: 1 }, 'ceph.restart': [] }, 'print', 7, null, ['x']],
    ['install', 'ceph', 'ceph.restart', 'print'],
  ],
  [{ install: null }, []],
  [null, []],
])('the tasks of %j are %j', (tasks, names) => {
  expect(taskNames(tasks)).toEqual(names);
});

test.each([
  [
    [['mon.a', 'osd.0'], ['mon.a', 3], 'client.0'],
    ['mon.a', 'osd.0', 'client.0'],
  ],
  ['mon.a', []],
  [undefined, []],
])('the roles of %j are %j', (roles, names) => {
  expect(roleNames(roles)).toEqual(names);
});

describe('the roles of nodes', () => {
  test.each<[string, unknown, unknown, ReturnType<typeof nodeRoles>]>([
    [
      'lists the hosts in the order of the targets',
      [['mon.a', 'osd.0'], ['client.0']],
      { 'ubuntu@smithi2.x': 'ssh-rsa', 'ubuntu@smithi1.x': 'ssh-rsa' },
      [
        { node: 'smithi2.x', roles: ['mon.a', 'osd.0'] },
        { node: 'smithi1.x', roles: ['client.0'] },
      ],
    ],
    ['also works for a list of hosts', [['a']], ['smithi1'], [{ node: 'smithi1', roles: ['a'] }]],
    ['treats a text as a list of one', ['a'], ['h'], [{ node: 'h', roles: ['a'] }]],
    [
      'leaves out everything that is not a text',
      [['a', 1, null, ['b']], { c: 1 }],
      ['h', 'i'],
      [
        { node: 'h', roles: ['a'] },
        { node: 'i', roles: [] },
      ],
    ],
    ['is not guessed when the numbers differ', [['a'], ['b']], { h: '' }, []],
    ['is not guessed when a target is not a text', [['a'], ['b']], ['h', { toString: 1, valueOf: 1 }], []],
    ['is unknown without roles', null, { h: '' }, []],
    ['is unknown when roles are not a list', { 0: ['a'] }, ['h'], []],
    ['is unknown without targets', [['a']], null, []],
    ['is unknown when targets are a text', [['a']], 'h', []],
    ['is empty without roles and targets', [], {}, []],
  ])('%s', (_outcome, roles, targets, expected) => expect(nodeRoles(roles, targets)).toEqual(expected));
});

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

describe('the common part', () => {
  test.each([
    ['of one value is the value', [{ a: 1 }], { a: 1 }],
    [
      'has the keys that all of them have',
      [
        { a: 1, b: 2 },
        { a: 1, c: 2 },
      ],
      { a: 1 },
    ],
    ['reaches into objects', [{ o: { a: 1, b: 2 } }, { o: { a: 1, b: 3 } }], { o: { a: 1 } }],
    [
      'leaves out an object with nothing in common',
      [
        { a: 1, o: { b: 2 } },
        { a: 1, o: { b: 3 } },
      ],
      { a: 1 },
    ],
    ['takes a list only as a whole', [{ l: [1, 2] }, { l: [1, 2] }], { l: [1, 2] }],
    [
      'leaves out lists that differ',
      [
        { a: 1, l: [1, 2] },
        { a: 1, l: [1, 3] },
      ],
      { a: 1 },
    ],
    ['keeps null', [{ a: null }, { a: null }], { a: null }],
  ])('%s', (_outcome, values, common) => {
    expect(commonPart(values)).toEqual(common);
  });

  test('is undefined when there is none', () => {
    expect(commonPart([{ a: 1 }, { a: 2 }])).toBeUndefined();
    expect(commonPart([{ a: 1 }, [1]])).toBeUndefined();
  });

  test('keeps a key named __proto__', () => {
    const value = JSON.parse('{"__proto__": {"a": 1}}');
    expect(JSON.stringify(commonPart([value, value]))).toBe('{"__proto__":{"a":1}}');
  });
});
