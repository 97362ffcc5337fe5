import { describe, expect, test } from 'vitest';
import { isFailure } from './errors.ts';
import {
  changeNode,
  type LockRequest,
  lockMany,
  type NodeChange,
  type NodeFields,
  newNode,
  parseBooleanText,
  unlockMany,
  wouldHostItself,
} from './node.ts';

const free: NodeFields = {
  description: null,
  up: true,
  machine_type: 'smithi',
  arch: 'x86_64',
  is_vm: false,
  os_type: 'ubuntu',
  os_version: '22.04',
  locked: false,
  locked_by: null,
  locked_since: null,
  unlocked_since: null,
  mac_address: null,
  ssh_pub_key: null,
};
const freed: NodeFields = { ...free, unlocked_since: 9 };
const held: NodeFields = { ...free, locked: true, locked_by: 'ana', locked_since: 5, description: 'run 1' };

const alreadyLocked = { failure: 'conflict', reason: 'Cannot lock an already-locked node' };
const alreadyUnlocked = { failure: 'conflict', reason: 'Cannot unlock an already-unlocked node' };
const lockWithoutOwner = { failure: 'invalid', reason: 'Cannot lock without specifying locked_by' };
const unlockWithoutOwner = { failure: 'invalid', reason: 'Cannot unlock without specifying locked_by' };
const otherOwner = { failure: 'conflict', reason: 'Cannot unlock - locked_by values must match' };
const otherDescription = { failure: 'conflict', reason: 'Cannot unlock - description values must match' };

describe('the lock rules (teuthology contract §2.14)', () => {
  test.each<[string, NodeFields, NodeChange, object]>([
    [
      '1: without locked nothing is checked',
      held,
      { description: 'new', up: false },
      { description: 'new', up: false },
    ],
    ['1: a free node takes an owner', free, { locked_by: 'bob' }, { locked: false, locked_by: 'bob' }],
    ['a locked node does not get another owner', held, { locked_by: 'bob' }, alreadyLocked],
    ['a locked node does not lose its owner', held, { locked_by: null }, alreadyLocked],
    ['the same owner is no change', held, { locked_by: 'ana', up: null }, { locked_by: 'ana', up: null }],
    ['2: locked by another', held, { locked: true, locked_by: 'bob', description: 'run 1' }, alreadyLocked],
    [
      '2: locked by the same owner, other description',
      held,
      { locked: true, locked_by: 'ana', description: 'x' },
      alreadyLocked,
    ],
    ['2: locked by the same owner, no description', held, { locked: true, locked_by: 'ana' }, alreadyLocked],
    [
      '2: null equals nothing',
      { ...held, description: null },
      { locked: true, locked_by: 'ana', description: null },
      alreadyLocked,
    ],
    ['2: already free', free, { locked: false, locked_by: 'ana' }, alreadyUnlocked],
    ['2: already free, without owner', free, { locked: false }, alreadyUnlocked],
    ['2b: locked again, same description', held, { locked: true, locked_by: 'ana', description: 'run 1' }, held],
    [
      '2b: freed again, same description',
      { ...free, description: 'd' },
      { locked: false, description: 'd' },
      { ...free, description: 'd' },
    ],
    ['3: lock without owner', free, { locked: true }, lockWithoutOwner],
    ['3: lock with an empty owner', free, { locked: true, locked_by: '' }, lockWithoutOwner],
    ['3: unlock without owner', held, { locked: false, locked_by: null }, unlockWithoutOwner],
    ['4: unlock by another', held, { locked: false, locked_by: 'bob' }, otherOwner],
    [
      '5: unlock with another description',
      held,
      { locked: false, locked_by: 'ana', description: 'run 2' },
      otherDescription,
    ],
    [
      '6: lock',
      free,
      { locked: true, locked_by: 'ana', description: 'd' },
      { locked: true, locked_by: 'ana', locked_since: 9, description: 'd' },
    ],
    ['6: unlock keeps the description', held, { locked: false, locked_by: 'ana' }, { ...freed, description: 'run 1' }],
    ['6: unlock with null clears it', held, { locked: false, locked_by: 'ana', description: null }, freed],
    [
      '6: unlock with empty words',
      held,
      { locked: false, locked_by: 'ana', description: '' },
      { ...freed, description: '' },
    ],
    [
      '6: other keys are applied',
      free,
      { locked: true, locked_by: 'ana', os_version: '9' },
      { locked: true, os_version: '9' },
    ],
  ])('%s', (_rule, node, change, expected) => {
    const before = { ...node };
    expect(changeNode(node, change, 9)).toMatchObject(expected);
    expect(node).toEqual(before);
  });
});

