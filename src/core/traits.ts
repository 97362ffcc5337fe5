/** What `is:` of the filter language asks of a job, and whether a cause of failures is new: NEW and KNOWN mean the same. */
import { changeOf } from './compare.ts';
import type { JobStatus } from './job.ts';

/** The values of `is:`. */
export const traits = ['new', 'known', 'fixed', 'live'] as const;

/** One of `traits`. */
export type Trait = (typeof traits)[number];

/**
 * Whether a cause is new. `seen` counts its jobs in each of the recent runs of a suite and branch, oldest first, with the
 * run in question last. Null when there is no earlier run to compare with.
 */
export function noveltyOf(seen: readonly number[]): 'new' | 'known' | null {
  const earlier = seen.slice(0, -1);
  if (earlier.length === 0) return null;
  return earlier.some((count) => count > 0) ? 'known' : 'new';
}

/** What the traits of a job depend on. */
interface TraitFacts {
  status: JobStatus;
  /** The status of the same description in the previous run; null when that has no such job. */
  previous: JobStatus | null;
  /** For a failing job what `noveltyOf` takes of its cause; null for others. */
  seen: readonly number[] | null;
}

/** The traits of a job. It is fixed when its description failed in the previous run and passes now. */
export function traitsOf({ status, previous, seen }: TraitFacts): ReadonlySet<Trait> {
  const found = new Set<Trait>();
  if (status === 'running' || status === 'waiting') found.add('live');
  if (changeOf(previous, status) === 'fixed') found.add('fixed');
  const novelty = seen === null ? null : noveltyOf(seen);
  if (novelty !== null) found.add(novelty);
  return found;
}
