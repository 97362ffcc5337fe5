/** Messages to subscriptions. Each is created once per subject, and sent by the server that has claimed it. */
import { randomBytes } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { type Change, serverActor } from '../../core/audit.ts';
import { type Failure, notFound } from '../../core/errors.ts';
import type { Message } from '../../core/notifications/message.ts';
import { type Attempt, failsTooLong, keptFor, nextAttempt } from '../../core/notifications/subscription.ts';
import { lockRows, oneOf } from '../engine/dialect.ts';
import type { DeliveryRow, SubscriptionRow } from '../engine/people-schema.ts';
import type { Engine, Reader, Schema } from '../engine/schema.ts';
import { audit } from './audit.ts';

/** A message to send. */
export interface NewDelivery {
  subscription_id: number;
  event: string;
  /** What the message is about. A subscription gets at most one message per event and subject. */
  subject: string;
  message: Message;
}

/** Queues messages, due at once, and returns their deliveries. Messages on a subject that already has one are left out. */
export async function addDeliveries(
  kysely: Kysely<Schema>,
  messages: readonly NewDelivery[],
  at: number,
): Promise<DeliveryRow[]> {
  const added: DeliveryRow[] = [];
  for (const { message, ...about } of messages) {
    const row = await kysely
      .insertInto('deliveries')
      .values({
        ...{ ...about, message_id: `msg_${randomBytes(15).toString('base64url')}` },
        ...{ ...message, created: at, due: at },
        ...{ status: 'waiting', attempts: 0, last_attempt: null, answer_code: null, error: null },
      })
      .onConflict((conflict) => conflict.columns(['subscription_id', 'event', 'subject']).doNothing())
      .returningAll()
      .executeTakeFirst();
    if (row) added.push(row);
  }
  return added;
}

/** A claimed delivery, with the target, format and secret of its subscription. */
export interface ClaimedDelivery
  extends Pick<DeliveryRow, 'id' | 'message_id' | 'subscription_id' | 'title' | 'body' | 'attempts' | 'refused'>,
    Pick<SubscriptionRow, 'format' | 'target' | 'secret'> {}

/**
 * Claims the delivery that has waited longest and whose subscription is not in `busy`, until `until`. Returns null if there is none.
 * Times in microseconds.
 */
export async function claimDelivery(
  { engine, kysely }: Reader,
  { at, until, busy }: { at: number; until: number; busy: number[] },
): Promise<ClaimedDelivery | null> {
  const next = kysely
    .selectFrom('deliveries')
    .select('id')
    .where('due', '<=', at)
    .where(({ not }) => not(oneOf(engine, 'subscription_id', busy)))
    .orderBy('due')
    .orderBy('id')
    .limit(1);
  const claimed = await kysely
    .updateTable('deliveries')
    .set(({ eb }) => ({ due: until, last_attempt: at, attempts: eb('attempts', '+', 1) }))
    .where('id', '=', lockRows(engine, next))
    // Another server may have claimed the row while this one waited for it.
    .where('due', '<=', at)
    .returning(['id', 'message_id', 'subscription_id', 'title', 'body', 'attempts', 'refused'])
    .executeTakeFirst();
  if (!claimed) return null;
  const target = await kysely
    .selectFrom('subscriptions')
    .select(['format', 'target', 'secret'])
    .where('id', '=', claimed.subscription_id)
    .executeTakeFirst();
  if (!target) return null;
  // The refused addresses are meaningless if the subscription has become a webhook meanwhile.
  return { ...claimed, ...target, refused: target.format === 'mail' ? claimed.refused : null };
}

/**
 * Records the result of an attempt. Does nothing if another server has claimed the delivery since, or if the attempt failed and the
 * delivery was given up meanwhile. Returns the outcome.
 */
