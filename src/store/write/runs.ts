/** Creates, tags and deletes runs, and stores their digests. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import type { Change } from '../../core/audit.ts';
import { alreadyExists, type Failure, notFound } from '../../core/errors.ts';
import { lockRows } from '../engine/dialect.ts';
import type { Schema } from '../engine/schema.ts';
import { repeat } from '../engine/transaction.ts';
import { audit, type Stamp } from './audit.ts';
import { newRun } from './job-change.ts';
import type { WatchedDb } from './live.ts';

/** Creates a run with `tags`; `at` in microseconds. Of several simultaneous calls with the same name, exactly one succeeds. */
export async function createRun(
  db: WatchedDb,
  name: string,
  { tags, by, at }: Stamp & { tags: string[] },
): Promise<Failure | null> {
  const created = await db.kysely.transaction().execute(async (transaction) => {
    const row = await transaction
      .insertInto('runs')
      .values(newRun(name, tags, at))
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning('id')
      .executeTakeFirst();
    const after = tags.length > 0 ? { tags } : null;
    if (row) await audit(transaction, db.engine, { by, at }, [{ action: 'create', kind: 'run', target: name, after }]);
    return row;
  });
  if (created) db.live.changed({ runs: [name] });
  return created ? null : alreadyExists('run', name);
}

/** Replaces the tags of a run. */
export async function setTags(
  db: WatchedDb,
  name: string,
  { tags, by, at }: Stamp & { tags: string[] },
): Promise<Failure | null> {
  const changed = await db.kysely.transaction().execute(async (transaction) => {
    const query = transaction.selectFrom('runs').select(['id', 'tags']).where('name', '=', name);
    const run = await lockRows(db.engine, query).executeTakeFirst();
    if (!run) return false;
    await transaction
      .updateTable('runs')
      .set({ tags: JSON.stringify(tags) })
      .where('id', '=', run.id)
      .execute();
    const before = { tags: JSON.parse(run.tags) as string[] };
    const change: Change = { action: 'tag', kind: 'run', target: name, before, after: { tags } };
    await audit(transaction, db.engine, { by, at }, [change]);
    return true;
  });
  if (changed) db.live.changed({ runs: [name] });
  return changed ? null : notFound('run', name);
}

/** Jobs deleted by one statement, which blocks the process for 15 ms on SQLite, with documents and indexes. */
const deletedAtATime = 50;

/** Deletes a run and its jobs in one transaction; nodes stay. */
export async function deleteRun(db: WatchedDb, name: string, stamp: Stamp): Promise<Failure | null> {
  // This may deadlock with the deletion of a node, because both delete links between jobs and nodes.
  const deleted = await repeat(() =>
    db.kysely.transaction().execute(async (transaction) => {
      // Every writer locks the run while it changes its jobs.
      const query = transaction.selectFrom('runs').select('id').where('name', '=', name);
      const run = await lockRows(db.engine, query).executeTakeFirst();
      if (!run) return false;
      const before = { jobs: await deleteHeld(transaction, run.id) };
      await audit(transaction, db.engine, stamp, [{ action: 'delete', kind: 'run', target: name, before }]);
      return true;
    }),
  );
  if (deleted) db.live.changed({ runs: [name] });
  return deleted ? null : notFound('run', name);
}

/** Deletes a run that the transaction has locked, and returns how many jobs it had. */
export async function deleteHeld(transaction: Transaction<Schema>, id: number): Promise<number> {
  for (let jobs = 0; ; ) {
    const some = transaction.selectFrom('jobs').select('id').where('run_id', '=', id).limit(deletedAtATime);
    const { numDeletedRows } = await transaction.deleteFrom('jobs').where('id', 'in', some).executeTakeFirst();
    if (numDeletedRows === 0n) {
      await transaction.deleteFrom('runs').where('id', '=', id).execute();
      return jobs;
    }
    jobs += Number(numDeletedRows);
    await nextTurn();
  }
}

/** Stores the digest of a run in place of an older one. Throws if the run is gone. */
export async function keepDigest(kysely: Kysely<Schema>, digest: Schema['run_digests']): Promise<void> {
  await kysely
    .insertInto('run_digests')
    .values(digest)
    .onConflict((conflict) => conflict.column('run_id').doUpdateSet({ made_of: digest.made_of, digest: digest.digest }))
    .execute();
}
