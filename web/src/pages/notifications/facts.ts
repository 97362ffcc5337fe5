/** Subscriptions and deliveries in words. */
import type { NewsEvent, NewsFormat } from '../../../../src/core/notifications/subscription.ts';
import type { DeliveryItem, SubscriptionItem } from '../../../../src/http/api/subscriptions.ts';

/** What people can be told of, as a form asks. */
export const eventNames: Record<NewsEvent, string> = {
  run_finished: 'a run is over',
  new_cause: 'a run has new causes',
  node_suspect: 'a node is suspect',
};

/** In which way. */
export const formatNames: Record<NewsFormat, string> = { standard: 'webhook', slack: 'Slack', mail: 'mail' };

/** "a run is over, a node is suspect". */
export function eventsText({ events }: Pick<SubscriptionItem, 'events'>): string {
  return events.map((event) => eventNames[event]).join(', ');
}

/** How a subscription does. */
export function stateOf({ enabled, problem }: Pick<SubscriptionItem, 'enabled' | 'problem'>): 'on' | 'off' | 'fails' {
  if (!enabled) return 'off';
  return problem === null ? 'on' : 'fails';
}

/** What became of a delivery, in a word or two. */
export const outcomes: Record<DeliveryItem['status'], string> = {
  waiting: 'waits',
  delivered: 'arrived',
  failed: 'given up',
};

/** What the receiver said: "204", "answered 500", "no answer within 15 seconds". */
export function answerOf({
  status,
  answer_code,
  error,
}: Pick<DeliveryItem, 'status' | 'answer_code' | 'error'>): string {
  if (status !== 'delivered' && error !== null) return error;
  return answer_code === null ? '' : String(answer_code);
}
