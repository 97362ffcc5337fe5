import type { Migration } from '../migrations.ts';

/** Runs, jobs and their documents. */
export const runsAndJobs: Migration = {
  id: 1,
  name: 'runs-and-jobs',
  statements: ({ id, integer, document }) => [
    `create table runs (
      id ${id},
      name text not null unique,
      status text not null,
      posted ${integer} not null,
      updated ${integer},
      queued integer not null default 0,
      pass integer not null default 0,
      running integer not null default 0,
      waiting integer not null default 0,
      fail integer not null default 0,
      dead integer not null default 0,
      unknown integer not null default 0
    )`,
    'create index runs_posted on runs (posted, id)',
    `create table jobs (
      id ${id},
      run_id ${integer} not null references runs (id) on delete cascade,
      job_id text not null,
      status text not null,
      posted ${integer} not null,
      updated ${integer} not null,
      small text not null,
      document_hashes text not null,
      unique (run_id, job_id)
    )`,
    'create index jobs_run on jobs (run_id, id)',
    `create table job_documents (
      id ${integer} primary key references jobs (id) on delete cascade,
      kernel ${document},
      overrides ${document},
      roles ${document},
      targets ${document},
      tasks ${document}
    )`,
  ],
};
