/** What became of jobs between two runs. Jobs belong together when their descriptions are the same. */
import type { JobStatus } from './job.ts';

/** What can become of one description between two runs. */
export const changeClasses = [
  'regression',
  'new_fail',
  'still',
  'fixed',
  'new_pass',
  'gone',
  'pass',
  'unfinished',
] as const;

/** One of `changeClasses`. */
export type ChangeClass = (typeof changeClasses)[number];

/** A job as far as comparing goes. */
interface Comparable {
  status: JobStatus;
  description: string | null;
}

/** A description in two runs: `a` of the older one, `b` of the newer one; null where a run does not have it. */
export interface Pair<Job> {
  a: Job | null;
  b: Job | null;
}

/** True for a job that ended badly. */
export function isFailing(status: JobStatus): boolean {
  return status === 'fail' || status === 'dead';
}

/** What became of a description. A job of `a` without an end says nothing, as if it were not there. */
export function changeOf(a: JobStatus | null, b: JobStatus | null): ChangeClass {
  if (b === null) return 'gone';
  if (isFailing(b)) {
    if (a === 'pass') return 'regression';
    return a !== null && isFailing(a) ? 'still' : 'new_fail';
  }
  if (b !== 'pass') return 'unfinished';
  if (a === 'pass') return 'pass';
  return a !== null && isFailing(a) ? 'fixed' : 'new_pass';
}

/**
 * Puts the jobs of two runs together. A run may have a description several times: then the first belongs to the first,
 * the second to the second. Jobs without a description belong to none. Those of `b` come first, in their order.
 */
export function pairJobs<Job extends Comparable>(a: Iterable<Job>, b: Iterable<Job>): Pair<Job>[] {
  const waiting = new Map<string, Job[]>();
  const pairs: Pair<Job>[] = [];
  const alone: Job[] = [];
  for (const job of a) {
    if (job.description === null) alone.push(job);
    else if (waiting.has(job.description)) waiting.get(job.description)?.push(job);
    else waiting.set(job.description, [job]);
  }
  const taken = new Map<string, number>();
  for (const job of b) {
    const { description } = job;
    const number = description === null ? 0 : (taken.get(description) ?? 0);
    if (description !== null) taken.set(description, number + 1);
    pairs.push({ a: (description === null ? undefined : waiting.get(description)?.[number]) ?? null, b: job });
  }
  for (const [description, jobs] of waiting) alone.push(...jobs.slice(taken.get(description) ?? 0));
  for (const job of alone) pairs.push({ a: job, b: null });
  return pairs;
}

/** How many failures are new, were there before, and are gone. */
export function changeCounts<Job extends Comparable>(
  pairs: Pair<Job>[],
): { new: number; still: number; fixed: number } {
  const counts = { new: 0, still: 0, fixed: 0 };
  for (const { a, b } of pairs) {
    const change = changeOf(a?.status ?? null, b?.status ?? null);
    if (change === 'regression' || change === 'new_fail') counts.new++;
    else if (change === 'still' || change === 'fixed') counts[change]++;
  }
  return counts;
}
