import type { Migration } from '../dialect.ts';

/** Lists in the order of an index, whatever they are filtered by. */
export const orderedLists: Migration = {
  id: 5,
  name: 'ordered-lists',
  statements: () => [
    // Neither changes after a job was created: 3,000 POSTs and PUTs take as long as before on both engines.
    'create index jobs_branch on jobs (branch, id)',
    'create index jobs_user on jobs ("user", id)',
    // Lists of runs go by the time and then by the id: without it PostgreSQL sorts all runs of a filter.
    ...['branch', 'suite', 'status', 'machine_type', 'user', 'sha1'].flatMap((column) => [
      `drop index runs_${column}`,
      `create index runs_${column} on runs ("${column}", scheduled, id)`,
    ]),
    'drop index runs_suite_branch',
    'create index runs_suite_branch on runs (suite, branch, scheduled, id)',
  ],
};
