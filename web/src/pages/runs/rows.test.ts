import { describe, expect, test } from 'vitest';
import { aRun } from '../../../../test/helpers/dashboard.ts';
import { oneSort, type RowOptions, runRows } from './rows.ts';

const now = Date.UTC(2026, 10, 25, 12);
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
  test('is plain, with marks', () => {
    expect(rows({ marked: ['2'] })).toEqual(['1', '2 marked', '3']);
  });

  test('has a line with the sums above each group', () => {
    expect(rows({ grouping: 'day' })).toEqual([
      'Today, Wed 25 Nov: 2, 0 fail',
      '1',
      'Yesterday, Tue 24 Nov: 4, 3 fail',
      '2',
      '3',
    ]);
  });

  test('leaves the runs of closed groups out', () => {
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
