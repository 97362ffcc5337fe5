import { expect, test } from 'vitest';
import { baselineOf, baseOf, defaultBases, ownRunsOf } from './baseline.ts';

const day = 86_400_000;

test.each([
  ['squid', 'squid'],
  ['wip-anna-fix-squid', 'squid'],
  ['squid-release', 'squid-release'],
  ['wip-squid-release-2', 'squid-release'],
  ['wip-squids', 'main'],
  ['', 'main'],
])('the base of %j is %s', (branch, base) => {
  expect(baseOf(branch, ['main', 'squid', 'squid-release'])).toBe(base);
});

test('bases are main and every branch that two suites ran on and whose name has no dash and no date', () => {
  const runs = ['reef', 'squid', 'wip-x', 'solo', 'b20261127'].flatMap((branch) => [
    { branch, suite: 'fs' },
    { branch, suite: branch === 'solo' ? 'fs' : 'rados' },
  ]);
  expect(defaultBases(runs)).toEqual(['main', 'reef', 'squid']);
});

test('the baseline is the last 40 runs of the suite on the base within 60 days', () => {
  const run = (n: number, change = {}) => {
    return { id: `${n}`, name: `${n}`, suite: 's', branch: 'main', sha1: null, scheduled: n * day, ...change };
  };
  const runs = [...Array.from({ length: 100 }, (_, n) => run(n)), run(101, { suite: 't' }), run(102, { branch: 'w' })];
  const ids = (list: { id: string }[]) => list.map(({ id }) => Number(id));
  expect(ids(baselineOf(run(99), 'main', runs))).toEqual(Array.from({ length: 40 }, (_, n) => 59 + n));
  expect(ids(baselineOf(run(150, { branch: 'w' }), 'main', runs))).toEqual(
    Array.from({ length: 10 }, (_, n) => 90 + n),
  );
  expect(ids(ownRunsOf(run(99), runs))).toEqual([96, 97, 98]);
  expect(ids(ownRunsOf(run(150, { branch: 'w' }), runs))).toEqual([102]);
});
