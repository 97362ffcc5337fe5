/** What the failures of a cause have in common. */
import type { RunIndex } from './digest.ts';
import { type Count, lnHypergeometricTail } from './statistics.ts';

/** The facets that stand out among the failures of a cause. */
export interface Blame {
  /** One facet or a pair. Facets that always occur together are listed together. */
  facets: string[][];
  /** Jobs that ended with the cause, among those with the facets and those without. */
  with: Count;
  without: Count;
  /** The number of runs that were examined. */
  runs: number;
  /** Corrected for the number of facets or pairs that were tried. */
  p: number;
}

/** Blame is reported only up to this p and from this ratio of shares. */
const largestP = 0.0005;
const leastRatio = 3;
/** A pair must be this many times less likely than the best single facet. */
const pairAdvantage = 10;
const leastFailures = 3;
/** Pairs are formed from this many of the best facets. */
const mostPaired = 10;

/** Facets with equal counts; the first of `names` represents them. */
interface Candidate extends Count {
  names: string[];
  lnP: number;
}

/** What the jobs of `pool` that ended with a cause have in common, or null if nothing stands out. */
export function blameOf(pool: readonly RunIndex[], cause: string): Blame | null {
  const all = { n: sum(pool, ({ jobs }) => jobs), k: sum(pool, ({ causes }) => causes.get(cause)?.length ?? 0) };
  if (all.k < leastFailures) return null;
  const candidates = candidatesOf(pool, cause, all);
  const best = candidates[0];
  if (best === undefined) return null;
  const tried = candidates.length;
  const single = { facets: [best], ...best, lnP: best.lnP + Math.log(tried) };
  const pair = bestPair(pool, cause, all, candidates.slice(0, mostPaired));
  const pairLnP = (pair?.lnP ?? 0) + Math.log((tried * (tried - 1)) / 2);
  const chosen = pair !== null && pairLnP + Math.log(pairAdvantage) < single.lnP ? { ...pair, lnP: pairLnP } : single;
  const without = { n: all.n - chosen.n, k: all.k - chosen.k };
  if (chosen.lnP > Math.log(largestP) || chosen.k * without.n < leastRatio * without.k * chosen.n) return null;
  return {
    facets: chosen.facets.map(({ names }) => names.filter((name) => areTogether(pool, name, names[0]!))),
    with: { n: chosen.n, k: chosen.k },
    without,
    runs: pool.length,
    p: Math.exp(chosen.lnP),
  };
}

/** ln of the probability that the jobs of a run with a cause share some facet as often by chance; at most 0. */
export function lnInCommon(run: RunIndex, cause: string): number {
  const failures = run.causes.get(cause)?.length ?? 0;
  const shared = run.hitsOf(cause).filter(({ jobs }) => jobs >= 2);
  let least = 0;
  for (const { facet, jobs } of shared) {
    least = Math.min(least, lnHypergeometricTail(jobs, run.withFacet(facet).length, failures, run.jobs));
  }
  return Math.min(0, least + Math.log(Math.max(1, shared.length)));
}

function sum(pool: readonly RunIndex[], count: (run: RunIndex) => number): number {
  return pool.reduce((total, run) => total + count(run), 0);
}

/** Facets of at least two failures that not all jobs have. Facets with equal counts form one candidate. The least likely candidates come first. */
function candidatesOf(pool: readonly RunIndex[], cause: string, all: Count): Candidate[] {
  const hits = new Map<string, number>();
  for (const run of pool) {
    for (const { facet, jobs } of run.hitsOf(cause)) hits.set(facet, (hits.get(facet) ?? 0) + jobs);
  }
  const candidates = new Map<string, Candidate>();
  for (const [name, k] of hits) {
    if (k < 2) continue;
    const n = sum(pool, (run) => run.withFacet(name).length);
    if (n >= all.n) continue;
    const known = candidates.get(`${k}/${n}`);
    if (known !== undefined) known.names.push(name);
    else candidates.set(`${k}/${n}`, { names: [name], k, n, lnP: lnHypergeometricTail(k, n, all.k, all.n) });
  }
  return [...candidates.values()].sort((a, b) => a.lnP - b.lnP);
}

/** The least likely pair of `halves` (at most 10). Its probability is not corrected. */
function bestPair(pool: readonly RunIndex[], cause: string, all: Count, halves: readonly Candidate[]) {
  // Indexed by a bit set of the halves that a job has: how many jobs have exactly these.
  const jobs = new Int32Array(1 << halves.length);
  const failures = new Int32Array(1 << halves.length);
  for (const run of pool) {
    const held = new Uint16Array(run.jobs);
    for (const [bit, { names }] of halves.entries()) for (const job of run.withFacet(names[0]!)) held[job]! |= 1 << bit;
    for (const bits of held) jobs[bits]!++;
    for (const job of run.causes.get(cause) ?? []) failures[held[job]!]!++;
  }
  for (const counts of [jobs, failures]) countSupersets(counts, halves.length);
  let best: (Count & { facets: Candidate[]; lnP: number }) | null = null;
  for (const [a, first] of halves.entries()) {
    for (let b = a + 1; b < halves.length; b++) {
      const second = halves[b]!;
      const both = (1 << a) | (1 << b);
      const [n, k] = [jobs[both]!, failures[both]!];
      if (k < 2 || n >= Math.min(first.n, second.n)) continue;
      const lnP = lnHypergeometricTail(k, n, all.k, all.n);
      if (best === null || lnP < best.lnP) best = { facets: [first, second], n, k, lnP };
    }
  }
  return best;
}

/** Adds to each count the counts of all proper supersets of its index. */
function countSupersets(counts: Int32Array, bits: number): void {
  for (let bit = 1; bit < 1 << bits; bit <<= 1) {
    for (let index = 0; index < counts.length; index++) {
      if ((index & bit) === 0) counts[index]! += counts[index | bit]!;
    }
  }
}

/** Whether every job has both facets or neither. */
function areTogether(pool: readonly RunIndex[], a: string, b: string): boolean {
  return pool.every((run) => {
    const others = run.withFacet(b);
    return a === b || run.withFacet(a).every((job, at) => job === others[at]);
  });
}
