/** The tables about users: access tokens, the audit log, decisions on failures, and notifications. */
import type { Generated, Selectable } from 'kysely';
import type { Actor, Change } from '../../core/audit.ts';
import type { Decision } from '../../core/decisions/decision.ts';
import type { Move } from '../../core/decisions/standing.ts';
import type { deliveryStatuses, NewsFormat } from '../../core/notifications/subscription.ts';

/** A token (core/access.ts). `hash` is the SHA-256 of its secret; `scopes` is a comma-separated list. */
interface TokenTable {
  name: string;
  hash: string;
  scopes: string;
  created: number;
  expires: number | null;
}

/** A browser session, which replaces a token. `hash` is the SHA-256 of its secret, `token_hash` that of the token. */
interface SessionTable {
  hash: string;
  token_hash: string;
  expires: number;
}

/** The audit log (core/audit.ts). `before` and `after` are JSON objects. */
interface AuditTable extends Actor {
  id: Generated<number>;
  at: number;
  action: string;
  kind: Change['kind'];
  target: string;
  before: string | null;
  after: string | null;
}

/** Decisions on causes (core/decisions/decision.ts). Times are in microseconds. `client_key` is a key chosen by the author. */
interface DecisionTable extends Omit<Decision, 'id' | 'verified'> {
  id: Generated<number>;
  verified: boolean;
  client_key: string | null;
}

/** A review of a run. `run` is the name of the run; `frozen` is the state of the run at that time, as a JSON object. */
interface ReviewTable {
  id: Generated<number>;
  run: string;
  verdict: string;
  author: string;
  verified: boolean;
  created: number;
  frozen: string;
  client_key: string | null;
}

/** A subscription to notifications (core/notifications). `events` is a comma-separated list. Times are in microseconds. */
interface SubscriptionTable {
  id: Generated<number>;
  name: string;
  /** A filter of runs, in the filter language. */
  filter: string;
  events: string;
  format: NewsFormat;
  /** The URL of a webhook, or mail addresses. */
  target: string;
  /** The key that signs deliveries: `whsec_` and base64. */
  secret: string;
  enabled: boolean;
  created_by: string | null;
  created: number;
  /** The time of the first failed attempt since the last success; null if the last attempt succeeded. */
  failing_since: number | null;
  /** The reason why it was switched off or why its last attempt failed. */
  problem: string | null;
}

/**
 * A message to a subscription. `subject` is what the message is about; subscription, event and subject are unique together.
 * `due` is when the message will be sent; null means never. `message_id` is the same for every attempt.
 */
interface DeliveryTable {
  id: Generated<number>;
  message_id: string;
  subscription_id: number;
  event: string;
  subject: string;
  title: string;
  /** Always in the format `standard`, because the format of the subscription may change before the message is sent. */
  body: string;
  created: number;
  status: (typeof deliveryStatuses)[number];
  due: number | null;
  attempts: number;
  last_attempt: number | null;
  /** The status of the last HTTP answer. */
  answer_code: number | null;
  error: string | null;
  /** The comma-separated addresses that refused a mail which other addresses accepted. Only these get it again. */
  refused: Generated<string | null>;
}

/** A run that has ended and has not been announced yet. `revision` is the revision with which it ended. */
interface RunEndTable {
  run_id: number;
  revision: number;
  due: number;
}

/** A cause that was announced to a subscription, for one suite and branch. */
interface ToldCauseTable {
  subscription_id: number;
  cause: string;
  suite: string;
  branch: string;
  at: number;
}

/** A suspect node that has been announced. `seen` is when it was last suspect. */
interface SuspectNodeTable {
  node: string;
  seen: number;
}

/** The tables of this file, for Kysely. */
export interface PeopleTables {
  tokens: TokenTable;
  sessions: SessionTable;
  audit: AuditTable;
  decisions: DecisionTable;
  /** How many jobs went from one cause to another when the rules changed. */
  cause_moves: Move;
  reviews: ReviewTable;
  subscriptions: SubscriptionTable;
  deliveries: DeliveryTable;
  run_ends: RunEndTable;
  told_causes: ToldCauseTable;
  suspect_nodes: SuspectNodeTable;
}

/** A change as it is stored. On SQLite its boolean arrives as 0 or 1. */
export type AuditRow = Selectable<AuditTable>;

/** A decision as it is stored. On SQLite its boolean arrives as 0 or 1. */
export type DecisionRow = Selectable<DecisionTable>;

/** A review as it is stored. On SQLite its boolean arrives as 0 or 1. */
export type ReviewRow = Selectable<ReviewTable>;

/** A subscription as it is stored. On SQLite its boolean arrives as 0 or 1. */
export type SubscriptionRow = Selectable<SubscriptionTable>;

/** A delivery as it is stored. */
export type DeliveryRow = Selectable<DeliveryTable>;
