/** Queries on subscriptions and their deliveries. */
import { type Failure, notFound } from '../../core/errors.ts';
import { oneOf } from '../engine/dialect.ts';
import type { DeliveryRow, SubscriptionRow } from '../engine/people-schema.ts';
import type { Reader } from '../engine/schema.ts';
import { countOf } from '../engine/transaction.ts';

/** Returns all subscriptions, ordered by name; there are at most a hundred. */
export async function listSubscriptions({ kysely }: Reader): Promise<SubscriptionRow[]> {
  const rows = await kysely.selectFrom('subscriptions').selectAll().orderBy('name').execute();
  return rows.map((row) => ({ ...row, enabled: Boolean(row.enabled) }));
}

/** Returns the deliveries of a subscription with lower ids than `after`, newest first, without their bodies; or `not_found`. */
export async function listDeliveries(
  { kysely }: Reader,
  id: number,
  { after, limit }: { after: number | null; limit: number },
): Promise<Omit<DeliveryRow, 'body' | 'refused'>[] | Failure> {
  const known = await kysely.selectFrom('subscriptions').select('id').where('id', '=', id).executeTakeFirst();
  if (!known) return notFound('subscription', String(id));
  return kysely
    .selectFrom('deliveries')
    .select(['id', 'message_id', 'subscription_id', 'event', 'subject', 'title', 'created', 'status', 'due'])
    .select(['attempts', 'last_attempt', 'answer_code', 'error'])
    .where('subscription_id', '=', id)
    .where('id', '<', after ?? Number.MAX_SAFE_INTEGER)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** Counts the deliveries that still have to be sent, perhaps again. */
export async function countWaitingDeliveries({ kysely }: Reader): Promise<number> {
  return await countOf(kysely.selectFrom('deliveries').where('due', 'is not', null));
}

/** Returns when the next delivery to a subscription that is not in `busy` is due, in microseconds; null if there is none. */
export async function nextDelivery({ engine, kysely }: Reader, busy: number[]): Promise<number | null> {
  const row = await kysely
    .selectFrom('deliveries')
    .select('due')
    .where('due', 'is not', null)
    .where(({ not }) => not(oneOf(engine, 'subscription_id', busy)))
    .orderBy('due')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row?.due ?? null;
}
