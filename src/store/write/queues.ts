/** Creates, pauses and resumes queues (teuthology contract §2.19 to §2.21). */
import { alreadyExists, type Failure, isFailure, notFound } from '../../core/errors.ts';
import { changePause, neverPaused, type PauseChange } from '../../core/queue.ts';
import { lockRows } from '../engine/dialect.ts';
import type { WatchedDb } from './live.ts';

/**
 * Creates a queue, paused when the change says so; null, or the failure of `changePause` or `already_exists`: then
 * nothing is stored. `at` in microseconds since the Unix epoch.
 */
export async function createQueue(
  db: WatchedDb,
  name: string,
  change: PauseChange,
  at: number,
): Promise<Failure | null> {
  const known = await db.kysely.selectFrom('queues').select('queue').where('queue', '=', name).executeTakeFirst();
  if (known) return alreadyExists('queue', name);
  const pause = changePause(neverPaused, change, at);
  if (isFailure(pause)) return pause;
  const created = await db.kysely
    .insertInto('queues')
    .values({ queue: name, ...pause })
    .onConflict((conflict) => conflict.column('queue').doNothing())
    .returning('queue')
    .executeTakeFirst();
  if (created) db.live.changed({ queue: true });
  return created ? null : alreadyExists('queue', name);
}

/** Changes, pauses or resumes a queue; null, or the failure of `changePause` or `not_found`. */
export async function changeQueue(
  db: WatchedDb,
  name: string,
  change: PauseChange,
  at: number,
): Promise<Failure | null> {
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
