import { expect, test } from 'vitest';
import { sharesOf } from './shares.ts';

test.each<[string, number[], number[], number[]]>([
  ['in runs of one size follow the counts', [0, 7, 14, 28], [500, 500, 500, 500], [0, 0.25, 0.5, 1]],
  ['follow the share of jobs, not their number', [20, 40], [50, 500], [1, 0.25]],
  ['show a single job', [1, 500], [500, 500], [0.25, 1]],
  ['of a cause that was never there are empty', [0, 0], [10, 0], [0, 0]],
  ['of a run without jobs yet are full', [1], [0], [1]],
])('the cells of a strip %s', (_what, counts, totals, expected) => {
  const runs = totals.map((total, at) => ({ name: `run ${at}`, scheduled: at, total }));
  expect(sharesOf(counts, runs)).toEqual(expected);
});