export async function recordAttempt(
  { engine, kysely }: Reader,
  delivery: Pick<ClaimedDelivery, 'id' | 'subscription_id' | 'attempts' | 'refused'>,
  attempt: Attempt,
  at: number,
): Promise<'delivered' | 'failed' | 'given up'> {
  const { id, subscription_id, attempts } = delivery;
  const { outcome, answer_code } = attempt;
  const failed = outcome === 'failed' ? attempt : null;
  const { error = null, gone = false, not_before, refused: nowRefused } = failed ?? {};
  const refused = nowRefused?.join(',') ?? (failed && delivery.refused);
  const due = failed === null || gone ? null : nextAttempt(attempts, at, not_before);
  const status = outcome === 'delivered' ? 'delivered' : due === null ? 'failed' : 'waiting';
  await kysely.transaction().execute(async (transaction) => {
    // Locks the subscription before the delivery, like the code that switches a subscription off, so that they cannot deadlock.
    const query = transaction.selectFrom('subscriptions').selectAll().where('id', '=', subscription_id);
    const subscription = await lockRows(engine, query).executeTakeFirst();
    const recorded = await transaction
      .updateTable('deliveries')
      .set({ status, due, answer_code, error, refused })
      .where('id', '=', id)
      .where('attempts', '=', attempts)
      // A claimed delivery is due at the end of its claim; a delivery that was given up has no due time.
      .$if(failed !== null, (update) => update.where('due', 'is not', null))
      .returning('id')
      .executeTakeFirst();
    // A mail that some addresses accepted has arrived.
    const arrives = failed === null || refused !== null;
    if (recorded && subscription) await noteHealth(transaction, engine, subscription, { error, arrives, gone, at });
  });
  if (outcome === 'delivered') return outcome;
  return due === null ? 'given up' : outcome;
}

/**
 * Records whether deliveries reach a subscription, whose row is locked. Switches it off if none has for days, or if the receiver
 * is gone.
 */
async function noteHealth(
  transaction: Transaction<Schema>,
  engine: Engine,
  row: SubscriptionRow,
  { error, arrives, gone, at }: { error: string | null; arrives: boolean; gone: boolean; at: number },
): Promise<void> {
  const set = (health: Partial<Pick<SubscriptionRow, 'failing_since' | 'problem' | 'enabled'>>) =>
    transaction.updateTable('subscriptions').set(health).where('id', '=', row.id).execute();
  // The result of a manual delivery must not replace the reason why the subscription was switched off.
  if (!row.enabled) return;
  if (error === null || arrives) {
    const isSame = row.failing_since === null && row.problem === error;
    if (!isSame) await set({ failing_since: null, problem: error });
    return;
  }
  const failing_since = row.failing_since ?? at;
  const why = gone
    ? 'the receiver asked for no more messages'
    : failsTooLong(failing_since, at)
      ? 'no delivery has succeeded for days'
      : null;
  if (why === null) return void (await set({ failing_since, problem: error }));
  const problem = `switched off, because ${why}: ${error}`;
  await set({ failing_since, problem, enabled: false });
  await dropWaiting(transaction, row.id, 'the subscription was switched off');
  const change: Change = { action: 'disable', kind: 'subscription', target: row.name, after: { problem } };
  await audit(transaction, engine, { by: serverActor, at }, [change]);
}

/** Gives up the pending deliveries of a subscription. */
export async function dropWaiting(transaction: Transaction<Schema>, id: number, error: string): Promise<void> {
  await transaction
    .updateTable('deliveries')
    .set({ status: 'failed', due: null, error })
    .where('subscription_id', '=', id)
    .where('due', 'is not', null)
    .execute();
}

/** Returns a claimed delivery that was not sent to the queue, unless it was given up meanwhile. */
export async function releaseDelivery(
  { kysely }: Reader,
  { id, attempts }: Pick<ClaimedDelivery, 'id' | 'attempts'>,
  at: number,
): Promise<void> {
  await kysely
    .updateTable('deliveries')
    .set({ due: at, attempts: attempts - 1 })
    .where('id', '=', id)
    .where('attempts', '=', attempts)
    .where('due', 'is not', null)
    .execute();
}

/** Queues a delivery again, with the same message id and a new count of attempts. Returns the delivery, or `not_found`. */
export async function sendAgain(
  { kysely }: Reader,
  { subscription, id, at }: { subscription: number; id: number; at: number },
): Promise<DeliveryRow | Failure> {
  const row = await kysely
    .updateTable('deliveries')
    .set({ status: 'waiting', due: at, attempts: 0, refused: null })
    .where('id', '=', id)
    .where('subscription_id', '=', subscription)
    // A delivery that is pending will be sent anyway.
    .where('due', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (row) return row;
  const same = await kysely
    .selectFrom('deliveries')
    .selectAll()
    .where('id', '=', id)
    .where('subscription_id', '=', subscription)
    .executeTakeFirst();
  return same ?? notFound('delivery', String(id));
}

/** Deletes old finished deliveries, and old records of the causes that were announced to subscriptions. */
export async function forgetOldNews({ kysely }: Reader, at: number): Promise<void> {
  await kysely
    .deleteFrom('deliveries')
    .where('created', '<', at - keptFor.deliveries)
    .where('due', 'is', null)
    .execute();
  await kysely
    .deleteFrom('told_causes')
    .where('at', '<', at - keptFor.causes)
    .execute();
}
