import { describe, expect, test } from 'vitest';
import { parseAllFacets } from '../../../../src/core/facets.ts';
import { aCause, aPage, aVerdict, type SampleJob } from '../../../../test/helpers/dashboard.ts';
import { commonNodes, countFacets, groupFailures, groupingsOf } from './groups.ts';
import { jobsOf } from './jobs.ts';

const causes = [aCause('known', [1, 3]), aCause('new', [0, 1]), aCause('also new', [0, 2])];
const jobs: SampleJob[] = [
  { status: 'fail', cause: 'known', description: 'a/{b c/x}', os: 'rocky 10', nodes: ['n1', 'n2'] },
  { status: 'fail', cause: 'known', description: 'a/{b c/y}', os: 'rocky 10', nodes: ['n1'] },
  { status: 'dead', cause: 'known' },
  { status: 'fail', cause: 'new', description: 'a/{b c/x}', os: 'ubuntu 22.04', nodes: ['n2'] },
  { status: 'fail', cause: 'also new' },
  { status: 'dead', cause: 'also new' },
  { status: 'pass', description: 'a/{b c/x}', nodes: ['n1'] },
  { status: 'running', description: 'a/{b c/x}', nodes: ['n1'] },
];
const verdicts = [aVerdict('known'), aVerdict('new', { verdict: 'NEW' }), aVerdict('also new', { verdict: 'ROSE' })];
const page = aPage({ jobs, causes, verdicts });
const all = jobsOf(page);
const grouped = (by: string, from = page) =>
  groupFailures(jobsOf(from), from, by).map(({ title, jobs: ofGroup }) => [title, ofGroup.map(({ job_id }) => job_id)]);

describe('failing jobs are grouped', () => {
  test('by cause: first those to look at first, then those with the most jobs', () => {
    expect(grouped('signature')).toEqual([
      ['cause also new', ['5', '6']],
      ['cause new', ['4']],
      ['cause known', ['1', '2', '3']],
    ]);
    expect(groupFailures(all, page, 'signature').map(({ band }) => band)).toEqual(['look', 'look', 'decided']);
  });

  test('by each of the causes that a job has', () => {
    const several = aPage({
      causes: [aCause('a', [2]), aCause('b', [2], 'test')],
      jobs: [
        { status: 'fail', cause: 'a', case_causes: ['b'] },
        { status: 'fail', cause: 'b', case_causes: ['b'] },
        { status: 'fail', cause: 'a' },
      ],
    });
    expect(grouped('signature', several)).toEqual([
      ['cause a', ['1', '3']],
      ['cause b', ['1', '2']],
    ]);
    expect(grouped('kind', several)).toEqual([
      ['command', ['1', '3']],
      ['test', ['1', '2']],
    ]);
  });

  test('by band in the order of the page', () => {
    const judged = (['INFRA', 'UNSEEN', 'FLAKY'] as const).map((verdict, at) =>
      aVerdict(causes[at]?.id ?? '', { verdict }),
    );
    const others = aPage({ jobs, causes, verdicts: judged });
    expect(grouped('signature', others).map(([title]) => title)).toEqual([
      'cause new',
      'cause known',
      'cause also new',
    ]);
  });

  test.each<[string, [string, string[]][]]>([
    [
      'node',
      [
        ['no node', ['3', '5', '6']],
        ['n1', ['1', '2']],
        ['n2', ['1', '4']],
      ],
    ],
    [
      'os',
      [
        ['no os', ['3', '5', '6']],
        ['rocky 10', ['1', '2']],
        ['ubuntu 22.04', ['4']],
      ],
    ],
    [
      'description',
      [
        ['no description', ['3', '5', '6']],
        ['a/{b c/x}', ['1', '4']],
        ['a/{b c/y}', ['2']],
      ],
    ],
    ['kind', [['command', ['1', '2', '3', '4', '5', '6']]]],
    [
      'facet:c',
      [
        ['no c', ['3', '5', '6']],
        ['c=x', ['1', '4']],
        ['c=y', ['2']],
      ],
    ],
    ['none', [['all failures', ['1', '2', '3', '4', '5', '6']]]],
  ])('by %s', (by, expected) => {
    expect(grouped(by)).toEqual(expected);
    expect(
      groupFailures(all, page, by).every(
        ({ verdict, band, signature }) => verdict === null && band === null && signature === null,
      ),
    ).toBe(true);
  });

  test('into no groups if nothing failed', () => {
    expect(groupFailures(jobsOf(aPage({ jobs: [{}] })), page, 'signature')).toEqual([]);
  });
});

test('failures can be grouped by each facet in which they differ', () => {
  expect(groupingsOf(all)).toEqual(['signature', 'description', 'node', 'os', 'kind', 'none', 'facet:c']);
});

test('values are counted by key, the largest share of failures first, without the facets that all jobs share', () => {
  const jobs = jobsOf(
    aPage({
      jobs: [
        { status: 'fail', description: 's/{all os/rocky}' },
        { status: 'pass', description: 's/{all os/rocky}' },
        { status: 'dead', description: 's/{all os/ubuntu}' },
        { status: 'running', description: 's/{all os/centos}' },
      ],
    }),
  );
  const facets = parseAllFacets(jobs.map(({ description }) => description));
  const counts = countFacets(jobs, facets).map(([key, values]) => [
    key,
    values.map(({ facet, red, total }) => `${facet.value} ${red}/${total}`),
  ]);
  expect(counts).toEqual([['os', ['ubuntu 1/1', 'rocky 1/2', 'centos 0/1']]]);
  expect(countFacets(jobs.slice(0, 2), facets)).toEqual([]);
});

test('only the most informative keys are counted', () => {
  const facets = Array.from({ length: 30 }, (_, at) => `k${at}`);
  const jobs = jobsOf(
    aPage({
      jobs: ['x', 'y'].map((value) => ({ description: `s/{${facets.map((key) => `${key}/${value}`).join(' ')}}` })),
    }),
  );
  expect(countFacets(jobs, parseAllFacets(jobs.map(({ description }) => description)))).toHaveLength(24);
});

const on = (...names: string[]) => names.map((name) => ({ nodes: name.split(' ') }));

test.each([
  [on('a', 'b', 'c'), []],
  [on('a b', 'a', 'c'), [{ node: 'a', jobs: 2, most: false }]],
  [
    on('a b', 'a b', 'a', 'c'),
    [
      { node: 'a', jobs: 3, most: true },
      { node: 'b', jobs: 2, most: false },
    ],
  ],
])('of %j, the nodes that several jobs ran on are checked', (jobs, nodes) => {
  expect(commonNodes(jobs)).toEqual(nodes);
});
