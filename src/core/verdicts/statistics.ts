/** The arithmetic of verdicts. Nothing in this file depends on runs or jobs. */

const lnFactorials = [0];

/** ln(n!), accurate to the last digits. Caches its results: 8 bytes for each number up to the largest `n`. */
function lnFactorial(n: number): number {
  for (let i = lnFactorials.length; i <= n; i++) lnFactorials.push(lnFactorials[i - 1]! + Math.log(i));
  return lnFactorials[n]!;
}

/** ln of the number of ways to choose k of n; minus infinity if there is none. */
export function lnChoose(n: number, k: number): number {
  return k < 0 || k > n ? Number.NEGATIVE_INFINITY : lnFactorial(n) - lnFactorial(k) - lnFactorial(n - k);
}

/**
 * ln P(X ≥ k) of the hypergeometric distribution: the probability that at least `k` of `drawn` things are marked if `marked` of `total` are. It
 * is a logarithm because strong evidence is below the smallest floating-point number.
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
    // Far below the mean, terms grow at first; above it, they only shrink.
    if (term < sum * 1e-17) break;
  }
  const first = lnChoose(marked, k) + lnChoose(total - marked, drawn - k) - lnChoose(total, drawn);
  return Math.min(0, first + Math.log(sum));
}

/** The Wilson 95 % interval of a share; [0, 1] if `n` is 0. */
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

/** Consecutive counts that have one share; `from` is the index of the first. */
interface Stretch extends Count {
  from: number;
}

/** The cost of a cut, in units of log likelihood. */
const cutCost = 6;

/** The factor by which shares must differ to count as a rise. */
const leastRise = 3;

/** Minus the log likelihood of counts under their own share. */
function costOf({ n, k }: Count): number {
  const part = (count: number) => (count === 0 ? 0 : count * Math.log(count / n));
  return -part(k) - part(n - k);
}

/** Cuts chronological counts (each `n` ≥ 1) into the stretches that explain them best; each cut costs `cutCost`. */
export function stretchesOf(counts: readonly Count[]): Stretch[] {
  const sums = [{ n: 0, k: 0 }];
  for (const [at, { n, k }] of counts.entries()) sums.push({ n: sums[at]!.n + n, k: sums[at]!.k + k });
  const between = (from: number, to: number): Stretch => ({
    from,
    n: sums[to]!.n - sums[from]!.n,
    k: sums[to]!.k - sums[from]!.k,
  });
  // For each index, the least cost of everything before it, and where its last stretch begins.
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

/** The last stretch and the one before it. Earlier stretches are merged into the last one as long as their shares are within a factor of three. */
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
