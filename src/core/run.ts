import { type JobStatus, jobStatuses } from './job.ts';
import type { DayRange } from './time.ts';

/** How many jobs of a run have each status; kept on the run row, changed in the same transaction as the job. */
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

/** What a list of runs can be sorted by. */
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
 * What lists of runs can be filtered by (teuthology contract §2.9). `sha1` and `flavor` are those of any job of the
 * run.
 */
export const runFacets = ['branch', 'date', 'machine_type', 'status', 'suite', 'sha1', 'user', 'flavor'] as const;

/** One of `runFacets`. */
export type RunFacet = (typeof runFacets)[number];

/** One condition on runs; all conditions of a list must hold. `sha1` matches by prefix, a date by `scheduled`. */
export type RunCondition =
  | { facet: Exclude<RunFacet, 'date'>; value: string }
  | { facet: 'date'; range: DayRange }
  | { facet: 'since'; from: number };

/** Counts of a run without jobs. */
export function noJobs(): JobCounts {
  return { queued: 0, pass: 0, running: 0, waiting: 0, fail: 0, dead: 0, unknown: 0 };
}

/** The counts alone, of a row that has them among other columns. */
export function countsOf({ queued, pass, running, waiting, fail, dead, unknown }: JobCounts): JobCounts {
  return { queued, pass, running, waiting, fail, dead, unknown };
}

/** Whether nothing of a run is left to do: with failed jobs it counts as finished while others are still queued. */
export function isOver({ status, queued }: Pick<JobCounts, 'queued'> & { status: RunStatus }): boolean {
  return status.startsWith('finished') && queued === 0;
}

/**
 * Whether a change has ended a run: nothing of it is left to do, and there was, or its jobs ended in another way. Whoever tidies a run that is
 * over, and only deletes jobs, does not end it.
 */
export function hasEnded(before: JobCounts & { status: RunStatus }, after: JobCounts & { status: RunStatus }): boolean {
  if (!isOver(after)) return false;
  const isOther = jobStatuses.some((status) => before[status] !== after[status]);
  return !isOver(before) || (isOther && jobsTotal(after) >= jobsTotal(before));
}

/** The number of jobs, whatever their status. */
export function jobsTotal({ queued, pass, running, waiting, fail, dead, unknown }: JobCounts): number {
  return queued + pass + running + waiting + fail + dead + unknown;
}

/** The status of a run from the statuses of its jobs, by the exact precedence of teuthology contract §3.6. */
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
