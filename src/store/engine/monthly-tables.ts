import { jobStatuses } from '../../core/job.ts';
import type { ColumnTypes } from './dialect.ts';

/** What stays of runs that `paddles prune` deletes: by the month (UTC, as 2026-11) in which they were scheduled. */
export function monthlyTables({ integer, text }: ColumnTypes): string[] {
  const counts = jobStatuses.map((status) => `${status} ${integer} not null`);
  return [
    `create table monthly_results (
      month ${text} not null,
      suite ${text} not null,
      branch ${text} not null,
      machine_type ${text} not null,
      runs ${integer} not null,
      ${counts.join(',\n      ')},
      primary key (month, suite, branch, machine_type)
    )`,
    `create table monthly_causes (
      month ${text} not null,
      suite ${text} not null,
      branch ${text} not null,
      cause ${text} not null,
      jobs ${integer} not null,
      primary key (month, suite, branch, cause)
    )`,
  ];
}
