/** What a monitor wants to know of everything that is stored. */
import { type JobStatus, jobStatuses } from '../../core/job.ts';
import type { Reader } from '../engine/schema.ts';
import { runsWithJobs } from './runs.ts';

/** The number of all jobs in each status, from the counts of runs. Reads all runs: some milliseconds for 10,000. */
export async function countJobs({ kysely }: Reader): Promise<Record<JobStatus, number>> {
  const sums = await kysely
    .selectFrom('runs')
    .select(({ fn }) => jobStatuses.map((status) => fn.sum<number | null>(status).as(status)))
    .executeTakeFirstOrThrow();
  return Object.fromEntries(jobStatuses.map((status) => [status, Number(sums[status])])) as Record<JobStatus, number>;
}

/** The queues with the most queued jobs, and how many these are; jobs without a queue count under an empty name. */
export async function longestQueues(db: Reader, most: number): Promise<{ queue: string; jobs: number }[]> {
  const rows = await db.kysely
    .selectFrom('jobs')
    .select(({ fn }) => ['queue', fn.countAll<number>().as('jobs')])
    .where('status', '=', 'queued')
    .where('run_id', 'in', runsWithJobs(db, 'queued'))
    .groupBy('queue')
    .orderBy('jobs', 'desc')
    .orderBy('queue')
    .limit(most)
    .execute();
  return rows.map(({ queue, jobs }) => ({ queue: queue ?? '', jobs: Number(jobs) }));
}
