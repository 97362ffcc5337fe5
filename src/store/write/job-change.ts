/** Changes a job and its run in memory, during a transaction. */
import { hash } from 'node:crypto';
import { isFailing } from '../../core/compare.ts';
import { expiryTitle } from '../../core/expiry.ts';
import { filterable, storable } from '../../core/input.ts';
import {
  columnFields,
  type DocumentField,
  documentFields,
  type JobChange,
  type JobStatus,
  type MoreField,
  moreFields,
  nextStatus,
  type SmallField,
  smallFields,
} from '../../core/job.ts';
import { hostsOf } from '../../core/job-config.ts';
import { joinObject, splitObject } from '../../core/json-text.ts';
import { noJobs, runStatus } from '../../core/run.ts';
import { parseRunName } from '../../core/run-name.ts';
import { failureCause, type Signature } from '../../core/signature.ts';
import type { JobRow, RunRow } from '../engine/schema.ts';

/** A job during a transaction: the row as it will be stored, and everything else that must be stored with it. */
export interface JobState {
  row: JobRow;
  created: boolean;
  /** Its stored status; null for a new job. */
  stored: JobStatus | null;
  changed: boolean;
  /** Only the documents that differ from the stored ones. */
  document: Partial<Record<DocumentField, string | null>>;
  /** The hosts in `targets`, if it changed. */
  hosts: string[];
  /** The cause of a new failure. */
  signature?: Signature;
  /** Set if the stored failure no longer applies: since when, in microseconds, and whether the job came back to life in between. */
  outdated?: { at: number; cameBack: boolean };
  /** A new description, whose hash is in the row. */
  description?: string;
}

const smallKeys = Object.keys(smallFields) as SmallField[];
const keptTogether = (Object.keys(moreFields) as MoreField[]).filter((key) => !isColumn(key));

/** Returns the unchanged state of a stored job. */
export function stateOf(row: JobRow): JobState {
  return { row, created: false, stored: row.status, changed: false, document: {}, hosts: [] };
}

/** Creates a job that is not stored yet; its id is 0 until then. */
export function createJob(runId: number, jobId: string, change: JobChange, at: number): JobState {
  const row: JobRow = {
    id: 0,
    run_id: runId,
    job_id: jobId,
    status: nextStatus(null, change),
    success: null,
    posted: at,
    started: null,
    updated: at,
    small: nothingSmall,
    name: null,
    machine_type: null,
    flavor: null,
    branch: null,
    failure_reason: null,
    priority: null,
    queue: null,
    sha1: null,
    user: null,
    more: '{}',
    document_hashes: '',
    signature: null,
    description_hash: null,
  };
  const job: JobState = { ...stateOf(row), created: true, stored: null };
  // A new job accepts any priority. The status has been decided by `nextStatus` above.
  applyChange(job, change, at);
  return job;
}

/** Applies a change to a stored job. A `priority` counts only while the job is queued (teuthology contract §2.7). */
export function changeJob(job: JobState, change: JobChange, at: number): void {
  const queued = job.row.status === 'queued';
  const wasDead = job.row.status === 'dead';
  job.row.status = nextStatus(job.row.status, change);
  // The job had expired, but its worker is still alive.
  if (wasDead && job.row.status !== 'dead' && expiryTitle(job.row.failure_reason ?? '') !== null)
    job.row.failure_reason = null;
  if (queued || !change.more.has('priority')) applyChange(job, change, at);
  else applyChange(job, { ...change, more: new Map([...change.more].filter(([key]) => key !== 'priority')) }, at);
}

function applyChange(job: JobState, change: JobChange, at: number): void {
  const { row } = job;
  if (change.success !== undefined) row.success = change.success;
  // teuthology contract §3.5: the time when the job first ran, as reported or when the report arrived.
  if (row.status === 'running') row.started ??= Math.min(change.updated ?? Infinity, Math.max(at, row.posted));
  // `max`, because the clock of another server may have been ahead.
  row.updated = change.updated ?? Math.max(at, row.posted, row.started ?? 0);
  changeSmall(job, change);
  const reasonBefore = row.failure_reason;
  changeMore(row, change);
  changeSignature(job, reasonBefore, at);
  changeDocument(job, change);
  job.changed = true;
}

function changeSmall(job: JobState, { small }: JobChange): void {
  if (small.size === 0) return;
  const { row } = job;
  const stored = row.small === nothingSmall ? new Map() : (splitObject(row.small) as Map<SmallField, string>);
  for (const [key, text] of small) stored.set(key, text);
  for (const key of ['name', 'machine_type', 'flavor'] as const) {
    const text = small.get(key);
    if (text !== undefined) row[key] = plainText(text);
  }
  row.machine_type = row.machine_type && filterable(row.machine_type);
  row.flavor = row.flavor && filterable(row.flavor);
  const sent = small.get('description');
  if (sent !== undefined) {
    const description = plainText(sent);
    const before = row.description_hash;
    row.description_hash = description === null ? null : textHash(description);
    if (description !== null && row.description_hash !== before) job.description = description;
    // The sent text is kept only if it cannot be recreated from the description, because it is a number or has escapes.
    if (JSON.stringify(description) === sent) stored.set('description', 'null');
  }
  row.small = printSmall(stored);
}

function printSmall(values: Map<SmallField, string>): string {
  return joinObject(smallKeys.map((key) => [key, values.get(key) ?? 'null']));
}

/** The small values of a job that has none yet. */
const nothingSmall = printSmall(new Map());

