/** The arithmetic of verdicts: nothing in here knows what a run is. */

const lnFactorials = [0];

/** ln(n!), exact to the last digits. Keeps what it has computed: 8 bytes for each number up to the largest asked for. */
function lnFactorial(n: number): number {
  for (let i = lnFactorials.length; i <= n; i++) lnFactorials.push(lnFactorials[i - 1]! + Math.log(i));
  return lnFactorials[n]!;
}

/** The logarithm of the number of ways to choose k of n; minus infinity when there is none. */
export function lnChoose(n: number, k: number): number {
  return k < 0 || k > n ? Number.NEGATIVE_INFINITY : lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k);
}

/**
 * ln P(X ≥ k) of the hypergeometric distribution: at least `k` of `drawn` things are marked when `marked` of all `total` are.
 * A logarithm, because strong evidence is below the least number.
 */
export function lnHypergeometricTail(k: number, drawn: number, marked: number, total: number): number {
  const least = Math.max(0, drawn + marked - total);
  const most = Math.min(drawn, marked);
  if (k <= least) return 0;
  if (k > most) return Number.NEGATIVE_INFINITY;
  let term = 1;
  let sum = 1;
  for (let x = k; x < most; x++) {
    term *= ((marked - x) / (x + 1)) * ((drawn - x) / (total - marked - drawn + x + 1));
    sum += term;
    // Far below the mean terms grow first; above it they only shrink.
    if (term < sum * 1e-17) break;
  }
  const first = lnChoose(marked, k) + lnChoose(total - marked, drawn - k) - lnChoose(total, drawn);
  return Math.min(0, first + Math.log(sum));
}

/** The 95 % interval of a share by Wilson, as shares; everything when there is nothing to count. */
export function wilsonInterval(k: number, n: number): [lo: number, hi: number] {
  if (n === 0) return [0, 1];
  const z = 1.959963984540054;
  const middle = (k + z ** 2 / 2) / (n + z ** 2);
  const half = (z / (n + z ** 2)) * Math.sqrt((k * (n - k)) / n + z ** 2 / 4);
  return [k === 0 ? 0 : middle - half, k === n ? 1 : middle + half];
}

/** `k` of `n`. */
export interface Count {
  n: number;
  k: number;
}

/** Some counts in a row of one share; `from` is the index of the first. */
interface Stretch extends Count {
  from: number;
}

/** What a cut costs, in units of log likelihood. */
const cutCost = 6;

/** Shares that differ by less are one: no rise. */
const leastRise = 3;

/** Minus the log likelihood of a share that is estimated from itself. */
function costOf({ n, k }: Count): number {
  const part = (count: number) => (count === 0 ? 0 : count * Math.log(count / n));
  return -part(k) - part(n - k);
}

/** Cuts counts in order of time (each `n` ≥ 1) where that explains them best; see `cutCost`. */
export function stretchesOf(counts: readonly Count[]): Stretch[] {
  const sums = [{ n: 0, k: 0 }];
  for (const [at, { n, k }] of counts.entries()) sums.push({ n: sums[at]!.n + n, k: sums[at]!.k + k });
  const between = (from: number, to: number): Stretch => ({
    from,
    n: sums[to]!.n - sums[from]!.n,
    k: sums[to]!.k - sums[from]!.k,
  });
  // The least cost of what ends before each index, and where its last stretch begins.
  const best = [{ cost: -cutCost, from: 0 }];
  for (let to = 1; to <= counts.length; to++) {
    let least = { cost: Number.POSITIVE_INFINITY, from: 0 };
    for (let from = 0; from < to; from++) {
      const cost = best[from]!.cost + cutCost + costOf(between(from, to));
      if (cost < least.cost) least = { cost, from };
    }
    best.push(least);
  }
  const stretches: Stretch[] = [];
  for (let to = counts.length; to > 0; to = best[to]!.from) stretches.unshift(between(best[to]!.from, to));
  return stretches;
}

/** The last stretch, with those before it joined while their shares are within threefold, and the one before that. */
export function lastStretch(counts: readonly Count[]): { last: Stretch; before: Stretch | null; rises: boolean } {
  const stretches = stretchesOf(counts);
  let last = stretches.pop() ?? { from: 0, n: 0, k: 0 };
  let before = stretches.pop() ?? null;
  while (before !== null && isWithinThreefold(last, before)) {
    last = { from: before.from, n: before.n + last.n, k: before.k + last.k };
    before = stretches.pop() ?? null;
  }
  return { last, before, rises: before !== null && last.k * before.n >= leastRise * before.k * last.n && last.k > 0 };
}

function isWithinThreefold(a: Count, b: Count): boolean {
  const [x, y] = [a.k * b.n, b.k * a.n];
  return Math.max(x, y) < leastRise * Math.min(x, y) || (x === 0 && y === 0);
}
