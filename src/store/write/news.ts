/** Records which runs have ended, from the transaction that ends them until they are announced, and what has been announced. */
import type { Transaction } from 'kysely';
import { suspicionRests } from '../../core/notifications/subscription.ts';
import { hasEnded } from '../../core/run.ts';
import { lockRows } from '../engine/dialect.ts';
import type { Engine, Reader, RunRow, Schema } from '../engine/schema.ts';
import { numbered, type Statement } from '../engine/transaction.ts';
import { addDeliveries, type NewDelivery } from './deliveries.ts';

/**
 * Queues the messages on the end of a run, which `write` makes inside the transaction, and deletes the record of the end. Returns the
 * number of messages, which is 0 if another server was faster.
 */
export async function tellEnd(
  { kysely }: Reader,
  end: RunEnd,
  at: number,
  write: (transaction: Transaction<Schema>) => Promise<NewDelivery[]>,
): Promise<number> {
  return kysely.transaction().execute(async (transaction) => {
    // This locks the row, so that two servers that announce the same run take turns.
    if (!(await forgetEnd(transaction, end))) return 0;
    return (await addDeliveries(transaction, await write(transaction), at)).length;
  });
}

/**
 * Records that causes are announced to a subscription for a suite and branch, at `at` (microseconds). Returns the causes that had not
 * been announced there before.
 */
export async function untold(
  transaction: Transaction<Schema>,
  subscription_id: number,
  causes: readonly string[],
  told: Pick<Schema['told_causes'], 'suite' | 'branch' | 'at'>,
): Promise<Set<string>> {
  if (causes.length === 0) return new Set();
  const rows = await transaction
    .insertInto('told_causes')
    .values([...causes].sort().map((cause) => ({ subscription_id, cause, ...told })))
    .onConflict((conflict) => conflict.columns(['subscription_id', 'cause', 'suite', 'branch']).doNothing())
    .returning('cause')
    .execute();
  return new Set(rows.map(({ cause }) => cause));
}

/**
 * Records which nodes are suspect, and queues the messages that `write` makes about those that were not suspect for days. Returns the
 * number of messages.
 */
export async function tellSuspects(
  { kysely }: Reader,
  suspects: readonly string[],
  at: number,
  write: (fresh: ReadonlySet<string>) => NewDelivery[],
): Promise<number> {
  return kysely.transaction().execute(async (transaction) => {
    await transaction
      .deleteFrom('suspect_nodes')
      .where('seen', '<', at - suspicionRests)
      .execute();
    if (suspects.length === 0) return 0;
    const fresh = new Set<string>();
    // A fixed order keeps two servers from deadlocking.
    for (const node of [...suspects].sort()) {
      const before = await transaction
        .insertInto('suspect_nodes')
        .values({ node, seen: at })
        .onConflict((conflict) => conflict.column('node').doNothing())
        .returning('node')
        .executeTakeFirst();
      if (before) fresh.add(node);
      else await transaction.updateTable('suspect_nodes').set({ seen: at }).where('node', '=', node).execute();
    }
    return fresh.size === 0 ? 0 : (await addDeliveries(transaction, write(fresh), at)).length;
  });
}

/**
 * Returns the statements that record which of some runs have just ended (`hasEnded`), if any subscription is enabled. `writes` give
 * the time in microseconds. A run that ends again before it is announced is announced once.
 */
export function noteEnds(
  engine: Engine,
  before: ReadonlyMap<number, RunRow>,
  runs: readonly RunRow[],
  writes: readonly { at: number }[],
): Statement[] {
  const ended = runs.filter((run) => hasEnded(before.get(run.id) as RunRow, run));
  if (ended.length === 0) return [];
  const at = Math.max(...writes.map((write) => write.at));
  const number = engine === 'postgres' ? '?::bigint' : '?';
  const sql = numbered(
    engine,
    `insert into run_ends (run_id, revision, due) select ${number}, ${number}, ${number}
      where exists (select 1 from subscriptions where enabled)
      on conflict (run_id) do update set revision = excluded.revision, due = excluded.due`,
  );
  return ended.map(({ id, revision }) => ({ sql, parameters: [id, revision, at] }));
}

/** A run that has ended. */
interface RunEnd {
  run_id: number;
  revision: number;
}

/** Claims the run that ended first and is due at `at`, until `until`. Returns null if there is none. Times in microseconds. */
export async function claimEnd(
  { engine, kysely }: Reader,
  { at, until }: { at: number; until: number },
): Promise<RunEnd | null> {
  const next = kysely.selectFrom('run_ends').select('run_id').where('due', '<=', at).orderBy('due').limit(1);
  // Avoids a write if nothing is due.
  if (!(await next.executeTakeFirst())) return null;
  const claimed = await kysely
    .updateTable('run_ends')
    .set({ due: until })
    .where('run_id', '=', lockRows(engine, next))
    // Another server may have claimed the row while this one waited for it.
    .where('due', '<=', at)
    .returning(['run_id', 'revision'])
    .executeTakeFirst();
  return claimed ?? null;
}

/** Deletes the record of an end. Returns false if the end was announced meanwhile, or the run has ended again. */
async function forgetEnd(transaction: Transaction<Schema>, { run_id, revision }: RunEnd): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('run_ends')
    .where('run_id', '=', run_id)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