/** Returns the text of a raw JSON string or number in a form that columns can store. */
function plainText(raw: string): string | null {
  if (raw === 'null') return null;
  return storable(raw.startsWith('"') ? (JSON.parse(raw) as string) : raw);
}

function changeMore(row: JobRow, { more }: JobChange): void {
  if (more.size === 0) return;
  for (const [key, value] of more) {
    if (!isColumn(key)) continue;
    row[key] = (typeof value === 'string' && key !== 'failure_reason' ? filterable(value) : value) as never;
  }
  if (!keptTogether.some((key) => more.has(key))) return;
  const stored = JSON.parse(row.more) as Record<string, unknown>;
  for (const key of keptTogether) {
    if (!more.has(key)) continue;
    if (more.get(key) === null) delete stored[key];
    else stored[key] = more.get(key);
  }
  row.more = JSON.stringify(stored);
}

/** Updates the cause of a job. This is cheap, because only reasons of failed jobs are examined, and failed jobs rarely change. */
function changeSignature(job: JobState, reasonBefore: string | null, at: number): void {
  const { failure_reason, status, signature: before } = job.row;
  const isOther = status !== job.stored || failure_reason !== reasonBefore;
  if (job.stored !== null && isFailing(job.stored) && isOther)
    job.outdated = { at, cameBack: !isFailing(status) || (job.outdated?.cameBack ?? false) };
  // The cause may have been refined by evidence (write/evidence.ts).
  if (before !== null && status === job.stored && failure_reason === reasonBefore) return;
  const signature = failureCause(status, failure_reason);
  job.row.signature = signature?.id ?? null;
  if (signature && signature.id !== before) job.signature = signature;
}

function isColumn(key: MoreField): key is (typeof columnFields)[number] {
  return (columnFields as readonly string[]).includes(key);
}

/** Stores only the documents that changed, because clients send all of them again with every change of status. */
function changeDocument(job: JobState, change: JobChange): void {
  const hashes = job.row.document_hashes === '' ? documentFields.map(() => '') : job.row.document_hashes.split(' ');
  documentFields.forEach((key, index) => {
    const text = change.document.get(key);
    if (text === undefined) return;
    const hashed = text === 'null' ? '' : textHash(text);
    if (hashed === hashes[index]) return;
    hashes[index] = hashed;
    job.document[key] = text === 'null' ? null : text;
    if (key === 'targets') job.hosts = hostsOf(text);
  });
  job.row.document_hashes = hashes.join(' ');
}

/** Returns the hashes of the documents of a new job, as its row stores them. */
export function documentHashes(documents: Partial<Record<DocumentField, string | Uint8Array>>): string {
  return documentFields
    .map((key) => {
      const value = documents[key];
      return value === undefined ? '' : textHash(value);
    })
    .join(' ');
}

/**
 * Returns a hash of 96 bits for a description, the name of a test case or a document. Two texts for the same key of a job collide with a
 * probability of 10^-28.
 */
export function textHash(text: string | Uint8Array): string {
  return hash('sha256', text, 'base64url').slice(0, 16);
}

/** Returns the row of a new run, including the values parsed from its name; `at` in microseconds. */
export function newRun(name: string, tags: string[], at: number): Omit<RunRow, 'id'> {
  const { user, suite, branch, machine_type, scheduled } = parseRunName(name);
  return {
    name,
    status: 'empty',
    user,
    suite,
    branch,
    machine_type,
    scheduled: scheduled ?? at,
    posted: at,
    started: null,
    updated: null,
    first_job: null,
    sha1: null,
    flavor: null,
    priority: null,
    tags: JSON.stringify(tags),
    revision: 0,
    review: null,
    ...noJobs(),
  };
}

/** Updates a run after one of its jobs was created or changed. `previous` is the former status of the job; null for a new job. */
export function changeRun(run: RunRow, job: JobRow, previous: JobRow['status'] | null, change: JobChange): void {
  if (previous !== null) run[previous]--;
  run[job.status]++;
  run.revision++;
  run.status = runStatus(run);
  if (job.started !== null && (run.started === null || job.started < run.started)) run.started = job.started;
  run.updated = change.updated ?? Math.max(job.updated, run.posted, run.started ?? 0);
  correctRun(run, job, change);
  if (run.first_job === null || job.job_id <= run.first_job) showFirstJob(run, job);
}

/** Copies to a run what it shows of its first job, the one whose `job_id` sorts first as text (teuthology contract §2.2). */
export function showFirstJob(
  run: RunRow,
  job: Pick<JobRow, 'job_id' | 'sha1' | 'flavor' | 'priority'> | undefined,
): void {
  run.first_job = job?.job_id ?? null;
  run.sha1 = job?.sha1 ?? null;
  run.flavor = job?.flavor ?? null;
  run.priority = job?.priority ?? null;
}

/**
 * Corrects the values parsed from the name of a run by those of a job (teuthology contract §3.9). The last report wins, and nulls do not
 * count. The user is taken only if the name had none (teuthology contract §7.45, §7.56).
 */
function correctRun(run: RunRow, job: JobRow, { small, more }: JobChange): void {
  const suite = more.get('suite');
  if (typeof suite === 'string' && suite !== '') run.suite = filterable(suite);
  if (more.has('branch') && job.branch) run.branch = job.branch;
  if (small.has('machine_type') && job.machine_type) run.machine_type = job.machine_type;
  if (run.user === '' && job.user) run.user = job.user;
}
