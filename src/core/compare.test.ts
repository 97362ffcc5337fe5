import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changeCounts, changeOf, isFailing, pairJobs } from './compare.ts';
import { type JobStatus, jobStatuses } from './job.ts';

test('every pair of statuses of a description has a kind of change', () => {
  const olds = ['pass', 'fail', 'dead', 'running', null] as const;
  const table = (['pass', 'fail', 'dead', 'running', 'queued', 'waiting', 'unknown', null] as const).map((b) => [
    b,
    ...olds.map((a) => changeOf(a, b)),
  ]);
  expect(table).toEqual([
    ['pass', 'pass', 'fixed', 'fixed', 'new_pass', 'new_pass'],
    ['fail', 'regression', 'still', 'still', 'new_fail', 'new_fail'],
    ['dead', 'regression', 'still', 'still', 'new_fail', 'new_fail'],
    ['running', 'unfinished', 'unfinished', 'unfinished', 'unfinished', 'unfinished'],
    ['queued', 'unfinished', 'unfinished', 'unfinished', 'unfinished', 'unfinished'],
    ['waiting', 'unfinished', 'unfinished', 'unfinished', 'unfinished', 'unfinished'],
    ['unknown', 'unfinished', 'unfinished', 'unfinished', 'unfinished', 'unfinished'],
    [null, 'gone', 'gone', 'gone', 'gone', 'gone'],
  ]);
});

const job = (id: string, description: string | null, status: JobStatus = 'pass') => ({ id, description, status });
const shown = (a: ReturnType<typeof job>[], b: ReturnType<typeof job>[]) =>
  pairJobs(a, b).map((pair) => `${pair.a?.id ?? '-'} ${pair.b?.id ?? '-'}`);

describe('jobs of two runs', () => {
  test('are paired by description, in the order of the newer run, with missing ones last', () => {
    expect(shown([job('a1', 'x'), job('a2', 'y')], [job('b1', 'y'), job('b2', 'z')])).toEqual([
      'a2 b1',
      '- b2',
      'a1 -',
    ]);
  });

  test('are paired one to one when a description is repeated', () => {
    expect(shown([job('a1', 'x'), job('a2', 'x')], [job('b1', 'x')])).toEqual(['a1 b1', 'a2 -']);
    expect(shown([job('a1', 'x')], [job('b1', 'x'), job('b2', 'x')])).toEqual(['a1 b1', '- b2']);
  });

  test('are not paired without a description', () => {
    expect(shown([job('a1', null)], [job('b1', null)])).toEqual(['- b1', 'a1 -']);
  });

  test('are also paired when a description is the name of an inherited property', () => {
    expect(shown([job('a1', '__proto__'), job('a2', 'constructor')], [job('b1', '__proto__')])).toEqual([
      'a1 b1',
      'a2 -',
    ]);
  });

  test('appear once each, paired only with equal descriptions', () => {
    const jobs = (run: string) =>
      fc
        .array(fc.tuple(fc.constantFrom(null, 'x', 'y', 'z'), fc.constantFrom(...jobStatuses)), { maxLength: 12 })
        .map((all) => all.map(([description, status], at) => job(`${run}${at}`, description, status)));
    fc.assert(
      fc.property(jobs('a'), jobs('b'), (a, b) => {
        const pairs = pairJobs(a, b);
        expect(pairs.slice(0, b.length).map((pair) => pair.b)).toEqual(b);
        expect(pairs.flatMap((pair) => pair.a?.id ?? []).sort()).toEqual(a.map(({ id }) => id).sort());
        const both = pairs.filter((pair) => pair.a && pair.b);
        for (const pair of both) expect(pair.a?.description).toBe(pair.b?.description);
        const count = (list: typeof a, description: string) =>
          list.filter((one) => one.description === description).length;
        const most = ['x', 'y', 'z'].reduce((sum, text) => sum + Math.min(count(a, text), count(b, text)), 0);
        expect(both.length).toBe(most);
        expect(Object.values(changeCounts(pairs)).reduce((sum, one) => sum + one, 0)).toBe(
          pairs.filter(({ a, b }) => b && (isFailing(b.status) || (b.status === 'pass' && a && isFailing(a.status))))
            .length,
        );
      }),
    );
  });
});

test('failures are counted as new, still failing and fixed', () => {
  const a = [job('1', 'p'), job('2', 'f', 'fail'), job('3', 'd', 'dead'), job('4', 'g', 'fail')];
  const b = [job('1', 'p', 'fail'), job('2', 'f', 'dead'), job('3', 'd'), job('5', 'n', 'dead'), job('6', 'm')];
  expect(changeCounts(pairJobs(a, b))).toEqual({ new: 2, still: 1, fixed: 1 });
});
