/** Messages to subscriptions: made once for each subject, and sent by whoever has claimed them. */
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

/** A message that is to be sent. */
export interface NewDelivery {
  subscription_id: number;
  event: string;
  /** What it is about: nobody is told twice of one subject. */
  subject: string;
  message: Message;
}

/** Keeps messages, due at once, and returns them; those of a subject that there is a message on are left out. */
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

/** A delivery that somebody has claimed, with where it goes and in which format. */
export interface ClaimedDelivery
  extends Pick<DeliveryRow, 'id' | 'message_id' | 'subscription_id' | 'title' | 'body' | 'attempts' | 'refused'>,
    Pick<SubscriptionRow, 'format' | 'target' | 'secret'> {}

/**
 * Claims the delivery that has waited longest and goes to none of the subscriptions in `busy`, until `until`; null when there is none.
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
    // Of two servers that wait for the row the second one finds it claimed.
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
  // Addresses that refused a mail say nothing of what has become a webhook.
  return { ...claimed, ...target, refused: target.format === 'mail' ? claimed.refused : null };
}

/**
 * Records how an attempt ended, unless somebody else has claimed the delivery since, or it failed and the delivery was given up meanwhile.
 * Returns what became of it.
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
    // Before the delivery, as whoever switches a subscription off: in the other order they would wait for each other.
    const query = transaction.selectFrom('subscriptions').selectAll().where('id', '=', subscription_id);
    const subscription = await lockRows(engine, query).executeTakeFirst();
    const recorded = await transaction
      .updateTable('deliveries')
      .set({ status, due, answer_code, error, refused })
      .where('id', '=', id)
      .where('attempts', '=', attempts)
      // What is claimed is due at the end of the claim; what was given up is not due any more.
      .$if(failed !== null, (update) => update.where('due', 'is not', null))
      .returning('id')
      .executeTakeFirst();
    // Where some addresses have it, mail arrives.
    const arrives = failed === null || refused !== null;
    if (recorded && subscription) await noteHealth(transaction, engine, subscription, { error, arrives, gone, at });
  });
  if (outcome === 'delivered') return outcome;
  return due === null ? 'given up' : outcome;
}

/** Keeps whether anything arrives at a subscription, whose row is locked, and switches it off when nothing has for days. */
async function noteHealth(
  transaction: Transaction<Schema>,
  engine: Engine,
  row: SubscriptionRow,
  { error, arrives, gone, at }: { error: string | null; arrives: boolean; gone: boolean; at: number },
): Promise<void> {
  const set = (health: Partial<Pick<SubscriptionRow, 'failing_since' | 'problem' | 'enabled'>>) =>
    transaction.updateTable('subscriptions').set(health).where('id', '=', row.id).execute();
  // What was sent by hand to one that is switched off does not say why it is off.
  if (!row.enabled) return;
  if (error === null || arrives) {
    const isSame = row.failing_since === null && row.problem === error;
    if (!isSame) await set({ failing_since: null, problem: error });
    return;
  }
  const failing_since = row.failing_since ?? at;
  const why = gone
    ? 'the receiver wants no more'
    : failsTooLong(failing_since, at)
      ? 'nothing has arrived for days'
      : null;
  if (why === null) return void (await set({ failing_since, problem: error }));
  const problem = `switched off, because ${why}: ${error}`;
  await set({ failing_since, problem, enabled: false });
  await dropWaiting(transaction, row.id, 'the subscription was switched off');
  const change: Change = { action: 'disable', kind: 'subscription', target: row.name, after: { problem } };
  await audit(transaction, engine, { by: serverActor, at }, [change]);
}

/** Gives up what waits for a subscription. */
export async function dropWaiting(transaction: Transaction<Schema>, id: number, error: string): Promise<void> {
  await transaction
    .updateTable('deliveries')
    .set({ status: 'failed', due: null, error })
    .where('subscription_id', '=', id)
    .where('due', 'is not', null)
    .execute();
}

/** Lets a delivery wait that was claimed and not sent, unless it was given up meanwhile. */
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

/** Sends a delivery again, with the same id and from the first attempt on; or `not_found`. */
export async function sendAgain(
  { kysely }: Reader,
  { subscription, id, at }: { subscription: number; id: number; at: number },
): Promise<DeliveryRow | Failure> {
  const row = await kysely
    .updateTable('deliveries')
    .set({ status: 'waiting', due: at, attempts: 0, refused: null })
    .where('id', '=', id)
    .where('subscription_id', '=', subscription)
    // One that waits or is being sent is sent anyway.
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

/** Forgets old deliveries that are over, and which causes subscriptions were told of long ago. */
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