test('a new node is free, or locked with an owner', () => {
  expect(newNode({ locked_by: 'ana', up: true }, 9)).toMatchObject({
    locked: false,
    locked_by: null,
    up: true,
    is_vm: false,
  });
  expect(newNode({ locked: true, locked_by: 'ana' }, 9)).toMatchObject({ locked_by: 'ana', locked_since: 9 });
  expect(newNode({ locked: true }, 9)).toMatchObject(lockWithoutOwner);
});

const request: LockRequest = {
  count: 1,
  locked_by: 'ana',
  machine_types: ['smithi'],
  description: null,
  os_type: null,
  os_version: null,
  arch: null,
};

describe('lockMany', () => {
  test('takes the first nodes by name and does not change its arguments', () => {
    const nodes = ['c', 'a', 'b'].map((name) => ({ ...free, name, description: 'old' }));
    const locked = lockMany(nodes, { ...request, count: 2 }, 9);
    expect(locked).toMatchObject([
      { name: 'a', locked: true, locked_by: 'ana', locked_since: 9, description: null },
      { name: 'b', locked: true },
    ]);
    expect(nodes.some((node) => node.locked)).toBe(false);
  });

  test.each<[string, Partial<NodeFields>, Partial<LockRequest>]>([
    ['locked', { locked: true }, {}],
    ['down', { up: false }, {}],
    ['of unknown health', { up: null }, {}],
    ['of another type', { machine_type: 'mira' }, {}],
    ['of no type', { machine_type: null }, {}],
    ['of another system', {}, { os_type: 'rhel' }],
    ['of another version', {}, { os_version: '9' }],
    ['of another architecture', {}, { arch: 'aarch64' }],
  ])('does not take a node that is %s', (_what, node, wanted) => {
    const nodes = [{ ...free, ...node, name: 'a' }];
    expect(lockMany(nodes, { ...request, ...wanted }, 9)).toEqual({
      failure: 'unavailable',
      reason: 'only 0 nodes available',
    });
  });

  test('takes nodes of any type in the list', () => {
    const nodes = [
      { ...free, name: 'a', machine_type: 'mira' },
      { ...free, name: 'b' },
    ];
    expect(lockMany(nodes, { ...request, count: 2, machine_types: ['smithi', 'mira'] }, 9)).toHaveLength(2);
  });
});

describe('unlockMany', () => {
  const nodes = new Map(
    [
      { ...held, name: 'a' },
      { ...held, name: 'b' },
      { ...held, name: 'c', locked_by: 'bob' },
      { ...free, name: 'd' },
    ].map((node) => [node.name, node]),
  );
  const unlock = (names: string[], by: string | null) => unlockMany(names, (name) => nodes.get(name), by, 9);

  test('returns nodes by name and keeps their descriptions', () => {
    expect(unlock(['b', 'a'], 'ana')).toMatchObject([
      { name: 'a', locked: false, locked_by: null, locked_since: null, description: 'run 1' },
      { name: 'b', locked: false },
    ]);
    expect(unlock([], null)).toEqual([]);
  });

  test.each<[string, string[], string | null, object]>([
    ['an unknown name', ['a', 'x'], 'ana', { failure: 'invalid', reason: 'Could not find all nodes!' }],
    ['a repeated name', ['a', 'a'], 'ana', { failure: 'invalid', reason: 'Could not find all nodes!' }],
    ['a request without an owner', ['a'], null, unlockWithoutOwner],
    ["another owner's node", ['a', 'c'], 'ana', otherOwner],
    ['a free node', ['a', 'd'], 'ana', alreadyUnlocked],
  ])('refuses %s and changes nothing', (_what, names, by, expected) => {
    expect(unlock(names, by)).toMatchObject(expected);
    expect(isFailure(unlock(['a'], 'ana'))).toBe(false);
  });
});

test('a node must not host itself, directly or through others', () => {
  const hosts: Record<string, string> = { a: 'b', b: 'c', x: 'y', y: 'x' };
  const hostOf = (name: string) => hosts[name] ?? null;
  expect(wouldHostItself('c', 'a', hostOf)).toBe(true);
  expect(wouldHostItself('c', 'c', hostOf)).toBe(true);
  expect(wouldHostItself('d', 'a', hostOf)).toBe(false);
  expect(wouldHostItself('d', 'x', hostOf)).toBe(false);
});

test('filters accept several spellings of booleans', () => {
  for (const text of ['1', 't', 'true', 'True', 'YES', 'on']) expect(parseBooleanText(text)).toBe(true);
  for (const text of ['0', 'f', 'False', 'no', 'OFF']) expect(parseBooleanText(text)).toBe(false);
  for (const text of ['', '2', 'bogus', ' 1']) expect(parseBooleanText(text)).toBe(null);
});
