import { describe, expect, test } from 'vitest';
import { isNew } from './bands.ts';
import { createDigest, indexRun, type RunIndex } from './digest.ts';
import type { Around } from './lab.ts';
import { type CauseFacts, type Comparison, type VerdictName, verdictNames, verdictOf } from './verdict.ts';

const hour = 3_600_000;
let made = 0;

/** A run with `n` jobs for each description. The first `k` of them ended with the cause `a`. */
function run(
  counts: Record<string, [k: number, n: number]>,
  other: { failed?: number; cause?: string } = {},
): RunIndex {
  const scheduled = Date.UTC(2026, 9, 1 + made++);
  const digest = createDigest({ id: `r${made}`, name: `r${made}`, suite: 's', branch: 'main', sha1: null, scheduled });
  const cause = { id: other.cause ?? 'a', class: 'product' } as const;
  for (const [description, [k, n]] of Object.entries(counts)) {
    for (let job = 0; job < n; job++) {
      const failed = job < k ? cause : job < k + (other.failed ?? 0) ? ({ id: 'b', class: 'unclear' } as const) : null;
      digest.add({ description, status: failed === null ? 'pass' : 'fail', causes: failed === null ? [] : [failed] });
    }
  }
  return indexRun(digest.done());
}

const plain = (k: number, n = 20) => run({ 's/x/{a}': [k, n] });
const asked = { id: 'a', class: 'product', starts: [0], shared: 0 } as const satisfies CauseFacts;

function judge(runs: RunIndex[], cause: Partial<CauseFacts> = {}, own: RunIndex[] = []) {
  const comparison: Comparison = { run: runs.at(-1)!, baseline: runs.slice(0, -1), own, bases: ['main', 'squid'] };
  return verdictOf(comparison, { ...asked, ...cause });
}

describe('the verdict on a cause', () => {
  test('is NEW for two jobs after seven runs without it', () => {
    const verdict = judge([...Array.from({ length: 7 }, () => plain(0)), plain(2)]);
    expect(verdict).toMatchObject({ verdict: 'NEW', c: 2, m: 20, k: 0, n: 140 });
    // The probability that both of 160 jobs are among 20: 20·19 / 160·159.
    expect(verdict.p).toBeCloseTo(0.01494, 5);
    expect(verdict.sentence).toBe('2 of 20 jobs here, 0 of 140 before (p 0.01).');
  });

  test('is INFRA for a cause of the lab, whose jobs are in no digest', () => {
    const verdict = judge([plain(0), plain(0)], { id: 'lab', class: 'infra', starts: [0, 1, 2] });
    expect(verdict).toMatchObject({ verdict: 'INFRA', c: 3, m: 23, k: 0, n: 0, blame: null, outage: null });
    expect(verdict.sentence).toBe('3 of 23 jobs here; the lab failed, not the software under test.');
    expect(isNew(verdict, { scheduled: 0 })).toBe(false);
  });

  test('counts a job that also failed because of a test case once', () => {
    const verdict = judge([plain(0), plain(2)], { id: 'lab', class: 'infra', starts: [0, 1, 2], shared: 2 });
    expect(verdict).toMatchObject({ verdict: 'INFRA', c: 3, m: 21 });
  });

  test.each([
    ['one job after any number of runs', 40, 1],
    ['two jobs after six runs', 6, 2],
    ['any number of jobs without a baseline', 0, 9],
  ])('is UNSEEN for %s', (_, before, k) => {
    expect(judge([...Array.from({ length: before }, () => plain(0, 100)), plain(k, 100)])).toMatchObject({
      verdict: 'UNSEEN',
      k: 0,
    });
  });

  test('is ROSE when this run alone has much more than the runs before', () => {
    const verdict = judge([plain(0), plain(1), plain(0), plain(0), plain(1), plain(12)]);
    expect(verdict).toMatchObject({ verdict: 'ROSE', c: 12, m: 20, k: 2, n: 100 });
    expect(verdict.sentence).toBe('12 of 20 jobs here, 2 of 100 before.');
  });

  test('is SINCE with the first run of the rise if that was an earlier run', () => {
    const runs = [0, 0, 0, 0, 8, 9, 7].map((k) => plain(k));
    const verdict = judge(runs);
    expect(verdict).toMatchObject({ verdict: 'SINCE', k: 0, n: 80, since: { run: runs[4]!.run, k: 24, n: 60 } });
    expect(verdict.last_without).toEqual(runs[3]!.run);
    expect(verdict.sentence).toMatch(/^Began \d+ \w+: 0 of 80 jobs before, 24 of 60 since\.$/);
  });

  test('is FLAKY with the interval of its share, without jobs that failed for another reason', () => {
    const odd = run({ 's/x/{a}': [1, 20] }, { failed: 5 });
    const verdict = judge([plain(1), plain(0), odd, plain(2), plain(1)]);
    expect(verdict).toMatchObject({ verdict: 'FLAKY', k: 4, n: 75, runs: 4, runs_with: 3 });
    expect(verdict.sentence).toBe('4 of 75 jobs in 4 runs (5 %, 2–13 %).');
  });

  test('is KNOWN for a cause that was seen in one run, and for one that always fails', () => {
    expect(judge([plain(0), plain(1), plain(0), plain(1)])).toMatchObject({
      verdict: 'KNOWN',
      runs_with: 1,
      k: 1,
      n: 60,
    });
    expect(judge([plain(18), plain(19), plain(20), plain(19)]).verdict).toBe('KNOWN');
  });

  test('is KNOWN when it began within the first three runs', () => {
    expect(judge([plain(0), plain(0), plain(12), plain(13), plain(12)]).verdict).toBe('KNOWN');
  });
});

