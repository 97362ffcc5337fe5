/** Queries on queues and their waiting jobs (teuthology contract §2.19 to §2.22). */
import { type Failure, notFound } from '../../core/errors.ts';
import type { QueueRow, Reader } from '../engine/schema.ts';
import { countOf } from '../engine/transaction.ts';
import { runsWithJobs } from './runs.ts';

/** The queues of a list; all given conditions must hold. */
export interface QueueFilter {
  queue?: string;
  paused_by?: string;
}

/** Returns the matching queues, ordered by name. */
export async function listQueues(db: Reader, filter: QueueFilter): Promise<QueueRow[]> {
  let query = db.kysely.selectFrom('queues').selectAll().orderBy('queue');
  for (const key of ['queue', 'paused_by'] as const) {
    const value = filter[key];
    if (value !== undefined) query = query.where(key, '=', value);
  }
  return query.execute();
}

/** Returns a queue by its name, or `not_found`. */
export async function findQueue(db: Reader, name: string): Promise<QueueRow | Failure> {
  const row = await db.kysely.selectFrom('queues').selectAll().where('queue', '=', name).executeTakeFirst();
  return row ?? notFound('queue', name);
}

/** Returns the internal id of the next queued job: the one with the lowest `priority`, then the oldest. */
export async function nextJobId(db: Reader, queue: string): Promise<number | null> {
  const row = await queuedJobs(db)
    .select('id')
    .where('queue', '=', queue)
    .orderBy('priority', (order) => order.asc().nullsLast())
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Counts the jobs that wait in a queue. */
export async function countQueuedJobs(db: Reader, queue: string): Promise<number> {
  return await countOf(queuedJobs(db).where('queue', '=', queue));
}

function queuedJobs(db: Reader) {
  return db.kysely.selectFrom('jobs').where('status', '=', 'queued').where('run_id', 'in', runsWithJobs(db, 'queued'));
}

/** Returns the queues with the most queued jobs and their numbers. Jobs without a queue count under an empty name. */
export async function longestQueues(db: Reader, most: number): Promise<{ queue: string; jobs: number }[]> {
  const rows = await queuedJobs(db)
    .select(({ fn }) => ['queue', fn.countAll<number>().as('jobs')])
    .groupBy('queue')
    .orderBy('jobs', 'desc')
    .orderBy('queue')
    .limit(most)
    .execute();
  return rows.map(({ queue, jobs }) => ({ queue: queue ?? '', jobs }));
}
