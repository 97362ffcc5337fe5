import { describe, expect, test } from 'vitest';
import { aRun } from '../../../../test/helpers/dashboard.ts';
import {
  compareInOrder,
  countsInWords,
  donePercent,
  groupRuns,
  groupTitle,
  runSeconds,
  sumCounts,
} from './run-facts.ts';

const started = Date.UTC(2026, 10, 23, 9);
const now = started + 7_200_000;

describe('a run took', () => {
  test.each([
    ['from its first start to its last change', { started, updated: started + 3_600_000 }, 3600],
    ['until now while jobs run', { started, updated: started + 1000, counts: { running: 1 } }, 7200],
    ['an unknown time before a job has started', { started: null }, null],
    ['an unknown time when it was reported after the fact', { started, updated: started + 59_000 }, null],
    ['no time yet when a clock is ahead', { started: now + 5000, counts: { waiting: 1 } }, 0],
  ])('%s', (_outcome, run, expected) => {
    expect(runSeconds(aRun(run), now)).toBe(expected);
  });
});

test('jobs that have ended are counted in percent, never as all before the last one', () => {
  expect(donePercent(aRun({ counts: { pass: 398, fail: 1, running: 1 } }))).toBe(99);
  expect(donePercent(aRun({ counts: { pass: 1, fail: 1, dead: 1 } }))).toBe(100);
  expect(donePercent(aRun())).toBe(0);
});

test('counts are told bad ones first', () => {
  expect(countsInWords(aRun({ counts: { pass: 440, fail: 47, dead: 1 } }).counts)).toBe('47 fail, 1 dead, 440 pass');
  expect(countsInWords(aRun().counts)).toBe('no jobs');
});

test('counts of several runs are added', () => {
  const runs = [aRun({ counts: { pass: 1, fail: 2 } }), aRun({ counts: { pass: 3, unknown: 1 } })];
  expect(sumCounts(runs)).toEqual({ ...aRun().counts, pass: 4, fail: 2, unknown: 1 });
});

test('runs are grouped in the order of the first run of each group', () => {
  const runs = [aRun({ name: '1', suite: 'fs' }), aRun({ name: '2' }), aRun({ name: '3', suite: 'fs' })];
  const groups = groupRuns(runs, (run) => groupTitle(run, 'suite', String));
  expect(groups.map(({ title, runs }) => [title, ...runs.map(({ name }) => name)])).toEqual([
    ['fs', '1', '3'],
    ['rados', '2'],
  ]);
});

test('a group is named by what its runs share', () => {
  expect(groupTitle(aRun({ branch: '' }), 'branch', String)).toBe('no branch');
  expect(groupTitle(aRun({ sha1: null }), 'sha1', String)).toBe('no sha1');
  expect(groupTitle(aRun(), 'day', (at) => new Date(at).toISOString())).toBe('2026-11-23T09:00:00.000Z');
});

test('of two marked runs the older one is A, in whatever order they were marked', () => {
  const runs = [aRun({ name: 'new', scheduled: 2 }), aRun({ name: 'old', scheduled: 1 })];
  expect(compareInOrder(runs, ['new', 'old'])).toBe('/runs/new/compare?with=old');
  expect(compareInOrder(runs, ['old', 'new'])).toBe('/runs/new/compare?with=old');
});
