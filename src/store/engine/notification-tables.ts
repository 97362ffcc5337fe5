import type { ColumnTypes } from './dialect.ts';

/** The tables of who is told of what, of what is still to be told, and of what has been. */
export function notificationTables({ id, integer, boolean, text, document }: ColumnTypes): string[] {
  return [
    `create table subscriptions (
      id ${id},
      name ${text} not null unique,
      filter text not null,
      events text not null,
      format ${text} not null,
      target text not null,
      secret text not null,
      enabled ${boolean} not null,
      created_by ${text},
      created ${integer} not null,
      failing_since ${integer},
      problem text
    )`,
    `create table deliveries (
      id ${id},
      message_id ${text} not null,
      subscription_id ${integer} not null references subscriptions (id) on delete cascade,
      event ${text} not null,
      subject ${text} not null,
      title text not null,
      body ${document} not null,
      created ${integer} not null,
      status ${text} not null,
      due ${integer},
      attempts integer not null,
      last_attempt ${integer},
      answer_code integer,
      error text,
      unique (subscription_id, event, subject)
    )`,
    'create index deliveries_of on deliveries (subscription_id, id)',
    'create index deliveries_due on deliveries (due, id) where due is not null',
    'create index deliveries_created on deliveries (created)',
    `create table run_ends (
      run_id ${integer} primary key references runs (id) on delete cascade,
      revision ${integer} not null,
      due ${integer} not null
    )`,
    'create index run_ends_due on run_ends (due)',
    `create table told_causes (
      subscription_id ${integer} not null references subscriptions (id) on delete cascade,
      cause ${text} not null,
      suite ${text} not null,
      branch ${text} not null,
      at ${integer} not null,
      primary key (subscription_id, cause, suite, branch)
    )`,
    'create index told_causes_at on told_causes (at)',
    `create table suspect_nodes (node ${text} primary key, seen ${integer} not null)`,
  ];
}
