import { describe, expect, test } from 'vitest';
import { differingFacets } from '../../../../src/core/facets.ts';
import { aCause, aPage } from '../../../../test/helpers/dashboard.ts';
import { jobsOf } from '../../lib/jobs.ts';
import { failureRows, groupKey, nextGroup, rowKey, selectionOf } from './failure-rows.ts';
import { groupFailures } from './groups.ts';

const page = aPage({
  causes: [aCause('a', [2]), aCause('b', [1])],
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

describe('the rows of a group', () => {
  test('are its line alone while it is closed', () => {
    expect(failureRows(groups[0]!, false, differing)).toEqual([{ group: groups[0], job: null, facets: '' }]);
  });

  test('show where the descriptions of its jobs differ', () => {
    expect(failureRows(groups[0]!, true, differing).map(({ facets }) => facets)).toEqual(['', 'q=1', 'q=2']);
  });

  test('show for a lone job where it differs from the rest of the run', () => {
    expect(failureRows(groups[1]!, true, differing).map(({ facets }) => facets)).toEqual(['', 'q=3']);
  });
});

describe('a key of the address selects', () => {
  const select = (key: string) => {
    const { group, job } = selectionOf(key, groups, jobs);
    return [group?.id ?? null, job?.job_id ?? null];
  };

  test('the row that it was made of, whatever the job is called', () => {
    for (const group of groups) {
      expect(select(groupKey(group))).toEqual([group.id, null]);
      for (const row of failureRows(group, true, differing).slice(1)) {
        expect(select(rowKey(row))).toEqual([null, row.job?.job_id]);
      }
    }
  });

  test.each([
    ['13', [null, '13']],
    ['odd@a', [null, 'odd@a']],
    ['group:none', [null, null]],
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
