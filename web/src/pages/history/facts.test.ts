import { describe, expect, test } from 'vitest';
import { type JobStatus, jobStatuses } from '../../../../src/core/job.ts';
import { parseQuery } from '../../../../src/core/query.ts';
import { jobMatcher } from '../../../../src/core/query-match.ts';
import type { History } from '../../../../src/http/api/history.ts';
import { aRun } from '../../../../test/helpers/dashboard.ts';
import { filterRows, type HistoryRow, rowFacts, shortDescriptions, stripes } from './facts.ts';

const row = (description: string, statuses: (JobStatus | null)[], signature: number[] = []): HistoryRow => ({
  description,
  status: statuses.map((status) => (status === null ? -1 : jobStatuses.indexOf(status))),
  job_id: statuses.map((status, at) => (status === null ? null : String(at))),
  signature: statuses.map((_, at) => signature[at] ?? -1),
  case_causes: [],
});

describe('a description', () => {
  test.each([
    [['pass', 'fail', 'dead'], { fails: 2, ran: 3, firstBad: 1, lastPass: 0 }],
    [['fail', 'pass', null, 'fail', 'fail'], { fails: 3, ran: 4, firstBad: 3, lastPass: 1 }],
    [['fail', 'pass'], { fails: 1, ran: 2, firstBad: -1, lastPass: 1 }],
    [['fail', 'running', 'fail'], { fails: 2, ran: 3, firstBad: 0, lastPass: -1 }],
    [[null, null], { fails: 0, ran: 0, firstBad: -1, lastPass: -1 }],
  ] as [(JobStatus | null)[], object][])('with the results %j has the facts %j', (statuses, facts) => {
    expect(rowFacts(row('d', statuses))).toEqual(facts);
  });
});

test('rows are found by words of their descriptions and causes, and by their failures', () => {
  const rows = [
    row('s/{a objectstore/x}', ['fail', 'pass'], [0]),
    row('s/{b objectstore/x}', ['pass', 'pass']),
    row('s/{c objectstore/y}', ['pass', 'dead'], [-1, 1]),
  ];
  const signatures = ['Read Error', 'timeout'].map((title, at) => ({
    id: String(at),
    kind: 'other',
    title,
    class: 'unclear' as const,
  }));
  const data: History = { runs: [aRun(), aRun()], rows, signatures, total: 3 };
  const clock = { now: 0, zone: 'UTC' };
  const found = (q: string, onlyRed: boolean) =>
    filterRows(data, q === '' ? null : jobMatcher(parseQuery(q, 'jobs').query, clock), onlyRed).map((one) =>
      rows.indexOf(one),
    );
  expect(found('', false)).toEqual([0, 1, 2]);
  expect(found('', true)).toEqual([0, 2]);
  expect(found('read ERROR', false)).toEqual([0]);
  expect(found('objectstore/x', false)).toEqual([0, 1]);
  expect(found('objectstore timeout', false)).toEqual([2]);
  expect(found('s:dead f:objectstore=y cause:1', false)).toEqual([2]);
  expect(found('s:pass f:objectstore=x', false)).toEqual([0, 1]);
  expect(found('objectstore/x timeout', false)).toEqual([]);
});

test('descriptions are shortened to their differences; one without differences is shown in full', () => {
  const short = shortDescriptions([row('s/{a os/x}', []), row('s/{a os/y}', [])]);
  expect([...short.values()]).toEqual(['os=x', 'os=y']);
  expect([...shortDescriptions([row('s/{a os/x}', [])]).values()]).toEqual(['s/{a os/x}']);
});

test('the stripes above the runs change with the sha1', () => {
  expect(stripes(['a', 'a', 'b', null, null, 'c'])).toEqual([false, false, true, false, false, true]);
});
