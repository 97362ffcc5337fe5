/** What the failures of a cause have in common. */
import type { RunIndex } from './digest.ts';
import { type Count, lnHypergeometricTail } from './statistics.ts';

/** The facets that stand out among the failures of a cause. */
export interface Blame {
  /** One facet or a pair; of facets that are always together all names are given. */
  facets: string[][];
  /** Jobs with the cause, of those with the facets and of those without. */
  with: Count;
  without: Count;
  /** How many runs were looked at. */
  runs: number;
  /** Corrected for the number of facets or pairs that were tried. */
  p: number;
}

/** The largest p, and the least ratio of shares, at which something is said. */
const largestP = 0.0005;
const leastRatio = 3;
/** A pair has to be so much less likely than the best facet. */
const pairAdvantage = 10;
const leastFailures = 3;
/** Pairs are made of so many facets. */
const mostPaired = 10;

/** Facets that hit equally often; `names` begins with the one that stands for them. */
interface Candidate extends Count {
  names: string[];
  lnP: number;
}

/** What the jobs of `pool` that ended with a cause have in common, if anything stands out. */
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

function sum(pool: readonly RunIndex[], count: (run: RunIndex) => number): number {
  return pool.reduce((total, run) => total + count(run), 0);
}

/** Facets that two failures or more have, but not all jobs; those of equal counts are one, the least likely come first. */
function candidatesOf(pool: readonly RunIndex[], cause: string, all: Count): Candidate[] {
  const hits = new Map<string, number>();
  for (const run of pool) {
    const counts = new Int32Array(run.facets.length);
    for (const job of run.causes.get(cause) ?? []) for (const facet of run.facetsOf(job)) counts[facet]!++;
    for (const [facet, k] of counts.entries()) {
      if (k > 0) hits.set(run.facets[facet]!, (hits.get(run.facets[facet]!) ?? 0) + k);
    }
  }
  const candidates = new Map<string, Candidate>();
  for (const [name, k] of hits) {
    const n = sum(pool, (run) => run.withFacet(name).length);
    if (k < 2 || n >= all.n) continue;
    const known = candidates.get(`${k}/${n}`);
    if (known !== undefined) known.names.push(name);
    else candidates.set(`${k}/${n}`, { names: [name], k, n, lnP: lnHypergeometricTail(k, n, all.k, all.n) });
  }
  return [...candidates.values()].sort((a, b) => a.lnP - b.lnP);
}

/** The least likely pair of `halves` (at most 10), not corrected. */
function bestPair(pool: readonly RunIndex[], cause: string, all: Count, halves: readonly Candidate[]) {
  // How many jobs have exactly which of the halves, as the bits of the index.
  const jobs = new Int32Array(1 << halves.length);
  const failures = new Int32Array(1 << halves.length);
  for (const run of pool) {
    const held = new Uint16Array(run.jobs);
    for (const [bit, { names }] of halves.entries()) for (const job of run.withFacet(names[0]!)) held[job]! |= 1 << bit;
    for (const bits of held) jobs[bits]!++;
    for (const job of run.causes.get(cause) ?? []) failures[held[job]!]!++;
  }
  let best: (Count & { facets: Candidate[]; lnP: number }) | null = null;
  for (const [a, first] of halves.entries()) {
    for (let b = a + 1; b < halves.length; b++) {
      const second = halves[b]!;
      const both = (1 << a) | (1 << b);
      const [n, k] = [withBits(jobs, both), withBits(failures, both)];
      if (k < 2 || n >= Math.min(first.n, second.n)) continue;
      const lnP = lnHypergeometricTail(k, n, all.k, all.n);
      if (best === null || lnP < best.lnP) best = { facets: [first, second], n, k, lnP };
    }
  }
  return best;
}

function withBits(counts: Int32Array, bits: number): number {
  let total = 0;
  for (let index = bits; index < counts.length; index++) if ((index & bits) === bits) total += counts[index]!;
  return total;
}

/** Whether every job has both facets or neither. */
function areTogether(pool: readonly RunIndex[], a: string, b: string): boolean {
  return pool.every((run) => {
    const others = run.withFacet(b);
    return a === b || run.withFacet(a).every((job, at) => job === others[at]);
  });
}
