import type { Generated, Kysely, Selectable } from 'kysely';
import type { DocumentField, JobStatus } from '../../core/job.ts';
import type { EvidenceKind } from '../../core/logs/evidence.ts';
import type { NodeFields } from '../../core/node.ts';
import type { Pause } from '../../core/queue.ts';
import type { JobCounts, RunStatus } from '../../core/run.ts';
import type { CaseCounts, CaseResult } from '../../core/test-cases.ts';
import type { PeopleTables } from './people-schema.ts';

/** The two engines. */
export type Engine = 'sqlite' | 'postgres';

/**
 * A database that can be read. SQLite answers synchronously, so code that reads page by page awaits `setImmediate` between
 * two pages to let other requests run.
 */
export interface Reader {
  engine: Engine;
  kysely: Kysely<Schema>;
}

/** A run and the number of its jobs in each status, so that a list of runs never reads `jobs`. */
interface RunTable extends JobCounts {
  id: Generated<number>;
  name: string;
  status: RunStatus;
  /** Parsed from its name and corrected by its jobs (teuthology contract §3.7 and §3.9). */
  user: string;
  suite: string;
  branch: string;
  machine_type: string;
  /** Microseconds since the Unix epoch, like every time in the store. */
  scheduled: number;
  posted: number;
  /** When its first job started. */
  started: number | null;
  /** Last push of one of its jobs; null until the first. */
  updated: number | null;
  /** The `job_id` that sorts first as text. The next columns come from that job (teuthology contract §2.2). */
  first_job: string | null;
  sha1: string | null;
  flavor: string | null;
  priority: number | null;
  /** A JSON list of texts. */
  tags: string;
  /** Grows with every change of one of its jobs, even if a client gave it an old time, and of their causes. */
  revision: number;
  /** Its last review as a JSON object (`KeptReview`); null if there is none. */
  review: string | null;
}

/** The part of a job that lists and filters read. */
export interface JobTable {
  id: Generated<number>;
  run_id: number;
  job_id: string;
  status: JobStatus;
  /** The reported value; the verdict is in `status`. */
  success: boolean | null;
  posted: number;
  started: number | null;
  updated: number;
  /**
   * The text of a JSON object with every key of `smallFields`, in that order, with the values as they were sent. The
   * description is null here if `descriptions` has the same text: see `withDescription`.
   */
  small: string;
  /** Copies of three keys of `small`, as plain text, for filters. */
  name: string | null;
  machine_type: string | null;
  flavor: string | null;
  /** The keys of `moreFields` that have columns. */
  branch: string | null;
  failure_reason: string | null;
  priority: number | null;
  queue: string | null;
  sha1: string | null;
  user: string | null;
  /** The other keys of `moreFields` that have a value, as the text of a JSON object. */
  more: string;
  /** One short hash for each of `documentFields`, so that an unchanged document is neither read nor written again. */
  document_hashes: string;
  /** The cause that `failure_reason` names, a key of `signatures`. */
  signature: string | null;
  /** The key of its description in `descriptions`; it also finds other jobs with the same description. */
  description_hash: string | null;
}

/** The bulky values of a job as raw JSON text; null if never sent or cleared. */
type JobDocumentTable = { id: number } & Record<DocumentField, string | null>;

/** A machine that jobs run on (teuthology contract §2.10). */
interface NodeTable extends NodeFields {
  id: Generated<number>;
  name: string;
  /** The node that hosts this one. */
  vm_host_id: number | null;
}

/**
 * The nodes that a job ran on. `job_id` is the internal id of the job. `posted` and `status` are copies from `jobs`: of a million
 * jobs a node has 11,000, and counting them through `jobs` takes 218 ms instead of 1.2 ms on a busy machine (32 ms on an idle
 * one; the budget is 30 ms).
 */
interface JobNodeTable {
  node_id: number;
  job_id: number;
  posted: number;
  status: JobStatus;
}

/** A queue that can be paused (teuthology contract §2.19). */
interface QueueTable extends Pause {
  queue: string;
}

/** A cause of failures (core/signature.ts) and the version of the rules that found it. */
interface SignatureTable {
  id: string;
  version: number;
  kind: string;
  title: string;
}

