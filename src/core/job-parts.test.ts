import { expect, test } from 'vitest';
import { roleNames, taskNames } from './job-parts.ts';

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
