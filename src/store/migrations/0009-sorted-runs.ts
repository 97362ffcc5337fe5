import type { Migration } from '../migrations.ts';

/** Every order that a list of runs can have, and the few runs with jobs in a rare status, without looking at all runs. */
export const sortedRuns: Migration = {
  id: 9,
  name: 'sorted-runs',
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
  ],
};
