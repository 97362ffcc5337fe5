import { describe, expect, test } from 'vitest';
import type { JobStatus } from './job.ts';
import { noveltyOf, traitsOf } from './traits.ts';

test.each<[number[], ReturnType<typeof noveltyOf>]>([
  [[0, 0, 3], 'new'],
  [[1, 0, 3], 'known'],
  [[0, 1, 1], 'known'],
  [[5, 0], 'known'],
  [[0, 5], 'new'],
  [[5], null],
  [[], null],
])('a cause with these counts of jobs, run by run, %j, is %s', (seen, novelty) => {
  expect(noveltyOf(seen)).toBe(novelty);
});

describe('a job', () => {
  test.each<[JobStatus, JobStatus | null, number[] | null, string[]]>([
    ['fail', 'pass', [0, 1], ['new']],
    ['dead', 'fail', [0, 1], ['new']],
    ['fail', null, [2, 1], ['known']],
    ['fail', 'pass', [1], []],
    ['running', 'fail', null, ['live']],
    ['waiting', null, null, ['live']],
    ['queued', 'fail', null, []],
    ['unknown', 'fail', null, []],
    ['pass', 'fail', null, ['fixed']],
    ['pass', 'dead', null, ['fixed']],
    ['pass', 'pass', null, []],
    ['pass', 'running', null, []],
    ['pass', null, null, []],
  ])('%s, before %s, with the counts %j, is %j', (status, previous, seen, expected) => {
    expect([...traitsOf({ status, previous, seen })]).toEqual(expected);
  });
});
