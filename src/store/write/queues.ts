/** Creates, pauses and resumes queues (teuthology contract §2.19 to §2.21). */
import type { Change } from '../../core/audit.ts';
import { alreadyExists, type Failure, isFailure, notFound } from '../../core/errors.ts';
import { changePause, isPaused, neverPaused, type Pause, type PauseChange } from '../../core/queue.ts';
import { lockRows } from '../engine/dialect.ts';
import { audit, type Stamp } from './audit.ts';
import type { WatchedDb } from './live.ts';

/**
 * Creates a queue, paused if the change says so. Returns null; or the failure of `changePause`, or `already_exists`, and then
 * stores nothing. `at` in microseconds since the Unix epoch.
 */
export async function createQueue(
  db: WatchedDb,
  name: string,
  { change, by, at }: Stamp & { change: PauseChange },
): Promise<Failure | null> {
  const known = await db.kysely.selectFrom('queues').select('queue').where('queue', '=', name).executeTakeFirst();
  if (known) return alreadyExists('queue', name);
  const pause = changePause(neverPaused, change, at);
  if (isFailure(pause)) return pause;
  const created = await db.kysely.transaction().execute(async (transaction) => {
    const row = await transaction
      .insertInto('queues')
      .values({ queue: name, ...pause })
      .onConflict((conflict) => conflict.column('queue').doNothing())
      .returning('queue')
      .executeTakeFirst();
    const recorded: Change = { action: 'create', kind: 'queue', target: name, after: change };
    if (row) await audit(transaction, db.engine, { by, at }, [recorded]);
    return row;
  });
  if (created) db.live.changed({ queue: true });
  return created ? null : alreadyExists('queue', name);
}

/** Changes, pauses or resumes a queue. Returns null, or the failure of `changePause`, or `not_found`. */
export async function changeQueue(
  db: WatchedDb,
  name: string,
  { change, by, at }: Stamp & { change: PauseChange },
): Promise<Failure | null> {
  const failure = await db.kysely.transaction().execute(async (transaction) => {
    const query = transaction.selectFrom('queues').selectAll().where('queue', '=', name);
    const row = await lockRows(db.engine, query).executeTakeFirst();
    if (!row) return notFound('queue', name);
    const { queue: _, ...pause } = row;
    const changed = changePause(pause, change, at);
    if (isFailure(changed)) return changed;
    await transaction.updateTable('queues').set(changed).where('queue', '=', name).execute();
    const action = pauseAction(pause, changed, at);
    const recorded: Change = { action, kind: 'queue', target: name, before: pause, after: changed };
    await audit(transaction, db.engine, { by, at }, [recorded]);
    return null;
  });
  if (failure === null) db.live.changed({ queue: true });
  return failure;
}

function pauseAction(before: Pause, after: Pause, at: number): string {
  if (isPaused(before, at) === isPaused(after, at)) return 'edit';
  return isPaused(after, at) ? 'pause' : 'resume';
}
