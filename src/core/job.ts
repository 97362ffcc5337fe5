/** The statuses a job can have (teuthology contract §3.3), in the order in which results list them. */
export const jobStatuses = ['queued', 'pass', 'running', 'waiting', 'fail', 'dead', 'unknown'] as const;

/** One of `jobStatuses`. */
export type JobStatus = (typeof jobStatuses)[number];

/** The JSON values a key accepts: `id` is text or a whole number, `time` a timestamp as in run names, `json` anything. */
export type FieldKind = 'text' | 'number' | 'integer' | 'boolean' | 'id' | 'time' | 'json';

/** The small metadata of a job, stored as the text of one JSON object, in this order, with values as they were sent (classic contract §3.1). */
export const smallFields = {
  archive_path: 'text',
  description: 'text',
  duration: 'number',
  email: 'text',
  flavor: 'text',
  last_in_suite: 'boolean',
  machine_type: 'text',
  mon_a_kernel_sha1: 'text',
  mon_b_kernel_sha1: 'text',
  name: 'text',
  nuke_on_error: 'boolean',
  os_type: 'text',
  owner: 'text',
  pid: 'id',
  teuthology_branch: 'text',
  verbose: 'boolean',
} as const satisfies Record<string, FieldKind>;

/** A key of `smallFields`. */
export type SmallField = keyof typeof smallFields;

/** Whether a key is one of `smallFields`. */
export function isSmallField(key: string): key is SmallField {
  return Object.hasOwn(smallFields, key);
}

/** The bulky metadata (most of a job's 8 KB). It is stored apart from the columns that lists read, each value as the text that was sent. */
export const documentFields = ['kernel', 'overrides', 'roles', 'targets', 'tasks'] as const;

/** One of `documentFields`. */
export type DocumentField = (typeof documentFields)[number];

/** Whether a key is one of `documentFields`. */
export function isDocumentField(key: string): key is DocumentField {
  return (documentFields as readonly string[]).includes(key);
}

/**
 * Keys that current clients send in addition to the documented ones, stored as plain values (teuthology contract §3.2, §7.47). Those in
 * `columnFields` have a column of their own, because lists show them or filter by them; the others are stored together as one JSON object.
 */
export const moreFields = {
  branch: 'text',
  failure_reason: 'text',
  priority: 'integer',
  queue: 'text',
  sha1: 'text',
  user: 'text',
  cbt_perf_url: 'text',
  comment: 'text',
  failure_reason_detail: 'json',
  first_in_suite: 'boolean',
  issue_url: 'text',
  no_nested_subset: 'boolean',
  os_version: 'text',
  package_source: 'text',
  pcp_grafana_url: 'text',
  repo: 'text',
  seed: 'integer',
  sentry_event: 'text',
  sleep_before_teardown: 'integer',
  subset: 'text',
  suite: 'text',
  suite_branch: 'text',
  suite_path: 'text',
  suite_relpath: 'text',
  suite_repo: 'text',
  suite_sha1: 'text',
  teuthology_sha1: 'text',
  timestamp: 'time',
} as const satisfies Record<string, FieldKind>;

/** A key of `moreFields`. */
export type MoreField = keyof typeof moreFields;

/** Whether a key is one of `moreFields`. */
export function isMoreField(key: string): key is MoreField {
  return Object.hasOwn(moreFields, key);
}

/** The keys of `moreFields` that have a column of their own. */
export const columnFields = ['branch', 'failure_reason', 'priority', 'queue', 'sha1', 'user'] as const;

/**
 * What one request changes in a job. `small` and `document` hold raw JSON text, `more` plain values of the types that responses show; null clears
 * a key. Absent keys and an undefined `success` or `status` change nothing.
 */
export interface JobChange {
  small: Map<SmallField, string>;
  document: Map<DocumentField, string>;
  more: Map<MoreField, unknown>;
  success?: boolean | null;
  status?: JobStatus;
  /** When the sender made the report, if it says so, in microseconds since the Unix epoch. The default is the time of arrival. */
  updated?: number;
}

/** An empty change, to be filled in. */
export function noChange(): JobChange {
  return { small: new Map(), document: new Map(), more: new Map() };
}

/**
 * The longest JSON text of a key of `smallFields` or `moreFields`, in UTF-16 units; only `failure_reason` may be longer. Every change reads and
 * writes all of these values as a whole.
 */
export const longestShortValue = 1 << 19;

/** The result of a job: true if it passed, false if it failed, null otherwise. */
export function jobSuccess(status: JobStatus): boolean | null {
  if (status === 'pass') return true;
  return status === 'fail' ? false : null;
}

/**
 * The status after a change (teuthology contract §3.3, classic contract §3.6). `current` is null for a job that is being created. A verdict (pass
 * or fail) is not changed by a later `status`, but by a later `success`: clients report `dead` for jobs that have finished, and report a new
 * verdict with `success`. `success: null` withdraws a verdict (the teuthology contract never passes null on: teuthology contract §7.46).
 */
export function nextStatus(
  current: JobStatus | null,
  { status, success }: Pick<JobChange, 'success' | 'status'>,
): JobStatus {
  const verdict = current === 'pass' || current === 'fail';
  if (status !== undefined) return verdict ? current : status;
  if (success === true) return 'pass';
  if (success === false) return 'fail';
  return success === null && verdict ? 'unknown' : (current ?? 'unknown');
}

/** Whether a client may report the value as `status`. */
export function isJobStatus(value: unknown): value is JobStatus {
  return (jobStatuses as readonly unknown[]).includes(value);
}

/** Every status, starting with those that need attention first. */
export const statusesByUrgency = ['fail', 'dead', 'running', 'waiting', 'queued', 'unknown', 'pass'] as const;

/** Failed and dead jobs have the same rank. */
function rankOf(status: JobStatus): number {
  return statusesByUrgency.indexOf(status === 'dead' ? 'fail' : status);
}

/** Sorts jobs as the page of a run does: failing jobs first, passed jobs last, then by id as a number. */
export function orderJobs<Job extends { job_id: string; status: JobStatus }>(jobs: Job[]): Job[] {
  const keyed = jobs.map((job) => ({ job, rank: rankOf(job.status), number: numberOf(job.job_id) }));
  keyed.sort((a, b) => a.rank - b.rank || a.number - b.number || (a.job.job_id < b.job.job_id ? -1 : 1));
  return keyed.map(({ job }) => job);
}

/** Ids that are not numbers come last. */
function numberOf(jobId: string): number {
  return /^\d+$/.test(jobId) ? Number(jobId) : Number.MAX_VALUE;
}

/** A job with the cause found in its failure reason or log, and the distinct causes of its first failed test cases. */
export interface CausedJob<Cause extends { id: string } = { id: string }> {
  signature: Cause | null;
  case_causes: readonly Cause[];
}

/** How many failed test cases of a job, in the order of its document, become causes of its failure. The others are only listed. */
export const mostCaseCauses = 20;

/** All distinct causes of a job, its own first; empty if the job has not failed. */
export function causesOfJob<Cause extends { id: string }>({ signature, case_causes }: CausedJob<Cause>): Cause[] {
  if (signature === null) return [];
  return [signature, ...case_causes.filter(({ id }) => id !== signature.id)];
}
