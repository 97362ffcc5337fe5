/** The tables of what people do: who may do what, who changed what, what they say of failures, and who is told of them. */
import type { Generated, Selectable } from 'kysely';
import type { Actor, Change } from '../../core/audit.ts';
import type { Decision } from '../../core/decisions/decision.ts';
import type { Move } from '../../core/decisions/standing.ts';
import type { deliveryStatuses, NewsFormat } from '../../core/notifications/subscription.ts';

/** A token (core/access.ts): the SHA-256 of its secret, and its scopes with commas between. */
interface TokenTable {
  name: string;
  hash: string;
  scopes: string;
  created: number;
  expires: number | null;
}

/** What a browser keeps instead of a token: the SHA-256 of its secret, and that of the token. */
interface SessionTable {
  hash: string;
  token_hash: string;
  expires: number;
}

/** Who changed what (core/audit.ts); `before` and `after` are JSON objects. */
interface AuditTable extends Actor {
  id: Generated<number>;
  at: number;
  action: string;
  kind: Change['kind'];
  target: string;
  before: string | null;
  after: string | null;
}

/** What people say of causes (core/decisions/decision.ts); times in microseconds. `client_key` is a key that its author chose. */
interface DecisionTable extends Omit<Decision, 'id' | 'verified'> {
  id: Generated<number>;
  verified: boolean;
  client_key: string | null;
}

/** A review of a run, by its name; `frozen` is what the run said then, as a JSON object. */
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
  status: (typeof deliveryStatuses)[number];
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