test('NEW, ROSE, and SINCE of the last seven days are new', () => {
  const day = 24 * hour;
  const since = (days: number) => ({ run: { ...plain(0).run, scheduled: (100 - days) * day }, k: 1, n: 2 });
  const found = (verdict: VerdictName, days: number | null = null) =>
    isNew({ verdict, since: days === null ? null : since(days) }, { scheduled: 100 * day });
  expect(verdictNames.filter((name) => found(name))).toEqual(['NEW', 'ROSE']);
  expect([found('SINCE', 7), found('SINCE', 8)]).toEqual([true, false]);
});

test('a cause of one or two earlier jobs rises if chance explains neither the number of jobs here nor what they share', () => {
  const choices = (most: number, few: number) => run({ 's/x/{o/a}': [most, 94], 's/x/{o/b}': [few, 6] });
  const line = (here: RunIndex, ...hits: number[]) => judge([...hits.map((k) => choices(k, 0)), here]).verdict;
  const before = Array.from({ length: 24 }, (_, at) => (at === 2 ? 1 : 0));
  // Two of three jobs are among 100 of 2500 (0.0047), and both of two are among 6 of 100 (0.003, with two facets tried).
  expect(line(choices(0, 2), ...before)).toBe('ROSE');
  expect(line(choices(2, 0), ...before)).toBe('KNOWN');
  expect(line(choices(0, 2), 1, 1, 1, ...before)).not.toBe('ROSE');
});

test('the interval of a flake allows for both results of jobs that failed for another reason', () => {
  const runs = [1, 2, 1, 2, 1].map((k) => run({ 's/x/{a}': [k, 100] }, { failed: 20 }));
  const [verdict, clear] = [judge(runs), judge(runs.map((one, at) => (at < 4 ? plain([1, 2, 1, 2][at]!, 80) : one)))];
  expect(verdict).toMatchObject({ verdict: 'FLAKY', k: 6, n: 320, hi: clear.hi });
  expect(verdict.lo).toBeLessThan(clear.lo);
});

describe('jobs that share what the failures have in common', () => {
  const both = (k: number) => run({ 's/x/{o/one}': [k, 10], 's/x/{o/two}': [0, 60], 's/y/{o/three}': [0, 60] });

  test('are the only ones that are counted', () => {
    const verdict = judge([...Array.from({ length: 8 }, () => both(0)), both(6)]);
    expect(verdict).toMatchObject({ verdict: 'NEW', c: 6, m: 10, n: 80, blame: { facets: [['o=one']] } });
    expect(verdict.sentence).toBe('6 of 10 jobs with o=one here, 0 of 80 before (p below 0.0001).');
  });

  test('are found with the help of earlier runs', () => {
    expect(judge([both(0), both(2)]).blame).toBeNull();
    expect(judge([both(2), both(2), both(2), both(2)]).blame).toMatchObject({
      with: { k: 8, n: 40 },
      without: { k: 0, n: 480 },
      runs: 4,
    });
  });

  test('are not counted separately if no failure of this run is among them', () => {
    const away = run({ 's/x/{o/one}': [0, 10], 's/x/{o/two}': [1, 60] });
    expect(judge([both(5), both(5), both(5), away])).toMatchObject({ blame: null, m: 70 });
  });
});

describe('an outage', () => {
  const around: Around[] = [
    { suite: 'fs', branch: 'squid', jobs: 10, hits: 4 },
    { suite: 's', branch: 'main', jobs: 5, hits: 0 },
  ];
  const dead = { class: 'support', starts: [10 * hour, 11 * hour, 11.5 * hour], around } as const;

  test('makes a cause of class support INFRA', () => {
    const verdict = judge([plain(0), plain(3)], dead);
    expect(verdict.verdict).toBe('INFRA');
    expect(verdict.sentence).toBe('Also hit fs on squid: 4 of 15 jobs from 10:00 to 12:00.');
  });

  test.each([
    ['a product', { class: 'product' as const }],
    ['too few hits', { around: [{ ...around[0]!, hits: 2 }] }],
    ['too small a share', { around: [...around, { suite: 's', branch: 'main', jobs: 20, hits: 0 }] }],
    ['one branch', { around: [{ ...around[0]!, branch: 'main' }] }],
    ['one suite and base', { around: [{ ...around[0]!, suite: 's', branch: 'wip-x' }] }],
  ])('is not assumed for %s', (_, change) => {
    expect(judge([plain(0), plain(3)], { ...dead, ...change }).verdict).toBe('UNSEEN');
  });

  test('is not blamed on the sub-suite that was running', () => {
    const blame = (hits: number[], last: number) => {
      const runs = hits.map((k) => run({ 's/x/{a}': [k, 10], 's/y/{a}': [k === 1 ? 1 : 0, 90] }));
      return judge(runs, { class: 'support', starts: [0, last * hour], around: [] }).blame;
    };
    expect(blame([0, 0, 9], 2)).toBeNull();
    expect(blame([0, 0, 9], 3)).not.toBeNull();
    // A cause that existed before, and an outage that was not noticed.
    expect(blame([1, 0, 1, 9], 2)).toBeNull();
    expect(blame([1, 9, 1], 3)).toBeNull();
    expect(blame([9, 9, 9], 2)).not.toBeNull();
  });
});
