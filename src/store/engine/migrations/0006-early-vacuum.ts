import type { Migration } from '../dialect.ts';

/**
 * PostgreSQL finds the space of deleted and replaced rows again when they are a fiftieth of a table, not a fifth: with a
 * million jobs that is a week of a daily `prune`, not 80 days (docs/decisions/0008-space-on-disk.md).
 */
export const earlyVacuum: Migration = {
  id: 6,
  name: 'early-vacuum',
  // What PostgreSQL keeps of long values beside a table follows its table.
  statements: ({ storage }) =>
    ['jobs', 'job_documents', 'job_nodes'].flatMap((table) => storage(table, 'autovacuum_vacuum_scale_factor = 0.02')),
};
