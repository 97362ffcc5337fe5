import { describe, expect, test } from 'vitest';
import { nodeRoles } from './roles.ts';

describe('the roles of nodes', () => {
  test.each<[string, unknown, unknown, ReturnType<typeof nodeRoles>]>([
    [
      'is told host by host, in the order of the targets',
      [['mon.a', 'osd.0'], ['client.0']],
      { 'ubuntu@smithi2.x': 'ssh-rsa', 'ubuntu@smithi1.x': 'ssh-rsa' },
      [
        { node: 'smithi2.x', roles: ['mon.a', 'osd.0'] },
        { node: 'smithi1.x', roles: ['client.0'] },
      ],
    ],
    ['is told of a list of hosts too', [['a']], ['smithi1'], [{ node: 'smithi1', roles: ['a'] }]],
    ['takes a text for a list of one', ['a'], ['h'], [{ node: 'h', roles: ['a'] }]],
    [
      'leaves out what is no text',
      [['a', 1, null, ['b']], { c: 1 }],
      ['h', 'i'],
      [
        { node: 'h', roles: ['a'] },
        { node: 'i', roles: [] },
      ],
    ],
    ['is not guessed when the numbers differ', [['a'], ['b']], { h: '' }, []],
    ['is not guessed when a target is no text', [['a'], ['b']], ['h', { toString: 1, valueOf: 1 }], []],
    ['is unknown without roles', null, { h: '' }, []],
    ['is unknown when roles are no list', { 0: ['a'] }, ['h'], []],
    ['is unknown without targets', [['a']], null, []],
    ['is unknown when targets are a text', [['a']], 'h', []],
    ['is nothing of nobody', [], {}, []],
  ])('%s', (_outcome, roles, targets, expected) => expect(nodeRoles(roles, targets)).toEqual(expected));
});
