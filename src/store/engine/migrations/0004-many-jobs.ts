import type { Migration } from '../dialect.ts';

/** What a million jobs need: a job by its id alone, and the runs of one suite and branch. */
export const manyJobs: Migration = {
  id: 4,
  name: 'many-jobs',
  statements: () => [
    'create index jobs_job_id on jobs (job_id)',
    'create index runs_suite_branch on runs (suite, branch, scheduled)',
  ],
};
