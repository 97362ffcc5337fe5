import type { ColumnTypes } from './dialect.ts';

/** The table of the runs that `paddles import` has copied. No reference to `runs`: that a run was imported and deleted since is what keeps it from being imported again. */
export function importedRuns({ integer, text }: ColumnTypes): string[] {
  return [
    `create table imported_runs (
      id ${integer} primary key,
      fingerprint ${text} not null,
      revision ${integer} not null,
      verified integer not null,
      left_out ${text} not null
    )`,
  ];
}
