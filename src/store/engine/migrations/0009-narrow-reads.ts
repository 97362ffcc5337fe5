import type { Migration } from '../dialect.ts';

/**
 * Every order that a list of runs can have, and the few runs with jobs in a rare status, without looking at all runs. And
 * what is asked of thousands of jobs at once, their run and machine type, without reading their rows of 2.5 KB.
 */
export const narrowReads: Migration = {
  id: 9,
  name: 'narrow-reads',
  statements: () => [
    'drop index runs_updated',
    // What is missing comes first on both engines: by themselves they do not agree where it belongs.
    ...['updated', 'started', 'priority'].map(
      (column) => `create index runs_${column} on runs (coalesce(${column}, -1), id)`,
    ),
    'create index runs_fail on runs (fail, id)',
    ...['running', 'waiting', 'dead', 'unknown'].map(
      (status) => `create index runs_with_${status} on runs (scheduled, id) where ${status} > 0`,
    ),
    'drop index jobs_description',
    'create index jobs_description on jobs (description_hash, id, run_id) where description_hash is not null',
    'create index jobs_machine_type on jobs (id, machine_type)',
  ],
};
