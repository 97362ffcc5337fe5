import type { Generated, Selectable } from 'kysely';
import type { DocumentField, JobStatus } from '../core/job.ts';
import type { JobCounts, RunStatus } from '../core/run.ts';

/** A run with the number of its jobs in each status, so that a list of runs never touches the jobs. */
export interface RunTable extends JobCounts {
  id: Generated<number>;
  name: string;
  status: RunStatus;
  /** Microseconds since the Unix epoch, as every time in the store. */
  posted: number;
  /** Last push of one of its jobs; null until the first. */
  updated: number | null;
}

/** What lists and filters read of a job. */
export interface JobTable {
  id: Generated<number>;
  run_id: number;
  job_id: string;
  status: JobStatus;
  posted: number;
  updated: number;
  /** The text of a JSON object with every key of `smallFields`, in that order, values as they were sent. */
  small: string;
  /** One short hash for each of `documentFields`, so that an unchanged document is neither read nor written again. */
  document_hashes: string;
}

/** The bulky values of a job as raw JSON text; null where never sent or cleared. */
export type JobDocumentTable = { id: number } & Record<DocumentField, string | null>;

/** Which migrations have been applied. */
export interface MigrationTable {
  id: number;
  name: string;
  applied: number;
}

/** All tables, for Kysely. */
export interface Schema {
  runs: RunTable;
  jobs: JobTable;
  job_documents: JobDocumentTable;
  migrations: MigrationTable;
}

/** A run as it is stored. */
export type RunRow = Selectable<RunTable>;

/** A job as it is stored, without its document. */
export type JobRow = Selectable<JobTable>;
