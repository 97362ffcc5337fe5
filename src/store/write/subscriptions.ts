/** Adds, changes and deletes subscriptions. */
import type { Transaction } from 'kysely';
import { conflict, type Failure, invalid, isFailure, notFound } from '../../core/errors.ts';
import { messageOf } from '../../core/notifications/message.ts';
import { mostSubscriptions, shownTarget } from '../../core/notifications/subscription.ts';
import { milliseconds } from '../../core/time.ts';
import { lockOut, lockRows } from '../engine/dialect.ts';
import type { DeliveryRow, SubscriptionRow } from '../engine/people-schema.ts';
import type { Reader, Schema } from '../engine/schema.ts';
import { countOf } from '../engine/transaction.ts';
import { audit, type Stamp } from './audit.ts';
import { addDeliveries, dropWaiting } from './deliveries.ts';

/** The fields of a subscription that a user chooses. */
export type SubscriptionValues = Pick<SubscriptionRow, 'name' | 'filter' | 'events' | 'format' | 'target' | 'enabled'>;
type Values = SubscriptionValues & Pick<SubscriptionRow, 'secret'>;

/** Adds a subscription and returns it, or `invalid` if another one has its name, or `conflict` if there are too many. */
export async function addSubscription(
  { kysely, engine }: Reader,
  values: Values,
  { by, at }: Stamp,
): Promise<SubscriptionRow | Failure> {
  return kysely.transaction().execute(async (transaction) => {
    await lockOut(transaction, engine, 'subscriptions');
    if ((await countOf(transaction.selectFrom('subscriptions'))) >= mostSubscriptions)
      return conflict(`there are ${mostSubscriptions} subscriptions already`);
    const row = await transaction
      .insertInto('subscriptions')
      .values({ ...values, created_by: by.name, created: at, failing_since: null, problem: null })
      .onConflict((clash) => clash.column('name').doNothing())
      .returningAll()
      .executeTakeFirst();
    if (!row) return nameTaken();
    const after = factsOf(row);
    await audit(transaction, engine, { by, at }, [{ action: 'create', kind: 'subscription', target: row.name, after }]);
    return row;
  });
}

/** Changes a subscription and returns it, or `not_found`, or `invalid` if another one has its name, or the failure of `decide`. */
export async function changeSubscription(
  { kysely, engine }: Reader,
  id: number,
  decide: (before: SubscriptionRow) => Values | Failure,
  stamp: Stamp,
): Promise<SubscriptionRow | Failure> {
  return kysely.transaction().execute(async (transaction) => {
    const before = await held(transaction, engine, id);
    if (isFailure(before)) return before;
    const values = decide(before);
    if (isFailure(values)) return values;
    const same = transaction.selectFrom('subscriptions').select('id').where('name', '=', values.name);
    if (values.name !== before.name && (await same.executeTakeFirst())) return nameTaken();
    const isMoved = values.target !== before.target || values.format !== before.format;
    const restarts = values.enabled && (!before.enabled || isMoved);
    const row = await transaction
      .updateTable('subscriptions')
      .set({ ...values, ...((restarts || !values.enabled) && { failing_since: null, problem: null }) })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    if (before.enabled && !values.enabled) await dropWaiting(transaction, id, 'the subscription was switched off');
    const after = { ...factsOf(row), ...(row.secret !== before.secret && { secret: 'new' }) };
    const change = { target: row.name, before: factsOf(before), after };
    await audit(transaction, engine, stamp, [{ action: 'edit', kind: 'subscription', ...change }]);
    return row;
  });
}

/** Deletes a subscription and its deliveries. Returns null, or `not_found`. */
export async function deleteSubscription(
  { kysely, engine }: Reader,
  id: number,
  stamp: Stamp,
): Promise<Failure | null> {
  return kysely.transaction().execute(async (transaction) => {
    const row = await held(transaction, engine, id);
    if (isFailure(row)) return row;
    await transaction.deleteFrom('subscriptions').where('id', '=', id).execute();
    const before = factsOf(row);
    await audit(transaction, engine, stamp, [{ action: 'delete', kind: 'subscription', target: row.name, before }]);
    return null;
  });
}

/** Queues a test message to a subscription, even if it is switched off. Returns the delivery, or `not_found`. */
export async function testSubscription({ kysely }: Reader, id: number, at: number): Promise<DeliveryRow | Failure> {
  const row = await kysely.selectFrom('subscriptions').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) return notFound('subscription', String(id));
  const message = messageOf({ event: 'test', subscription: row.name }, milliseconds(at));
  const [made] = await addDeliveries(
    kysely,
    [{ subscription_id: id, event: 'test', subject: String(at), message }],
    at,
  );
  return made ?? conflict('a test is being sent already');
}

function nameTaken(): Failure {
  return invalid('name', "key 'name': there is a subscription with this name already");
}

async function held(
  transaction: Transaction<Schema>,
  engine: Reader['engine'],
  id: number,
): Promise<SubscriptionRow | Failure> {
  const query = transaction.selectFrom('subscriptions').selectAll().where('id', '=', id);
  return (await lockRows(engine, query).executeTakeFirst()) ?? notFound('subscription', String(id));
}

/** The values of a subscription for the audit log, which everyone may read. */
function factsOf({ filter, events, format, target, enabled }: SubscriptionRow): object {
  const shown = shownTarget(format, target);
  return { filter, events: events.split(','), format, target: shown, enabled: Boolean(enabled) };
}
