import { describe, expect, test } from 'vitest';
import { differingFacets } from '../../../../src/core/facets.ts';
import { aCause, aPage, aVerdict } from '../../../../test/helpers/dashboard.ts';
import { failureRows, groupKey, nextGroup, rowKey, selectionOf } from './failure-rows.ts';
import { groupFailures } from './groups.ts';
import { jobsOf } from './jobs.ts';

const page = aPage({
  causes: [aCause('a', [2]), aCause('b', [1])],
  verdicts: [aVerdict('a', { verdict: 'NEW' }), aVerdict('b')],
  jobs: [
    { job_id: '10', status: 'fail', cause: 'a', description: 'x/{p q/1}' },
    { job_id: 'odd@a', status: 'fail', cause: 'a', description: 'x/{p q/2}' },
    { job_id: '12', status: 'fail', cause: 'b', description: 'x/{p q/3}' },
    { job_id: '13', status: 'pass', description: 'x/{p q/4}' },
  ],
});
const jobs = jobsOf(page);
const groups = groupFailures(jobs, page, 'signature');
const differing = differingFacets(jobs.map(({ description }) => description));

const rowsWith = (...opened: string[]) => failureRows(groups, new Set(opened), differing);
const facetsOf = (id: string) =>
  rowsWith(id).flatMap((row) => (row.kind === 'job' && row.group.id === id ? [row.facets] : []));

describe('the rows', () => {
  test('of closed groups are one line each, below the heading of their band', () => {
    expect(rowsWith()).toEqual([
      { kind: 'band', band: 'look', causes: 1, open: 1, jobs: 2 },
      { kind: 'group', group: groups[0] },
      { kind: 'band', band: 'decided', causes: 1, open: 1, jobs: 1 },
      { kind: 'group', group: groups[1] },
    ]);
  });

  test('have no headings if jobs are not grouped by cause', () => {
    const byOs = groupFailures(jobs, page, 'os');
    expect(failureRows(byOs, new Set(), differing).map(({ kind }) => kind)).toEqual(['group']);
  });

  test('of a group show the differences between the descriptions of its jobs', () => {
    expect(facetsOf('a')).toEqual(['q=1', 'q=2']);
  });

  test('of a single job show its differences from the rest of the run', () => {
    expect(facetsOf('b')).toEqual(['q=3']);
  });
});

describe('a key in the URL selects', () => {
  const select = (key: string) => {
    const { group, job } = selectionOf(key, groups, jobs);
    return [group?.id ?? null, job?.job_id ?? null];
  };

  test('the row that it was made from, whatever the name of the job', () => {
    for (const group of groups) {
      expect(select(groupKey(group))).toEqual([group.id, null]);
    }
    const rows = rowsWith(...groups.map(({ id }) => id)).filter((row) => row.kind === 'job');
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      expect(select(rowKey(row))).toEqual([null, row.job.job_id]);
    }
  });

  test.each([
    ['13', [null, '13']],
    ['odd@a', [null, 'odd@a']],
    ['group:none', [null, null]],
    ['band:look', [null, null]],
    ['99', [null, null]],
    ['99@a', [null, null]],
    ['', [null, null]],
  ])('%s', (key, expected) => {
    expect(select(key)).toEqual(expected);
  });
});

test.each([
  [null, 1, 'b'],
  ['group:a', 1, 'b'],
  ['10@a', 1, 'b'],
  ['group:b', -1, 'a'],
  ['12@b', 1, undefined],
  ['group:a', -1, undefined],
  ['group:gone', 1, 'a'],
] as const)('from %s a step of %i leads to the cause %s', (selected, step, expected) => {
  expect(nextGroup(groups, selected, step)?.id).toBe(expected);
});
