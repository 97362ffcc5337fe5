import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Count, lastStretch, lnChoose, lnHypergeometricTail, stretchesOf, wilsonInterval } from './statistics.ts';

/** n over k without floating point. */
function choose(n: number, k: number): bigint {
  if (k < 0 || k > n) return 0n;
  let product = 1n;
  for (let i = 1; i <= k; i++) product = (product * BigInt(n - k + i)) / BigInt(i);
  return product;
}

/** The tail of the hypergeometric distribution in whole numbers, divided at the end. */
function exactTail(k: number, drawn: number, marked: number, total: number): number {
  let ways = 0n;
  for (let x = k; x <= Math.min(drawn, marked); x++) ways += choose(marked, x) * choose(total - marked, drawn - x);
  return Number((ways * 10n ** 40n) / choose(total, drawn)) / 1e40;
}

describe('the hypergeometric tail', () => {
  test.each([
    // Fisher's tea: four of eight cups are marked, four are drawn.
    [4, 4, 4, 8, 1 / 70],
    [3, 4, 4, 8, 17 / 70],
    [0, 4, 4, 8, 1],
    [5, 4, 4, 8, 0],
    // Two aces or more in a hand of five: 103,776 + 4,512 + 48 of the 2,598,960 hands.
    [2, 5, 4, 52, 108_336 / 2_598_960],
    [1, 3, 8, 10, 1],
  ])('P(X ≥ %i) for %i drawn and %i marked of %i', (k, drawn, marked, total, expected) => {
    expect(Math.exp(lnHypergeometricTail(k, drawn, marked, total))).toBeCloseTo(expected, 12);
  });

  test('equals the result of whole-number arithmetic', () => {
    const sizes = fc.integer({ min: 1, max: 120 }).chain((total) => {
      const part = fc.integer({ min: 0, max: total });
      return fc.tuple(part, part, part, fc.constant(total));
    });
    fc.assert(
      fc.property(sizes, ([k, drawn, marked, total]) => {
        const expected = exactTail(k, drawn, marked, total);
        const found = Math.exp(lnHypergeometricTail(k, drawn, marked, total));
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(expected * 1e-9 + 1e-38);
      }),
    );
  });

  test('has a logarithm even where the number itself is too small', () => {
    expect(lnHypergeometricTail(500, 500, 500, 5000)).toBeCloseTo(-lnChoose(5000, 500), 6);
    expect(lnHypergeometricTail(500, 500, 500, 5000)).toBeLessThan(-1000);
    expect(lnHypergeometricTail(2, 4000, 5000, 10_000)).toBe(0);
  });
});

test.each([
  // Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718],
  [29, 29, 0.883, 1],
])('the 95 %% interval of %i of %i by Wilson is %f to %f', (k, n, lo, hi) => {
  const [from, to] = wilsonInterval(k, n);
  expect(from).toBeCloseTo(lo, 4);
  expect(to).toBeCloseTo(hi, 4);
});

test('no counts allow any share', () => expect(wilsonInterval(0, 0)).toEqual([0, 1]));

/** Tries every possible set of cuts. */
function leastCost(counts: readonly Count[]): number {
  const term = (part: number, all: number) => (part === 0 ? 0 : -part * Math.log(part / all));
  let least = Number.POSITIVE_INFINITY;
  for (let cuts = 0; cuts < 1 << (counts.length - 1); cuts++) {
    let cost = 0;
    let sum = { n: 0, k: 0 };
    for (const [at, { n, k }] of counts.entries()) {
      sum = { n: sum.n + n, k: sum.k + k };
      const isCut = (cuts >> at) & 1;
      if (!isCut && at < counts.length - 1) continue;
      cost += term(sum.k, sum.n) + term(sum.n - sum.k, sum.n) + (isCut ? 6 : 0);
      sum = { n: 0, k: 0 };
    }
    least = Math.min(least, cost);
  }
  return least;
}

const count = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 1, noNaN: true }));
const counts = fc.array(
  count.map(([n, share]) => ({ n, k: Math.round(n * share ** 3) })),
  { minLength: 1, maxLength: 9 },
);

describe('stretches', () => {
  test('are cut where they explain the counts best', () => {
    fc.assert(
      fc.property(counts, (list) => {
        const stretches = stretchesOf(list);
        const term = (part: number, all: number) => (part === 0 ? 0 : -part * Math.log(part / all));
        const costs = stretches.map(({ n, k }) => term(k, n) + term(n - k, n) + 6);
        expect(costs.reduce((sum, cost) => sum + cost, -6)).toBeCloseTo(leastCost(list), 8);
        expect(stretches.reduce((sum, { n }) => sum + n, 0)).toBe(list.reduce((sum, { n }) => sum + n, 0));
        expect(stretches[0]?.from).toBe(0);
      }),
    );
  });

  const runs = (...shares: number[]) => shares.map((k) => ({ n: 90, k }));

  test('begin with the first run that had a new cause', () => {
    expect(lastStretch(runs(0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 7, 6))).toEqual({
      last: { from: 9, n: 270, k: 20 },
      before: { from: 0, n: 810, k: 0 },
      rises: true,
    });
  });

  test('can rise with the last run alone', () => {
    expect(lastStretch(runs(1, 0, 2, 1, 1, 30))).toMatchObject({ last: { from: 5, k: 30 }, rises: true });
  });

  test('are merged while their shares are within a factor of three', () => {
    const cut = runs(0, 0, 0, 0, 20, 20, 20, 20, 45, 45, 45, 45);
    expect(stretchesOf(cut)).toHaveLength(3);
    expect(lastStretch(cut)).toMatchObject({ last: { from: 4, k: 260 }, before: { from: 0 }, rises: true });
  });

  test('do not rise when the share falls or stays', () => {
    expect(lastStretch(runs(40, 40, 40, 1))).toMatchObject({ last: { from: 3 }, rises: false });
    expect(lastStretch(runs(3, 2, 4, 3))).toEqual({ last: { from: 0, n: 360, k: 12 }, before: null, rises: false });
  });

  test('rise when a cause comes back', () => {
    expect(lastStretch(runs(30, 30, 30, 0, 0, 0, 0, 30, 30))).toMatchObject({ last: { from: 7 }, rises: true });
  });
});
