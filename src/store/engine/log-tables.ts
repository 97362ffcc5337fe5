import type { ColumnTypes } from './dialect.ts';

/** The table of what logs say, and of logs that are still to be read. */
export function logTables({ integer, boolean, text, document }: ColumnTypes): string[] {
  return [
    `create table log_excerpts (
      job_id ${integer} primary key references jobs (id) on delete cascade,
      due ${integer},
      tries integer not null,
      version integer not null,
      file ${text},
      kind ${text},
      error ${document},
      byte ${integer},
      sure ${boolean},
      others ${document},
      context ${document}
    )`,
    'create index log_excerpts_due on log_excerpts (due) where due is not null',
  ];
}

/** The tables of test cases: all cases of a job in one row, and those that failed in rows of their own. */
export function testTables({ integer, text, document }: ColumnTypes): string[] {
  return [
    `create table job_tests (
      job_id ${integer} primary key references jobs (id) on delete cascade,
      pass integer not null,
      fail integer not null,
      error integer not null,
      skipped integer not null,
      seconds double precision not null,
      source ${text} not null,
      packed text not null
    )`,
    `create table failed_cases (
      job_id ${integer} not null references jobs (id) on delete cascade,
      place integer not null,
      name ${document} not null,
      hash ${text} not null,
      posted ${integer} not null,
      result ${text} not null,
      message ${document},
      signature ${text} not null,
      primary key (job_id, place)
    )`,
    'create index failed_cases_hash on failed_cases (hash, posted, job_id)',
  ];
}

/** What finds the jobs of a cause by their failed test cases, newest first: the cases that are causes (core/job-causes.ts). */
export function caseCauses(): string[] {
  return ['create index failed_cases_cause on failed_cases (signature, posted, job_id) where place < 20'];
}
