import type { JobStatus } from './job.ts';

/** Every status, from what needs attention to what does not. */
export const statusesByUrgency: readonly JobStatus[] = [
  'fail',
  'dead',
  'running',
  'waiting',
  'queued',
  'unknown',
  'pass',
];

/** Failed and dead jobs have the same rank. */
function rankOf(status: JobStatus): number {
  return statusesByUrgency.indexOf(status === 'dead' ? 'fail' : status);
}

/** The order of jobs on the page of a run: failing jobs first, passed jobs last, then by id as a number. */
export function orderJobs<Job extends { job_id: string; status: JobStatus }>(jobs: Job[]): Job[] {
  const keyed = jobs.map((job) => ({ job, rank: rankOf(job.status), number: numberOf(job.job_id) }));
  keyed.sort((a, b) => a.rank - b.rank || a.number - b.number || (a.job.job_id < b.job.job_id ? -1 : 1));
  return keyed.map(({ job }) => job);
}

/** Ids that are not numbers come after those that are. */
function numberOf(jobId: string): number {
  return /^\d+$/.test(jobId) ? Number(jobId) : Number.MAX_VALUE;
}
