import { describe, expect, test } from 'vitest';
import { aCause, aPage, aVerdict } from '../../../../test/helpers/dashboard.ts';
import { baselineText, headline } from './headline.ts';

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
  test('names what to look at first, with the jobs of what began, and then the rest', () => {
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
      '9 causes in 45 jobs: 1 began 20 Nov (8 jobs), 1 rose (6 jobs), 1 new, 2 infra, 1 unseen before, 1 began earlier (9 jobs), 1 flaky, 1 known; 7 undecided of 9 left',
    );
  });

  test('counts a job of several causes once', () => {
    const causes = [aCause('a', [2]), aCause('b', [2], 'test'), aCause('c', [1], 'test')];
    const verdicts = [aVerdict('a'), began('b', 3), began('c', 3)];
    const jobs = [
      { status: 'fail', cause: 'a', case_causes: ['b', 'c'] },
      { status: 'fail', cause: 'b', case_causes: ['b'] },
      { status: 'pass' },
    ] as const;
    expect(headline(aPage({ causes, verdicts, jobs }))).toBe(
      '3 causes in 2 jobs: 2 began 20 Nov (2 jobs), 1 known; 2 undecided of 3 left',
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
  ])('is said of %i runs', (runs, first, last, expected) => {
    expect(baselineText(aPage({ baseline: { base: 'main', bases: ['main'], chosen: false, runs, first, last } }))).toBe(
      expected,
    );
  });
});
