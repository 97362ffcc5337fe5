/** How much of its cell in a strip a run fills: the share of its jobs that ended with a cause, against the highest such share. */
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';

/** A single job is visible too. */
const least = 0.25;

/** One share for each of `counts`; 0 only where there is no such job, and 1 for the run that was hit most. */
export function sharesOf(counts: readonly number[], runs: RunPage['recent']): number[] {
  const shares = counts.map((count, at) => count / Math.max(count, runs[at]?.total ?? 0, 1));
  const highest = Math.max(...shares);
  return shares.map((share) => (share === 0 ? 0 : Math.max(least, share / highest)));
}
