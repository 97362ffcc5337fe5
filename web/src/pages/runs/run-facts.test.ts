import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { aRun } from '../../../../test/helpers/dashboard.ts';
import {
  compareInOrder,
  countsInWords,
  dayTitle,
  donePercent,
  groupRuns,
  groupTitle,
  oneSort,
  type RowOptions,
  runRows,
  runSeconds,
  sumCounts,
} from './run-facts.ts';

const started = Date.UTC(2026, 10, 23, 9);
const now = Date.UTC(2026, 10, 25, 12);

describe('a run took', () => {
  test.each([
    ['from its first start to its last change', { started, updated: started + 3_600_000 }, 3600],
    ['until now while jobs run', { started, updated: started + 1000, counts: { running: 1 } }, 183_600],
    ['an unknown time before a job has started', { started: null }, null],
    ['an unknown time when it was reported after the fact', { started, updated: started + 59_000 }, null],
    ['no time yet when a clock is ahead', { started: now + 5000, counts: { waiting: 1 } }, 0],
  ])('%s', (_outcome, run, expected) => {
    expect(runSeconds(aRun(run), now)).toBe(expected);
  });
});

test('the percentage of finished jobs is 100 only after the last job', () => {
  expect(donePercent(aRun({ counts: { pass: 398, fail: 1, running: 1 } }))).toBe(99);
  expect(donePercent(aRun({ counts: { pass: 1, fail: 1, dead: 1 } }))).toBe(100);
  expect(donePercent(aRun())).toBe(0);
});

test('counts in words start with failures', () => {
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

test('the title of a group is what its runs share', () => {
  expect(groupTitle(aRun({ branch: '' }), 'branch', String)).toBe('no branch');
  expect(groupTitle(aRun({ sha1: null }), 'sha1', String)).toBe('no sha1');
  expect(groupTitle(aRun(), 'day', (at) => new Date(at).toISOString())).toBe('2026-11-23T09:00:00.000Z');
});

test('the older of two marked runs is A, in whatever order they were marked', () => {
  const runs = [aRun({ name: 'new', scheduled: 2 }), aRun({ name: 'old', scheduled: 1 })];
  expect(compareInOrder(runs, ['new', 'old'])).toBe('/runs/new/compare?with=old');
  expect(compareInOrder(runs, ['old', 'new'])).toBe('/runs/new/compare?with=old');
});
const plain: RowOptions = { grouping: null, closed: new Set(), marked: [], zone: 'utc', now };
const runs = [
  aRun({ name: '1', scheduled: now, counts: { pass: 2 } }),
  aRun({ name: '2', scheduled: now - 86_400_000, counts: { fail: 1 } }),
  aRun({ name: '3', scheduled: now - 90_000_000, counts: { fail: 2, pass: 1 } }),
];
const rows = (options: Partial<RowOptions>) =>
  runRows(runs, { ...plain, ...options }).map((row) =>
    row.kind === 'run'
      ? `${row.run.name}${row.marked ? ' marked' : ''}`
      : `${row.title}: ${row.total}, ${row.counts.fail} fail`,
  );

describe('the list of runs', () => {
  test('is flat, with marks', () => {
    expect(rows({ marked: ['2'] })).toEqual(['1', '2 marked', '3']);
  });

  test('has a heading with the totals for each group', () => {
    expect(rows({ grouping: 'day' })).toEqual([
      'Today, Wed 25 Nov: 2, 0 fail',
      '1',
      'Yesterday, Tue 24 Nov: 4, 3 fail',
      '2',
      '3',
    ]);
  });

  test('leaves out the runs of closed groups', () => {
    expect(rows({ grouping: 'day', closed: new Set(['day Yesterday, Tue 24 Nov']) })).toEqual([
      'Today, Wed 25 Nov: 2, 0 fail',
      '1',
      'Yesterday, Tue 24 Nov: 4, 3 fail',
    ]);
  });
});

test('the list is sorted by the column that was clicked last', () => {
  expect([oneSort('suite,-user'), oneSort('')]).toEqual(['-user', '-scheduled']);
});

test.each([
  [Date.UTC(2026, 10, 25), 'Today, Wed 25 Nov'],
  [Date.UTC(2026, 10, 24, 23, 59), 'Yesterday, Tue 24 Nov'],
  [Date.UTC(2026, 10, 20), 'Fri 20 Nov'],
  [Date.UTC(2025, 11, 31), 'Wed 31 Dec 2025'],
])('a run of %i is listed below %s', (at, title) => {
  expect(dayTitle(at, 'utc', now)).toBe(title);
});

test('the days and years in headings depend on the zone', () => {
  onTestFinished(() => void vi.unstubAllEnvs());
  vi.stubEnv('TZ', 'Asia/Tokyo');
  expect(dayTitle(Date.UTC(2026, 10, 24, 20, 30), 'local', now)).toBe('Today, Wed 25 Nov');
  expect(dayTitle(Date.UTC(2025, 11, 31, 20, 30), 'local', now)).toBe('Thu 1 Jan');
  vi.stubEnv('TZ', 'America/New_York');
  expect(dayTitle(Date.UTC(2026, 0, 1, 2), 'local', now)).toBe('Wed 31 Dec 2025');
});
