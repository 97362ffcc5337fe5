/** Queues and what waits in them (teuthology contract §2.19 to §2.22). */
import { alreadyExists, type Failure, isFailure, notFound } from '../core/errors.ts';
import { changePause, neverPaused, type PauseChange } from '../core/queue.ts';
import type { Db, Reader } from './db.ts';
import { lockRows } from './dialect.ts';
import { runsWithJobs } from './job-lists.ts';
import type { QueueRow } from './schema.ts';

/** Which queues a list holds; every condition that is given must hold. */
export interface QueueFilter {
  queue?: string;
  paused_by?: string;
}

/** The queues that match, ordered by name. */
export async function listQueues(db: Reader, filter: QueueFilter): Promise<QueueRow[]> {
  let query = db.kysely.selectFrom('queues').selectAll().orderBy('queue');
  for (const key of ['queue', 'paused_by'] as const) {
    const value = filter[key];
    if (value !== undefined) query = query.where(key, '=', value);
  }
  return query.execute();
}

/** One queue by its name, or `not_found`. */
export async function findQueue(db: Reader, name: string): Promise<QueueRow | Failure> {
  const row = await db.kysely.selectFrom('queues').selectAll().where('queue', '=', name).executeTakeFirst();
  return row ?? notFound('queue', name);
}

/**
 * Creates a queue, paused when the change says so; null, or the failure of `changePause` or `already_exists`: then
 * nothing is stored. `at` in microseconds since the Unix epoch.
 */
export async function createQueue(db: Db, name: string, change: PauseChange, at: number): Promise<Failure | null> {
  const pause = changePause(neverPaused, change, at);
  if (isFailure(pause)) return (await exists(db, name)) ? alreadyExists('queue', name) : pause;
  const created = await db.kysely
    .insertInto('queues')
    .values({ queue: name, ...pause })
    .onConflict((conflict) => conflict.column('queue').doNothing())
    .returning('queue')
    .executeTakeFirst();
  if (created) db.live.changed({ queue: true });
  return created ? null : alreadyExists('queue', name);
}

async function exists(db: Reader, name: string): Promise<boolean> {
  return !isFailure(await findQueue(db, name));
}

/** Changes, pauses or resumes a queue; null, or the failure of `changePause` or `not_found`. */
export async function changeQueue(db: Db, name: string, change: PauseChange, at: number): Promise<Failure | null> {
  const failure = await db.kysely.transaction().execute(async (transaction) => {
    const query = transaction.selectFrom('queues').selectAll().where('queue', '=', name);
    const row = await lockRows(db.engine, query).executeTakeFirst();
    if (!row) return notFound('queue', name);
    const { queue: _, ...pause } = row;
    const changed = changePause(pause, change, at);
    if (isFailure(changed)) return changed;
    await transaction.updateTable('queues').set(changed).where('queue', '=', name).execute();
    return null;
  });
  if (failure === null) db.live.changed({ queue: true });
  return failure;
}

/**
 * The internal id of the queued job that is next: the lowest `priority`, then the oldest (teuthology contract §7.71).
 */
export async function nextJobId(db: Reader, queue: string): Promise<number | null> {
  const row = await db.kysely
    .selectFrom('jobs')
    .select('id')
    .where('queue', '=', queue)
    .where('status', '=', 'queued')
    .where('run_id', 'in', runsWithJobs(db, 'queued'))
    .orderBy('priority', (order) => order.asc().nullsLast())
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

/** How many jobs wait in a queue. */
export async function countQueuedJobs(db: Reader, queue: string): Promise<number> {
  const row = await db.kysely
    .selectFrom('jobs')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('queue', '=', queue)
    .where('status', '=', 'queued')
    .where('run_id', 'in', runsWithJobs(db, 'queued'))
    .executeTakeFirstOrThrow();
  return row.count;
}
