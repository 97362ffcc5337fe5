/** Creates, tags and deletes runs. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { alreadyExists, type Failure, notFound } from '../../core/errors.ts';
import { lockRows } from '../engine/dialect.ts';
import type { Engine, Schema } from '../engine/schema.ts';
import { repeat } from '../engine/transaction.ts';
import { newRun } from './job-change.ts';
import type { WatchedDb } from './live.ts';

/** Creates a run with `tags`; `at` in microseconds. Of several simultaneous calls with one name exactly one succeeds. */
export async function createRun(db: WatchedDb, name: string, tags: string[], at: number): Promise<Failure | null> {
  const created = await db.kysely
    .insertInto('runs')
    .values(newRun(name, tags, at))
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (created) db.live.changed({ runs: [name] });
  return created ? null : alreadyExists('run', name);
}

/** Replaces the tags of a run. */
export async function setTags(db: WatchedDb, name: string, tags: string[]): Promise<Failure | null> {
  const changed = await db.kysely
    .updateTable('runs')
    .set({ tags: JSON.stringify(tags) })
    .where('name', '=', name)
    .returning('id')
    .executeTakeFirst();
  if (changed) db.live.changed({ runs: [name] });
  return changed ? null : notFound('run', name);
}

/** Jobs to delete at a time: with documents and indexes SQLite takes 15 ms for them, and the process waits meanwhile. */
const deletedAtATime = 50;

/** Deletes a run with its jobs in one transaction; nodes stay. */
export async function deleteRun(db: WatchedDb, name: string): Promise<Failure | null> {
  // Somebody who deletes a node at the same time waits for its links, and may be waited for.
  const deleted = await repeat(() =>
    db.kysely.transaction().execute((transaction) => deleteWithJobs(transaction, db.engine, name)),
  );
  if (deleted) db.live.changed({ runs: [name] });
  return deleted ? null : notFound('run', name);
}

async function deleteWithJobs(transaction: Transaction<Schema>, engine: Engine, name: string): Promise<boolean> {
  // Like every writer it holds the run while it changes its jobs.
  const query = transaction.selectFrom('runs').select('id').where('name', '=', name);
  const run = await lockRows(engine, query).executeTakeFirst();
  if (!run) return false;
  for (;;) {
    const some = transaction.selectFrom('jobs').select('id').where('run_id', '=', run.id).limit(deletedAtATime);
    const { numDeletedRows } = await transaction.deleteFrom('jobs').where('id', 'in', some).executeTakeFirst();
    if (numDeletedRows === 0n) break;
    await nextTurn();
  }
  await transaction.deleteFrom('runs').where('id', '=', run.id).execute();
  return true;
}
