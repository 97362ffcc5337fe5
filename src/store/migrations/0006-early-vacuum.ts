import type { Migration } from '../migrations.ts';

/**
 * PostgreSQL finds the space of deleted and replaced rows again when they are a fiftieth of a table, not a fifth: with a
 * million jobs that is a week of a daily `prune`, not 80 days (docs/decisions/0008-space-on-disk.md).
 */
export const earlyVacuum: Migration = {
  id: 6,
  name: 'early-vacuum',
  statements: ({ storage }) => {
    const soon = 'autovacuum_vacuum_scale_factor = 0.02';
    return [
      // Long values stand in tables of their own, which are vacuumed by themselves.
      ...['jobs', 'job_documents'].flatMap((table) => storage(table, `${soon}, toast.${soon}`)),
      ...storage('job_nodes', soon),
    ];
  },
};
