/** The statuses a job can have (teuthology contract 3.3), in the order in which results list them. */
export const jobStatuses = ['queued', 'pass', 'running', 'waiting', 'fail', 'dead', 'unknown'] as const;

/** One of `jobStatuses`. */
export type JobStatus = (typeof jobStatuses)[number];

/** What JSON values a key takes: `id` is text or a whole number, `json` anything. */
export type FieldKind = 'text' | 'number' | 'boolean' | 'id' | 'json';

/**
 * The small metadata of a job, kept together as the text of one JSON object in this order, values as they were sent
 * (the documented keys, classic contract "GET /runs/{name}/jobs/").
 */
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

/** The bulky metadata (most of a job's 8 KB), kept apart from what lists read, each as the text that was sent. */
export const documentFields = ['kernel', 'overrides', 'roles', 'targets', 'tasks'] as const;

/** One of `documentFields`. */
export type DocumentField = (typeof documentFields)[number];

/**
 * What one request changes in a job. Values are raw JSON text, `null` included, which clears a key; a key that is
 * absent stays as it is. `success` undefined = not sent.
 */
export interface JobChange {
  small: Map<SmallField, string>;
  document: Map<DocumentField, string>;
  success?: boolean | null;
}

/** How a job ended, as far as it has: true = passed, false = failed, null = neither (yet). */
export function jobSuccess(status: JobStatus): boolean | null {
  if (status === 'pass') return true;
  return status === 'fail' ? false : null;
}

/**
 * The status after a change (classic contract, "PUT": true passes, false fails, null takes a verdict back). `current`
 * is null for a job that is being created.
 */
export function nextStatus(current: JobStatus | null, change: Pick<JobChange, 'success'>): JobStatus {
  if (change.success === true) return 'pass';
  if (change.success === false) return 'fail';
  const verdictTakenBack = change.success === null && (current === 'pass' || current === 'fail');
  return verdictTakenBack ? 'unknown' : (current ?? 'unknown');
}
