import type { ColumnTypes } from './dialect.ts';

/** The tables of what people say of failures: decisions on causes, where their jobs went when the rules changed, and reviews of runs. */
export function decisionTables({ id, integer, boolean, text, document }: ColumnTypes): string[] {
  return [
    `create table decisions (
      id ${id},
      cause ${text} not null,
      version integer not null,
      kind ${text} not null,
      title ${text} not null,
      class ${text} not null,
      issue_url text,
      note text not null,
      scope ${text} not null,
      scope_of ${text},
      run ${text} not null,
      author ${text} not null,
      verified ${boolean} not null,
      created ${integer} not null,
      replaces ${integer},
      until ${integer},
      withdrawn_by ${text},
      withdrawn_at ${integer},
      client_key ${text},
      unique (author, client_key)
    )`,
    'create index decisions_cause on decisions (cause, id)',
    'create index decisions_scope on decisions (scope, scope_of, id)',
    'create index decisions_replaces on decisions (replaces) where replaces is not null',
    'create index decisions_withdrawn on decisions (withdrawn_at) where withdrawn_at is not null',
    `create table cause_moves (
      old ${text} not null,
      cause ${text} not null,
      jobs ${integer} not null,
      primary key (old, cause)
    )`,
    'create index cause_moves_cause on cause_moves (cause)',
    `create table reviews (
      id ${id},
      run ${text} not null,
      verdict ${text} not null,
      author ${text} not null,
      verified ${boolean} not null,
      created ${integer} not null,
      frozen ${document} not null,
      client_key ${text},
      unique (author, client_key)
    )`,
    'create index reviews_run on reviews (run, id)',
    // The last review again, so that a list of runs reads nothing else.
    'alter table runs add column review text',
  ];
}
