import { type JobStatus, jobStatuses } from './job.ts';
import type { DayRange } from './time.ts';

/** The number of jobs of a run in each status. It is stored in the row of the run and changes in the same transaction as the job. */
export type JobCounts = Record<JobStatus, number>;

/** The statuses a run can have (teuthology contract §3.6). */
export const runStatuses = [
  'empty',
  'queued',
  'running',
  'waiting',
  'unknown',
  'finished pass',
  'finished dead',
  'finished fail',
] as const;

/** One of `runStatuses`. */
export type RunStatus = (typeof runStatuses)[number];

/** The keys by which a list of runs can be sorted. */
export const runSorts = [
  'scheduled',
  'updated',
  'started',
  'suite',
  'branch',
  'user',
  'machine_type',
  'priority',
  'status',
  'fail',
] as const;

/** One of `runSorts`. */
export type RunSort = (typeof runSorts)[number];

/**
 * The properties by which lists of runs can be filtered (teuthology contract §2.9). `sha1` and `flavor` match if any job of the run has the
 * value.
 */
export const runFacets = ['branch', 'date', 'machine_type', 'status', 'suite', 'sha1', 'user', 'flavor'] as const;

/** One of `runFacets`. */
export type RunFacet = (typeof runFacets)[number];

/** One condition on runs; a list must meet all of its conditions. `sha1` matches by prefix, and a date is compared with `scheduled`. */
export type RunCondition =
  | { facet: Exclude<RunFacet, 'date'>; value: string }
  | { facet: 'date'; range: DayRange }
  | { facet: 'since'; from: number };

/** Counts of a run without jobs. */
export function noJobs(): JobCounts {
  return { queued: 0, pass: 0, running: 0, waiting: 0, fail: 0, dead: 0, unknown: 0 };
}

/** Picks the counts from a row that also has other columns. */
export function countsOf({ queued, pass, running, waiting, fail, dead, unknown }: JobCounts): JobCounts {
  return { queued, pass, running, waiting, fail, dead, unknown };
}

/** Whether a run has no work left. A run with failed jobs has a finished status even while other jobs are still queued. */
export function isOver({ status, queued }: Pick<JobCounts, 'queued'> & { status: RunStatus }): boolean {
  return status.startsWith('finished') && queued === 0;
}

/**
 * Whether a change has ended a run: the run has no work left now, and either it had some before or the results of its jobs have changed. Only
 * deleting jobs of a run that is already over does not end it again.
 */
export function hasEnded(before: JobCounts & { status: RunStatus }, after: JobCounts & { status: RunStatus }): boolean {
  if (!isOver(after)) return false;
  const isOther = jobStatuses.some((status) => before[status] !== after[status]);
  return !isOver(before) || (isOther && jobsTotal(after) >= jobsTotal(before));
}

/** The number of jobs in any status. */
export function jobsTotal({ queued, pass, running, waiting, fail, dead, unknown }: JobCounts): number {
  return queued + pass + running + waiting + fail + dead + unknown;
}

/** The status of a run, derived from the statuses of its jobs by the exact precedence of teuthology contract §3.6. */
export function runStatus(counts: JobCounts): RunStatus {
  const total = jobsTotal(counts);
  if (total === 0) return 'empty';
  if (counts.queued === total) return 'queued';
  if (counts.running > 0) return 'running';
  if (counts.waiting > 0) return 'waiting';
  if (counts.dead === total) return 'finished dead';
  if (counts.fail > 0 || counts.dead > 0) return 'finished fail';
  if (counts.pass === total) return 'finished pass';
  if (counts.queued > 0) return 'queued';
  return 'unknown';
}
