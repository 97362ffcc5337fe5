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
 * A database that can be read. SQLite answers without giving up the event loop, so whoever reads page by page awaits
 * `setImmediate` between two pages to let other requests in.
 */
export interface Reader {
  engine: Engine;
  kysely: Kysely<Schema>;
}

/** A run with the number of its jobs in each status, so that a list of runs never touches the jobs. */
interface RunTable extends JobCounts {
  id: Generated<number>;
  name: string;
  status: RunStatus;
  /** What its name says, corrected by what its jobs say (teuthology contract §3.7 and §3.9). */
  user: string;
  suite: string;
  branch: string;
  machine_type: string;
  /** Microseconds since the Unix epoch, as every time in the store. */
  scheduled: number;
  posted: number;
  /** When its first job started. */
  started: number | null;
  /** Last push of one of its jobs; null until the first. */
  updated: number | null;
  /** The job with the lowest `job_id` as text, and what the run shows of it (teuthology contract §2.2). */
  first_job: string | null;
  sha1: string | null;
  flavor: string | null;
  priority: number | null;
  /** A JSON list of texts. */
  tags: string;
  /** Grows with every change of one of its jobs, also with one that a client gave an old time, and of their causes. */
  revision: number;
  /** Its last review as a JSON object (`KeptReview`); null when there is none. */
  review: string | null;
}

/** What lists and filters read of a job. */
export interface JobTable {
  id: Generated<number>;
  run_id: number;
  job_id: string;
  status: JobStatus;
  /** As it was reported; the verdict is in `status`. */
  success: boolean | null;
  posted: number;
  started: number | null;
  updated: number;
  /**
   * The text of a JSON object with every key of `smallFields`, in that order, values as they were sent. A description is
   * null here when the text in `descriptions` says the same: see `withDescription`.
   */
  small: string;
  /** Three keys of `small` again, as plain text, for filters. */
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
  /** The key of its description in `descriptions`; it also finds other jobs with the same one. */
  description_hash: string | null;
}

/** The bulky values of a job as raw JSON text; null where never sent or cleared. */
type JobDocumentTable = { id: number } & Record<DocumentField, string | null>;

/** A machine that jobs run on (teuthology contract §2.10). */
interface NodeTable extends NodeFields {
  id: Generated<number>;
  name: string;
  /** The node that hosts this one. */
  vm_host_id: number | null;
}

/**
 * Which nodes a job ran on; `job_id` is the internal id of the job. `posted` and `status` are those of its row: a node
 * has 11,000 of a million jobs, and counting them through their rows takes 218 ms instead of 1.2 on a busy machine (32 on
 * an idle one; the budget is 30).
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

/** A cause of failures (core/signature.ts), with the version of the rules that found it. */
interface SignatureTable {
  id: string;
  version: number;
  kind: string;
  title: string;
}

/** A description that jobs have or had: hundreds share one. `hash` is their `description_hash`. */
interface DescriptionTable {
  hash: string;
  description: string;
}

/** The finished jobs of a run as verdicts on later runs count them, as JSON; good as long as `made_of` is the state of the run. */
interface RunDigestTable {
  run_id: number;
  made_of: string;
  digest: string;
}

/**
 * The runs that came from a database of the Python server, by internal id. `fingerprint` tells which state of the old run was copied,
 * `revision` the state of the run here after that, and `verified` (0 or 1) whether it was compared with the old one since.
 */
interface ImportedRunTable {
  id: number;
  fingerprint: string;
  revision: number;
  verified: number;
  /** The statuses of its jobs that were left out, because another job has their `job_id`; with spaces between. */
  left_out: string;
}

/** One row: the version of the rules that the jobs of all runs up to the internal id `up_to` have been computed with. */
interface IndexedTable {
  version: number;
  up_to: number;
}

/**
 * What the log of a job that ended badly said (core/logs). `due` is when it is to be read, in microseconds, null: not again; `version` is that of the rules
 * that read it, 0: none did. `others` is a JSON list of `Finding`s.
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

/** The test cases of a job (core/test-cases.ts): how many ended in which way, and all of them as src/archive packs them. */
interface JobTestsTable extends CaseCounts {
  job_id: number;
  seconds: number;
  /** `posted`, or the files that they were in. */
  source: string;
  packed: string;
}

/**
 * A case that failed, in the order of its job; `hash` is that of its name, `posted` that of the job, `signature` the cause that it is, empty
 * for one after the first 20, which are only listed.
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

/** What stays of deleted runs: how many they were, and their jobs in each status. `month` is the one (UTC) of their scheduling, like 2026-11. */
interface MonthlyResultTable extends JobCounts {
  month: string;
  suite: string;
  branch: string;
  machine_type: string;
  runs: number;
}

/** How many jobs of deleted runs had a cause. */
interface MonthlyCauseTable {
  month: string;
  suite: string;
  branch: string;
  cause: string;
  jobs: number;
}

/** Which migrations have been applied. */
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

/** The columns of a job that are written. */
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
