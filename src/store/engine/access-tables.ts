import type { ColumnTypes } from './dialect.ts';

/** The tables of who may do what, and of who did it. */
export function accessTables({ id, integer, boolean, text }: ColumnTypes): string[] {
  return [
    `create table tokens (
      name ${text} primary key,
      hash ${text} not null unique,
      scopes ${text} not null,
      created ${integer} not null,
      expires ${integer}
    )`,
    `create table sessions (
      hash ${text} primary key,
      token_hash ${text} not null,
      expires ${integer} not null
    )`,
    `create table audit (
      id ${id},
      at ${integer} not null,
      name ${text},
      verified ${boolean} not null,
      address ${text},
      door ${text} not null,
      action ${text} not null,
      kind ${text} not null,
      target ${text} not null,
      before text,
      after text,
      request ${text}
    )`,
    'create index audit_at on audit (at)',
    'create index audit_target on audit (target, id)',
    'create index audit_name on audit (name, id)',
  ];
}
