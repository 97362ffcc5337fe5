import { describe, expect, test } from 'vitest';
import { aCause, aPage, aRun, aVerdict } from '../../../../test/helpers/dashboard.ts';
import { baselineText, headline, runTitle, sharesOf, shortSaid } from './headline.ts';

const day = 86_400_000;
const began = (id: string, days: number) => {
  const page = aPage();
  const run = {
    id: '1',
    name: 'r',
    suite: 'rados',
    branch: 'main',
    sha1: null,
    scheduled: page.run.scheduled - days * day,
  };
  return aVerdict(id, { verdict: 'SINCE', since: { run, k: 1, n: 2 } });
};

describe('the sentence on all causes', () => {
  test('starts with what to look at first, with the numbers of jobs, followed by the rest', () => {
    const causes = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((id, at) => aCause(id, [9, at + 1]));
    const verdicts = [
      aVerdict('a', { verdict: 'KNOWN' }),
      aVerdict('b', { verdict: 'FLAKY' }),
      aVerdict('c', { verdict: 'INFRA' }),
      aVerdict('d', { verdict: 'INFRA', class: 'infra' }),
      aVerdict('e', { verdict: 'UNSEEN' }),
      aVerdict('f', { verdict: 'ROSE' }),
      aVerdict('g', { verdict: 'NEW' }),
      began('h', 3),
      began('i', 30),
    ];
    const jobs = causes.flatMap(({ id }, at) =>
      Array.from({ length: at + 1 }, () => ({ status: 'fail', cause: id }) as const),
    );
    expect(headline(aPage({ causes, verdicts, jobs }))).toBe(
      '9 causes in 45 jobs: 1 began 20 Nov (8 jobs), 1 rose (6 jobs), 1 new, 2 infra, 1 unseen before, 1 began earlier (9 jobs), 1 flaky, 1 known; 7 of 9 undecided',
    );
  });

  test('counts a job with several causes once', () => {
    const causes = [aCause('a', [2]), aCause('b', [2], 'test'), aCause('c', [1], 'test')];
    const verdicts = [aVerdict('a'), began('b', 3), began('c', 3)];
    const jobs = [
      { status: 'fail', cause: 'a', case_causes: ['b', 'c'] },
      { status: 'fail', cause: 'b', case_causes: ['b'] },
      { status: 'pass' },
    ] as const;
    expect(headline(aPage({ causes, verdicts, jobs }))).toBe(
      '3 causes in 2 jobs: 2 began 20 Nov (2 jobs), 1 known; 2 of 3 undecided',
    );
  });

  test('says when nothing failed', () => {
    expect(headline(aPage())).toBe('No failures');
  });
});

describe('what a run was compared with', () => {
  const at = (scheduled: number) => ({ name: 'r', scheduled });

  test.each([
    [
      40,
      at(Date.UTC(2026, 8, 28)),
      at(Date.UTC(2026, 10, 20)),
      'Compared with 40 runs of rados on main, 28 Sep to 20 Nov.',
    ],
    [1, at(Date.UTC(2026, 10, 20)), at(Date.UTC(2026, 10, 20)), 'Compared with 1 run of rados on main, 20 Nov.'],
    [0, null, null, 'No earlier run of rados on main within 60 days to compare with.'],
  ])('is described for %i runs', (runs, first, last, expected) => {
    expect(baselineText(aPage({ baseline: { base: 'main', bases: ['main'], chosen: false, runs, first, last } }))).toBe(
      expected,
    );
  });
});

const run = { id: 'r', name: 'r', suite: 'rados', branch: 'main', sha1: null, scheduled: 0 };
const count = { k: 1, n: 2 };
const blame = { facets: [['rados/thrash'], ['os=rocky', 'x']], with: count, without: count, runs: 1, p: 0 };
const outage = { jobs: 40, hits: 12, hit: [], from: 0, to: 1 };
const numbers = { c: 5, m: 7, k: 2, n: 400, runs: 17, runs_with: 2 };

test.each([
  [{ verdict: 'NEW', k: 0 }, '5 of 7 here, 0 of 400 before'],
  [{ verdict: 'ROSE' }, '5 of 7 here, 2 of 400 before'],
  [{ verdict: 'UNSEEN', k: 0, c: 1 }, '1 of 7 here, 0 of 400 before'],
  [{ verdict: 'SINCE', since: { run, k: 38, n: 138 } }, '2 of 400 before, 38 of 138 since'],
  [{ verdict: 'FLAKY' }, '2 of 400 in 17 runs, 0.5 %'],
  [{ verdict: 'KNOWN' }, 'in 2 of 17 runs, 2 of 400 jobs'],
  [{ verdict: 'INFRA' }, '5 of 7 jobs, the lab'],
  [{ verdict: 'INFRA', outage }, '5 of 7 here, 12 of 40 in other runs then'],
  [{ verdict: 'NEW', k: 0, blame }, '5 of 7 here, 0 of 400 before · rados/thrash and rocky = x'],
] as const)('%j is said in a row as "%s"', (given, expected) => {
  expect(shortSaid(aVerdict('x', { ...numbers, ...given } as Parameters<typeof aVerdict>[1]))).toBe(expected);
});

test.each<[Parameters<typeof aRun>[0], string]>([
  [{ counts: { fail: 47, dead: 13 }, status: 'finished fail' }, '47✕ 13† rados @main'],
  [{ counts: { dead: 1, running: 2 }, status: 'running' }, '1† rados @main'],
  [{ counts: { pass: 2 } }, '✓ rados @main'],
  [{ counts: { queued: 2 }, status: 'queued' }, 'queued rados @main'],
])('the title of %j is %s', (run, title) => {
  expect(runTitle(aRun(run))).toBe(title);
});

test.each<[string, number[], number[], number[]]>([
  ['in runs of one size follow the counts', [0, 7, 14, 28], [500, 500, 500, 500], [0, 0.25, 0.5, 1]],
  ['follow the share of jobs, not their number', [20, 40], [50, 500], [1, 0.25]],
  ['show a single job', [1, 500], [500, 500], [0.25, 1]],
  ['of a cause that never occurred are empty', [0, 0], [10, 0], [0, 0]],
  ['of a run without jobs yet are full', [1], [0], [1]],
])('the cells of a strip %s', (_what, counts, totals, expected) => {
  const runs = totals.map((total, at) => ({ name: `run ${at}`, scheduled: at, total }));
  expect(sharesOf(counts, runs)).toEqual(expected);
});
