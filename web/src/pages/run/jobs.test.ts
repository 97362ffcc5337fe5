import { describe, expect, test } from 'vitest';
import { parseQuery, type QueryKey } from '../../../../src/core/query.ts';
import { jobMatcher } from '../../../../src/core/query-match.ts';
import { aCause, aPage, aVerdict } from '../../../../test/helpers/dashboard.ts';
import { jobsOf, matchableJobs, pickedStatuses, pickStatus, valuesOf } from './jobs.ts';

test('jobs have their texts, their causes and the URLs of their logs', () => {
  const causes = [aCause('a', [1]), aCause('b', [2])];
  const [first, second] = jobsOf(
    aPage({
      causes,
      jobs: [
        { job_id: '8', status: 'fail', description: 'd', failure_reason: 'r', cause: 'b' },
        { job_id: '{run_name}', status: 'pass' },
      ],
      run: { name: 'run 1' },
      log_href_template: 'https://logs.example/{run_name}/{job_id}/log',
    }),
  );
  expect(first).toMatchObject({ index: 0, job_id: '8', description: 'd', failure_reason: 'r', signature: causes[1] });
  expect(first?.log_href).toBe('https://logs.example/run%201/8/log');
  expect(second).toMatchObject({ index: 1, description: null, failure_reason: null, signature: null });
  expect(second?.log_href).toBe('https://logs.example/run%201/%7Brun_name%7D/log');
});

test.each(['', 'javascript:alert(1)', '/logs/{job_id}'])('the template "%s" gives no link', (log_href_template) => {
  expect(jobsOf(aPage({ jobs: [{}], log_href_template }))[0]?.log_href).toBeNull();
});

const page = aPage({
  causes: [aCause('4f2a', [1]), aCause('77aa', [1], 'timeout')],
  verdicts: [aVerdict('4f2a', { verdict: 'ROSE' }), aVerdict('77aa')],
  jobs: [
    {
      status: 'fail',
      cause: '4f2a',
      failure_reason: 'it broke',
      os: 'rocky 10',
      nodes: ['n1', 'n2'],
      previous: 'fail',
    },
    { status: 'dead', cause: '77aa', os: 'rocky 10', nodes: ['n1'], previous: 'pass' },
    { status: 'running', description: 'a/{objectstore/b}' },
    { status: 'waiting' },
    { status: 'pass', previous: 'fail', duration: 7200 },
    { status: 'pass', previous: 'pass' },
    { status: 'queued' },
  ],
});
const jobs = matchableJobs(jobsOf(page), page, new Map());

describe('a filter finds', () => {
  test.each([
    ['is:new', ['1']],
    ['is:rose', ['1']],
    ['is:known', ['2']],
    ['is:unseen', []],
    ['is:live', ['3', '4']],
    ['is:fixed', ['5']],
    ['is:none', ['6', '7']],
    ['is:new,live', ['1', '3', '4']],
    ['-is:none -is:live', ['1', '2', '5']],
    ['s:fail,dead', ['1', '2']],
    ['sig:4f', ['1']],
    ['kind:timeout', ['2']],
    ['reason:broke', ['1']],
    ['f:objectstore=b', ['3']],
    ['dur:>1h', ['5']],
    ['suite:rados branch:main user:yuriw m:smithi flavor:default sha1:9360 prio:100 job:6', ['6']],
    ['scheduled:2026-11-23 job:7', ['7']],
    ['suite:fs', []],
  ])('by %s', (q, expected) => {
    const { query, problems } = parseQuery(q, 'jobs');
    const matches = jobMatcher(query, { now: Date.UTC(2026, 10, 23), zone: 'UTC' });
    expect(problems).toEqual([]);
    expect(jobs.filter(matches).map(({ job_id }) => job_id)).toEqual(expected);
  });
});

describe('values are suggested', () => {
  test.each<[QueryKey, string, [string, number][]]>([
    [
      'status',
      '',
      [
        ['pass', 2],
        ['fail', 1],
        ['dead', 1],
        ['running', 1],
        ['waiting', 1],
        ['queued', 1],
      ],
    ],
    [
      'node',
      'n',
      [
        ['n1', 2],
        ['n2', 1],
      ],
    ],
    ['os', 'rock', [['rocky 10', 2]]],
    ['is', 'l', [['live', 2]]],
    ['cause', '7', [['77aa', 1]]],
    ['f', 'obj', [['objectstore=b', 1]]],
    ['suite', '', []],
  ])('of %s that begin with "%s", the most frequent first', (key, prefix, expected) => {
    expect(valuesOf(jobs, key, prefix).map(({ value, count }) => [value, count])).toEqual(expected);
  });
});

test('no more than twenty values are suggested', () => {
  const many = aPage({ jobs: Array.from({ length: 30 }, (_, at) => ({ os: `os ${at}` })) });
  const all = matchableJobs(jobsOf(many), many, new Map());
  expect(valuesOf(all, 'os', '')).toHaveLength(20);
});

test.each([
  ['', []],
  ['s:fail', ['fail']],
  ['status:fail,dead x', ['fail', 'dead']],
  ['-s:pass', []],
  ['s:f*', []],
])('the filter "%s" selects %j', (q, statuses) => {
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
