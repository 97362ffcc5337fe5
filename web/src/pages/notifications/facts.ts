/** Subscriptions and deliveries in words. */
import type { NewsEvent, NewsFormat } from '../../../../src/core/notifications/subscription.ts';
import type { DeliveryItem, SubscriptionItem } from '../../../../src/http/api/subscriptions.ts';

/** The events of a subscription, as the form shows them. */
export const eventNames: Record<NewsEvent, string> = {
  run_finished: 'a run is over',
  new_cause: 'a run has new causes',
  node_suspect: 'a node is suspect',
};

/** The formats, as the form shows them. */
export const formatNames: Record<NewsFormat, string> = { standard: 'webhook', slack: 'Slack', mail: 'mail' };

/** "a run is over, a node is suspect". */
export function eventsText({ events }: Pick<SubscriptionItem, 'events'>): string {
  return events.map((event) => eventNames[event]).join(', ');
}

/** The state of a subscription. */
export function stateOf({ enabled, problem }: Pick<SubscriptionItem, 'enabled' | 'problem'>): 'on' | 'off' | 'failing' {
  if (!enabled) return 'off';
  return problem === null ? 'on' : 'failing';
}

/** The result of a delivery, in a word or two. */
export const outcomes: Record<DeliveryItem['status'], string> = {
  waiting: 'waiting',
  delivered: 'delivered',
  failed: 'given up',
};

/** The response of the receiver, or the error: "204", "answered 500", "no answer within 15 seconds". */
export function answerOf({
  status,
  answer_code,
  error,
}: Pick<DeliveryItem, 'status' | 'answer_code' | 'error'>): string {
  if (status !== 'delivered' && error !== null) return error;
  return answer_code === null ? '' : String(answer_code);
}
