import type { Generated, Selectable } from 'kysely';
import type { DeliveryStatus, NewsFormat } from '../../core/notifications/subscription.ts';

/** Who is told of what (core/notifications); `events` with commas between. Times in microseconds, as everywhere in the store. */
interface SubscriptionTable {
  id: Generated<number>;
  name: string;
  /** In the filter language, over runs. */
  filter: string;
  events: string;
  format: NewsFormat;
  /** The address of a webhook, or addresses of mail. */
  target: string;
  /** What deliveries are signed with; `whsec_` and base64. */
  secret: string;
  enabled: boolean;
  created_by: string | null;
  created: number;
  /** When the first attempt failed after which none has succeeded. */
  failing_since: number | null;
  /** Why it is switched off, or why its last attempt failed. */
  problem: string | null;
}

/**
 * A message to a subscription. `subject` is what it is about: there is one for each subscription, event and subject. `due` is when it is to be
 * sent, null: never. `message_id` stays the same however often it is sent.
 */
interface DeliveryTable {
  id: Generated<number>;
  message_id: string;
  subscription_id: number;
  event: string;
  subject: string;
  title: string;
  /** In the format `standard`, whatever the subscription has: that may change before it is sent. */
  body: string;
  created: number;
  status: DeliveryStatus;
  due: number | null;
  attempts: number;
  last_attempt: number | null;
  /** The status of the last HTTP answer. */
  answer_code: number | null;
  error: string | null;
  /** The addresses of a mail that were refused, with commas between, while others were not: only they get it again. */
  refused: Generated<string | null>;
}

/** A run that is over and has not been told of; `revision` is the one with which it ended. */
interface RunEndTable {
  run_id: number;
  revision: number;
  due: number;
}

/** That a subscription was told of a cause in a suite on a branch. */
interface ToldCauseTable {
  subscription_id: number;
  cause: string;
  suite: string;
  branch: string;
  at: number;
}

/** A node that has been told of; `seen` is when it was suspect last. */
interface SuspectNodeTable {
  node: string;
  seen: number;
}

/** These tables, for Kysely. */
export interface NotificationTables {
  subscriptions: SubscriptionTable;
  deliveries: DeliveryTable;
  run_ends: RunEndTable;
  told_causes: ToldCauseTable;
  suspect_nodes: SuspectNodeTable;
}

/** A subscription as it is stored. On SQLite its boolean arrives as 0 or 1. */
export type SubscriptionRow = Selectable<SubscriptionTable>;

/** A delivery as it is stored. */
export type DeliveryRow = Selectable<DeliveryTable>;
