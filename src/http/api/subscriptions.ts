import { randomBytes } from 'node:crypto';
import { type Failure, invalid, isFailure } from '../../core/errors.ts';
import { storable } from '../../core/input.ts';
import { type NewsEvent, shownTarget, targetProblem } from '../../core/notifications/subscription.ts';
import { parseQuery } from '../../core/query.ts';
import { milliseconds } from '../../core/time.ts';
import type { DeliveryRow, SubscriptionRow } from '../../store/engine/people-schema.ts';
import { listDeliveries, listSubscriptions } from '../../store/read/subscriptions.ts';
import { sendAgain } from '../../store/write/deliveries.ts';
import {
  addSubscription,
  changeSubscription,
  deleteSubscription,
  type SubscriptionValues,
  testSubscription,
} from '../../store/write/subscriptions.ts';
import { actorOf } from '../identity.ts';
import { orThrow } from '../refusal.ts';
import { ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { jsonBody, optionalBody } from './json-body.ts';
import {
  type ChangedSubscription,
  type DeliveryItem,
  type DeliveryList,
  deliveryList,
  dropSubscription,
  editSubscription,
  makeSubscription,
  repeatDelivery,
  type SavedSubscription,
  type SubscriptionItem,
  type SubscriptionList,
  subscriptionList,
  tryOut,
} from './subscription-schema.ts';

/** Whoever chooses where a server sends requests can reach what he could not reach himself. */
const managing = { ...ordinary, scope: 'admin', isSecret: true } as const;

/** `/subscriptions`, `/subscriptions/:id`, its `/test` and its `/deliveries`. */
export function subscriptionRoutes(app: ApiServer, context: ApiContext): void {
  const { db, config, now } = context;
  const sends_mail = config.smtp_url !== '' && config.mail_from !== '';
  app.get(
    '/subscriptions',
    { schema: subscriptionList, config: managing },
    async (): Promise<SubscriptionList> => ({
      subscriptions: (await listSubscriptions(db)).map(subscriptionItem),
      sends_mail,
    }),
  );
  const make = { schema: makeSubscription, config: managing, preValidation: jsonBody };
  app.post('/subscriptions', make, async (request): Promise<SavedSubscription> => {
    const stamp = { by: actorOf(request, 'api'), at: now() };
    const { filter = '', enabled = true, events, ...sent } = request.body;
    const values = orThrow(valuesOf({ ...sent, filter, enabled, events: events.join(',') }, sends_mail));
    const row = orThrow(await addSubscription(db, { ...values, secret: newSecret() }, stamp));
    return saved(row, row.format === 'standard');
  });
  const edit = { schema: editSubscription, config: managing, preValidation: jsonBody };
  app.put('/subscriptions/:id', edit, async (request): Promise<SavedSubscription> => {
    const stamp = { by: actorOf(request, 'api'), at: now() };
    const secret = newSecret();
    const change = (before: SubscriptionRow) => changed(before, request.body, { sends_mail, secret });
    const row = orThrow(await changeSubscription(db, request.params.id, change, stamp));
    // What waits is given up when it is switched off.
    db.live.changed({ deliveries: true });
    return saved(row, row.secret === secret);
  });
  app.delete('/subscriptions/:id', { schema: dropSubscription, config: managing }, async (request) => {
    const stamp = { by: actorOf(request, 'api'), at: now() };
    orThrow(await deleteSubscription(db, request.params.id, stamp));
    return {};
  });
  deliveryRoutes(app, context);
}

function deliveryRoutes(app: ApiServer, { db, now }: ApiContext): void {
  const list = { schema: deliveryList, config: managing };
  app.get('/subscriptions/:id/deliveries', list, async ({ params, query }): Promise<DeliveryList> => {
    const { after = null, limit = 50 } = query;
    const found = orThrow(await listDeliveries(db, params.id, { after, limit: limit + 1 }));
    const deliveries = found.slice(0, limit).map(deliveryItem);
    return { deliveries, next: found.length > limit ? (deliveries.at(-1)?.id ?? null) : null };
  });
  const test = { schema: tryOut, config: managing, preValidation: optionalBody };
  app.post('/subscriptions/:id/test', test, async ({ params }): Promise<DeliveryItem> => {
    const row = orThrow(await testSubscription(db, params.id, now()));
    db.live.changed({ deliveries: true });
    return deliveryItem(row);
  });
  const again = { schema: repeatDelivery, config: managing, preValidation: optionalBody };
  app.post('/subscriptions/:id/deliveries/:delivery/again', again, async ({ params }): Promise<DeliveryItem> => {
    const row = orThrow(await sendAgain(db, { subscription: params.id, id: params.delivery, at: now() }));
    db.live.changed({ deliveries: true });
    return deliveryItem(row);
  });
}

/** As Standard Webhooks writes them. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** What a subscription is to be, or what is wrong with it. */
function valuesOf(
  { name, filter, target, ...rest }: SubscriptionValues,
  sendsMail: boolean,
): SubscriptionValues | Failure {
  const values = { ...rest, name: storable(name).replace(/\s+/g, ' ').trim(), filter: storable(filter).trim() };
  if (values.name === '') return invalid('name', "key 'name' must not be empty");
  const [problem] = parseQuery(values.filter, 'runs').problems;
  if (problem !== undefined) return invalid('filter', `key 'filter': ${problem.message}`);
  if (values.format === 'mail' && !sendsMail) {
    const how = 'PADDLES_SMTP_URL and PADDLES_MAIL_FROM have to be set';
    return invalid('format', `key 'format': this server sends no mail; ${how}`);
  }
  const wrong = targetProblem(values.format, target.trim());
  return wrong === null ? { ...values, target: target.trim() } : invalid('target', `key 'target' ${wrong}`);
}

function changed(
  before: SubscriptionRow,
  { events, new_secret = false, ...sent }: ChangedSubscription,
  { sends_mail, secret }: { sends_mail: boolean; secret: string },
): (SubscriptionValues & { secret: string }) | Failure {
  const { name, filter, format, target } = before;
  const old = { name, filter, format, target, events: before.events, enabled: Boolean(before.enabled) };
  const values = valuesOf(
    { ...old, ...sent, ...(events && { events: events.join(',') }) },
    sends_mail || format === 'mail',
  );
  if (isFailure(values)) return values;
  // Nobody knows the one that it had.
  const isNew = new_secret || (values.format === 'standard' && format !== 'standard');
  return { ...values, secret: isNew ? secret : before.secret };
}

function saved(row: SubscriptionRow, isSecretNew: boolean): SavedSubscription {
  return { subscription: subscriptionItem(row), secret: isSecretNew ? row.secret : null };
}

function subscriptionItem(row: SubscriptionRow): SubscriptionItem {
  const { id, name, filter, format, created_by, problem } = row;
  return {
    ...{ id, name, filter, format, created_by, problem },
    events: row.events.split(',') as NewsEvent[],
    target: shownTarget(format, row.target),
    enabled: Boolean(row.enabled),
    created: milliseconds(row.created),
    failing_since: milliseconds(row.failing_since),
  };
}

function deliveryItem(row: Omit<DeliveryRow, 'body' | 'refused'>): DeliveryItem {
  const { id, message_id, event, title, status, attempts, answer_code, error } = row;
  return {
    ...{ id, message_id, event, title, status, attempts, answer_code, error },
    created: milliseconds(row.created),
    due: milliseconds(row.due),
    last_attempt: milliseconds(row.last_attempt),
  };
}
