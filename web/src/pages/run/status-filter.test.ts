import { expect, test } from 'vitest';
import { pickedStatuses, pickStatus } from './status-filter.ts';

test.each([
  ['', []],
  ['s:fail', ['fail']],
  ['status:fail,dead x', ['fail', 'dead']],
  ['-s:pass', []],
  ['s:f*', []],
])('the filter "%s" asks for %j', (q, statuses) => {
  expect(pickedStatuses(q)).toEqual(statuses);
});

test.each([
  ['', 'fail', 'status:fail'],
  ['suite:fs', 'fail', 'suite:fs status:fail'],
  ['s:fail suite:fs', 'fail', 'suite:fs'],
  ['s:fail suite:fs', 'dead', 'suite:fs status:dead'],
  ['s:fail,dead', 'dead', 'status:dead'],
  ['-s:pass "open', 'dead', '"open" status:dead'],
] as const)('a click in "%s" on %s leads to "%s"', (q, status, expected) => {
  expect(pickStatus(q, status)).toBe(expected);
});