/** A description that jobs have or had; hundreds of jobs share one. `hash` is their `description_hash`. */
interface DescriptionTable {
  hash: string;
  description: string;
}

/** The finished jobs of a run, as JSON, for verdicts on later runs. Valid as long as `made_of` is the state of the run. */
interface RunDigestTable {
  run_id: number;
  made_of: string;
  digest: string;
}

/**
 * The runs that were imported from a database of the Python server, by internal id. `fingerprint` identifies the copied state of the
 * old run, `revision` the state of the new run after the copy. `verified` (0 or 1) tells whether the two have been compared since.
 */
interface ImportedRunTable {
  id: number;
  fingerprint: string;
  revision: number;
  verified: number;
  /** The statuses, separated by spaces, of its jobs that were left out because another job has their `job_id`. */
  left_out: string;
}

/** One row. The causes of the jobs of all runs up to the internal id `up_to` were computed with this `version` of the rules. */
interface IndexedTable {
  version: number;
  up_to: number;
}

/**
 * The error found in the log of a failed or dead job (core/logs). `due` is when the log will be read, in microseconds; null means
 * never again. `version` is the version of the rules that read it; 0 means that it has not been read. `others` is a JSON list
 * of `Finding`s.
 */
interface LogExcerptTable {
  job_id: number;
  due: number | null;
  tries: number;
  version: number;
  file: string | null;
  kind: EvidenceKind | null;
  error: string | null;
  byte: number | null;
  sure: boolean | null;
  others: string | null;
  context: string | null;
}

/** The test cases of a job (core/test-cases.ts): their counts by result, and all cases as packed by src/archive. */
interface JobTestsTable extends CaseCounts {
  job_id: number;
  seconds: number;
  /** `posted`, or the files that contained them. */
  source: string;
  packed: string;
}

/**
 * A failed case. `place` is its position in the job, `hash` the hash of its name, `posted` the time of the job, and `signature` the
 * cause that it stands for. Cases after the first 20 are only listed; their `signature` is empty.
 */
interface FailedCaseTable {
  job_id: number;
  place: number;
  name: string;
  hash: string;
  posted: number;
  result: CaseResult;
  message: string | null;
  signature: string;
}

/** Totals of deleted runs: the number of runs, and of their jobs in each status. `month` (UTC, like 2026-11) is when they were scheduled. */
interface MonthlyResultTable extends JobCounts {
  month: string;
  suite: string;
  branch: string;
  machine_type: string;
  runs: number;
}

/** The number of jobs of deleted runs that had a cause. */
interface MonthlyCauseTable {
  month: string;
  suite: string;
  branch: string;
  cause: string;
  jobs: number;
}

/** An applied migration. */
interface MigrationTable {
  id: number;
  name: string;
  applied: number;
}

/** All tables, for Kysely. */
export interface Schema extends PeopleTables {
  runs: RunTable;
  jobs: JobTable;
  job_documents: JobDocumentTable;
  nodes: NodeTable;
  job_nodes: JobNodeTable;
  queues: QueueTable;
  signatures: SignatureTable;
  descriptions: DescriptionTable;
  run_digests: RunDigestTable;
  imported_runs: ImportedRunTable;
  indexed: IndexedTable;
  log_excerpts: LogExcerptTable;
  job_tests: JobTestsTable;
  failed_cases: FailedCaseTable;
  monthly_results: MonthlyResultTable;
  monthly_causes: MonthlyCauseTable;
  migrations: MigrationTable;
}

/** A run as it is stored. */
export type RunRow = Selectable<RunTable>;

/** A job as it is stored, without its document. */
export type JobRow = Selectable<JobTable>;

/** A node as it is stored. On SQLite its booleans arrive as 0 and 1. */
export type NodeRow = Selectable<NodeTable>;

/** A queue as it is stored. */
export type QueueRow = Selectable<QueueTable>;

/** The columns of a job that the writer sets. */
export const jobColumns = [
  'run_id',
  'job_id',
  'status',
  'success',
  'posted',
  'started',
  'updated',
  'small',
  'name',
  'machine_type',
  'flavor',
  'branch',
  'failure_reason',
  'priority',
  'queue',
  'sha1',
  'user',
  'more',
  'document_hashes',
  'signature',
  'description_hash',
] as const satisfies (keyof JobRow)[];
