import { type Static, Type } from 'typebox';
import { deliveryStatuses, newsEvents, newsFormats } from '../../core/notifications/subscription.ts';
import { shape } from '../operations.ts';
import { answers, integer, numberOrNull, query, text, textOrNull } from './schema.ts';

/** Who is told of what; `target` without what could be a password, and never with the secret. */
export const SubscriptionItem = shape('SubscriptionItem', {
  id: integer,
  name: text,
  filter: text,
  events: Type.Array(Type.Enum([...newsEvents])),
  format: Type.Enum([...newsFormats]),
  target: text,
  enabled: Type.Boolean(),
  created_by: textOrNull,
  created: Type.Number(),
  /** Since when nothing has arrived; null when the last attempt succeeded. */
  failing_since: numberOrNull,
  /** Why it is switched off, or why its last attempt failed. */
  problem: textOrNull,
});
export type SubscriptionItem = Static<typeof SubscriptionItem>;

/** All of them by name; `sends_mail` says whether the server can. */
export const SubscriptionList = shape('SubscriptionList', {
  subscriptions: Type.Array(SubscriptionItem),
  sends_mail: Type.Boolean(),
});
export type SubscriptionList = Static<typeof SubscriptionList>;

/** A subscription as it is now, and what its deliveries are signed with when that is new: it is not shown again. */
export const SavedSubscription = shape('SavedSubscription', { subscription: SubscriptionItem, secret: textOrNull });
export type SavedSubscription = Static<typeof SavedSubscription>;

/** A message to a subscription. `due` is when it is sent, perhaps again, `last_attempt` when it was sent last. */
export const DeliveryItem = shape('DeliveryItem', {
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

/** One page, newest first; `next` goes into `after`. */
export const DeliveryList = shape('DeliveryList', { deliveries: Type.Array(DeliveryItem), next: numberOrNull });
export type DeliveryList = Static<typeof DeliveryList>;

const chosen = {
  name: Type.String({ minLength: 1, maxLength: 100 }),
  filter: Type.String({ maxLength: 4000, description: 'over runs, see /ui/help; empty for all' }),
  events: Type.Array(Type.Enum([...newsEvents]), { minItems: 1, uniqueItems: true }),
  format: Type.Enum([...newsFormats]),
  target: Type.String({ minLength: 1, maxLength: 6000, description: 'address of a webhook, or of mail' }),
  enabled: Type.Boolean(),
};

/** What a client sends of a new subscription. */
const NewSubscription = Type.Object(
  { ...chosen, filter: Type.Optional(chosen.filter), enabled: Type.Optional(chosen.enabled) },
  { additionalProperties: false },
);
/** The type of the same. */
export type NewSubscription = Static<typeof NewSubscription>;

/** What is to change. */
const ChangedSubscription = Type.Partial(
  Type.Object({
    ...chosen,
    new_secret: Type.Boolean({ description: 'whether deliveries are to be signed with another secret' }),
  }),
  { additionalProperties: false },
);
/** The type of the same. */
export type ChangedSubscription = Static<typeof ChangedSubscription>;

const number = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const params = Type.Object({ id: number });
const nothing = Type.Object({}, { additionalProperties: false });

/** `GET /api/subscriptions`. */
export const subscriptionList = {
  summary: 'Who is told of what',
  querystring: query({}),
  response: answers(SubscriptionList),
};
/** `POST /api/subscriptions`. */
export const makeSubscription = {
  summary: 'Adds a subscription; answers it with its secret',
  body: NewSubscription,
  querystring: query({}),
  response: answers(SavedSubscription),
};
/** `PUT /api/subscriptions/{id}`. */
export const editSubscription = {
  summary: 'Changes what is sent of a subscription; answers it, with its secret if that is new',
  params,
  body: ChangedSubscription,
  querystring: query({}),
  response: answers(SavedSubscription),
};
/** `DELETE /api/subscriptions/{id}`. */
export const dropSubscription = {
  summary: 'Deletes a subscription with its deliveries',
  params,
  querystring: query({}),
  response: answers(nothing),
};
/** `POST /api/subscriptions/{id}/test`. */
export const tryOut = {
  summary: 'Sends a test; answers the delivery',
  params,
  body: nothing,
  querystring: query({}),
  response: answers(DeliveryItem),
};
/** `GET /api/subscriptions/{id}/deliveries`. */
export const deliveryList = {
  summary: 'What was sent to a subscription in the last 30 days, or is to be sent, newest first',
  params,
  querystring: query({
    after: Type.Optional(Type.Integer({ ...number, description: '"next" of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'how many; 50 when it is missing' })),
  }),
  response: answers(DeliveryList),
};
/** `POST /api/subscriptions/{id}/deliveries/{delivery}/again`. */
export const repeatDelivery = {
  summary: 'Sends a delivery again, with the same id; answers it',
  params: Type.Object({ id: number, delivery: number }),
  body: nothing,
  querystring: query({}),
  response: answers(DeliveryItem),
};
