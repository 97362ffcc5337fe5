/** How results changed between two runs. Jobs with the same description are compared. */
import type { JobStatus } from './job.ts';

/** How the result of a description can change between two runs. */
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

/** The properties of a job that a comparison needs. */
interface Comparable {
  status: JobStatus;
  description: string | null;
}

/** The jobs with one description: `a` is from the older run, `b` from the newer one. Null if the run has no such job. */
export interface Pair<Job> {
  a: Job | null;
  b: Job | null;
}

/** True for a job that failed or died. */
export function isFailing(status: JobStatus): boolean {
  return status === 'fail' || status === 'dead';
}

/** How the result of a description changed. An unfinished job in `a` counts as missing. */
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
 * Pairs the jobs of two runs by description. If a run has a description several times, its first job is paired with the first one of the other
 * run, its second job with the second, and so on. Jobs without a description are not paired. Pairs with a job of `b` come first, in the order of
 * `b`.
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

/** Counts new failures, failures that persist and jobs that were fixed. */
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
