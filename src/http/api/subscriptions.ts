import { randomBytes } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { type Failure, invalid, isFailure } from '../../core/errors.ts';
import { storable } from '../../core/input.ts';
import {
  deliveryStatuses,
  type NewsEvent,
  newsEvents,
  newsFormats,
  shownTarget,
  targetProblem,
} from '../../core/notifications/subscription.ts';
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
import { orThrow } from '../errors.ts';
import { stampOf } from '../identity.ts';
import { shape } from '../operations.ts';
import { ordinary } from '../turns.ts';
import { type ApiContext, type ApiServer, jsonBody, optionalBody } from './context.ts';
import { after, answers, integer, limit, numberOrNull, only, rowId, text, textOrNull } from './schema.ts';

/** A subscription. `target` is shown without parts that could be a password. The secret is never shown. */
const SubscriptionItem = shape('SubscriptionItem', {
  id: integer,
  name: text,
  filter: text,
  events: Type.Array(Type.Enum([...newsEvents])),
  format: Type.Enum([...newsFormats]),
  target: text,
  enabled: Type.Boolean(),
  created_by: textOrNull,
  created: Type.Number(),
  /** The time since which no delivery has succeeded; null if the last attempt succeeded. */
  failing_since: numberOrNull,
  /** Why it was disabled, or why its last attempt failed. */
  problem: textOrNull,
});
export type SubscriptionItem = Static<typeof SubscriptionItem>;

/** All subscriptions by name. `sends_mail` says whether the server can send mail. */
const SubscriptionList = shape('SubscriptionList', {
  subscriptions: Type.Array(SubscriptionItem),
  sends_mail: Type.Boolean(),
});
export type SubscriptionList = Static<typeof SubscriptionList>;

/** A subscription, and the secret with which its deliveries are signed if it is new. The secret is not shown again. */
const SavedSubscription = shape('SavedSubscription', { subscription: SubscriptionItem, secret: textOrNull });
export type SavedSubscription = Static<typeof SavedSubscription>;

/** A message to a subscription. `due` is the time of the next attempt, `last_attempt` that of the last one. */
const DeliveryItem = shape('DeliveryItem', {
  id: integer,
  message_id: text,
  event: text,
  title: text,
  status: Type.Enum([...deliveryStatuses]),
  created: Type.Number(),
  due: numberOrNull,
  attempts: integer,
  last_attempt: numberOrNull,
  answer_code: numberOrNull,
  error: textOrNull,
});
export type DeliveryItem = Static<typeof DeliveryItem>;

/** One page, newest first. `next` is the `after` of the next one. */
const DeliveryList = shape('DeliveryList', { deliveries: Type.Array(DeliveryItem), next: numberOrNull });
export type DeliveryList = Static<typeof DeliveryList>;

const chosen = {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  filter: Type.String({ maxLength: 4000, description: 'a filter on runs, see /ui/help; empty for all runs' }),
  events: Type.Array(Type.Enum([...newsEvents]), { minItems: 1, uniqueItems: true }),
  format: Type.Enum([...newsFormats]),
  target: Type.String({ minLength: 1, maxLength: 6000, description: 'URL of a webhook, or mail address' }),
  enabled: Type.Boolean(),
};

/** The body of a request for a new subscription. */
const NewSubscription = only({
  ...chosen,
  filter: Type.Optional(chosen.filter),
  enabled: Type.Optional(chosen.enabled),
});

/** The body of a request that changes a subscription. */
const ChangedSubscription = Type.Partial(
  Type.Object({
    ...chosen,
    new_secret: Type.Boolean({ description: 'whether to create a new secret for signing deliveries' }),
  }),
  { additionalProperties: false },
);
type ChangedSubscription = Static<typeof ChangedSubscription>;

const params = Type.Object({ id: rowId });
const nothing = only({});

const subscriptionList = { summary: 'All subscriptions', response: answers(SubscriptionList) };
const makeSubscription = {
  summary: 'Adds a subscription and returns it with its secret',
  body: NewSubscription,
  response: answers(SavedSubscription),
};
const editSubscription = {
  summary: 'Updates the keys of a subscription that the body contains and returns it, with its secret if that is new',
  params,
  body: ChangedSubscription,
  response: answers(SavedSubscription),
};
const dropSubscription = {
  summary: 'Deletes a subscription with its deliveries',
  params,
  response: answers(nothing),
};
const tryOut = {
  summary: 'Sends a test and returns the delivery',
  params,
  body: nothing,
  response: answers(DeliveryItem),
};
const deliveryList = {
  summary: 'The deliveries of a subscription that wait or were sent in the last 30 days, newest first',
  params,
  querystring: only({ after, limit }),
  response: answers(DeliveryList),
};
const repeatDelivery = {
  summary: 'Sends a delivery again with the same id and returns it',
  params: Type.Object({ id: rowId, delivery: rowId }),
  body: nothing,
  response: answers(DeliveryItem),
};

/** These routes need `admin`: a user who chooses where the server sends requests can reach hosts that they could not reach themselves. */
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
    const stamp = stampOf(request, 'api', now);
    const { filter = '', enabled = true, events, ...sent } = request.body;
    const values = orThrow(valuesOf({ ...sent, filter, enabled, events: events.join(',') }, sends_mail));
    const row = orThrow(await addSubscription(db, { ...values, secret: newSecret() }, stamp));
    return saved(row, row.format === 'standard');
  });
  const edit = { schema: editSubscription, config: managing, preValidation: jsonBody };
  app.put('/subscriptions/:id', edit, async (request): Promise<SavedSubscription> => {
    const stamp = stampOf(request, 'api', now);
    const secret = newSecret();
    const change = (before: SubscriptionRow) => changed(before, request.body, { sends_mail, secret });
    const row = orThrow(await changeSubscription(db, request.params.id, change, stamp));
    // Disabling a subscription gives up its waiting deliveries.
    db.live.changed({ deliveries: true });
    return saved(row, row.secret === secret);
  });
  app.delete('/subscriptions/:id', { schema: dropSubscription, config: managing }, async (request) => {
    const stamp = stampOf(request, 'api', now);
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

/** A new secret in the format of Standard Webhooks. */
function newSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** The validated values of a subscription, or what is wrong with them. */
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
  // A subscription of another format has a secret too, but it was never shown.
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
