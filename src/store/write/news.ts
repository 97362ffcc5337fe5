/** Keeps what subscriptions are to be told, and what they have been told of. */
import type { Transaction } from 'kysely';
import { suspicionRests } from '../../core/notifications/subscription.ts';
import type { Reader, Schema } from '../engine/schema.ts';
import { addDeliveries, type NewDelivery } from './deliveries.ts';
import { forgetEnd, type RunEnd } from './run-ends.ts';

/** Where and when subscriptions are told of causes. */
export interface Told {
  suite: string;
  branch: string;
  /** In microseconds. */
  at: number;
}

/**
 * Keeps the messages of the end of a run, which `write` makes inside the transaction, and forgets the end. Returns how many there are:
 * none when somebody else was faster.
 */
export async function tellEnd(
  { kysely }: Reader,
  end: RunEnd,
  at: number,
  write: (transaction: Transaction<Schema>) => Promise<NewDelivery[]>,
): Promise<number> {
  return kysely.transaction().execute(async (transaction) => {
    // Holds the row: two servers that tell of one run take turns here.
    if (!(await forgetEnd(transaction, end))) return 0;
    return (await addDeliveries(transaction, await write(transaction), at)).length;
  });
}

/** Notes that a subscription is told of causes, and returns those that it was not told of before, there. */
export async function untold(
  transaction: Transaction<Schema>,
  subscription_id: number,
  causes: readonly string[],
  told: Told,
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

/** Notes which nodes are suspect, and keeps the messages that `write` makes of those that were not for days. Returns how many there are. */
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
    // In one order, so that two servers never wait for each other.
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
