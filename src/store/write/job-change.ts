import { hash } from 'node:crypto';
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
import { joinObject, splitObject } from '../../core/json-text.ts';
import { filterable, storable } from '../../core/name.ts';
import { type Signature, signatureOf } from '../../core/signature.ts';
import { hostsOf } from '../../core/targets.ts';
import type { JobRow } from '../engine/schema.ts';

/** A job while a transaction works on it: the row as it will be, and what else has to be written with it. */
export interface JobState {
  row: JobRow;
  created: boolean;
  /** Its status as it is stored; null for a new job. */
  stored: JobStatus | null;
  changed: boolean;
  /** Only the values that differ from the stored ones. */
  document: Partial<Record<DocumentField, string | null>>;
  /** Hosts that `targets` names, when it changed. */
  hosts: string[];
  /** The cause that a new failure reason names. */
  signature?: Signature;
}

const smallKeys = Object.keys(smallFields) as SmallField[];
const keptTogether = (Object.keys(moreFields) as MoreField[]).filter((key) => !isColumn(key));

/** The state of a stored job, unchanged so far. */
export function stateOf(row: JobRow): JobState {
  return { row, created: false, stored: row.status, changed: false, document: {}, hosts: [] };
}

/** A job that is not stored yet; its id is 0 until it is. */
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
    small: printSmall(new Map()),
    name: null,
    description: null,
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
  // A new job takes any priority; nextStatus has decided already, and deciding again changes nothing.
  applyChange(job, change, at);
  return job;
}

/** Applies a change to a stored job. A `priority` counts only while the job is queued (teuthology contract §2.7). */
export function changeJob(job: JobState, change: JobChange, at: number): void {
  const queued = job.row.status === 'queued';
  job.row.status = nextStatus(job.row.status, change);
  if (queued || !change.more.has('priority')) applyChange(job, change, at);
  else applyChange(job, { ...change, more: new Map([...change.more].filter(([key]) => key !== 'priority')) }, at);
}

function applyChange(job: JobState, change: JobChange, at: number): void {
  const { row } = job;
  if (change.success !== undefined) row.success = change.success;
  // teuthology contract §7.44: when it first ran, whatever it was before.
  if (row.status === 'running') row.started ??= at;
  row.updated = change.updated ?? at;
  changeSmall(row, change);
  changeMore(row, change);
  changeSignature(job, change);
  changeDocument(job, change);
  job.changed = true;
}

function changeSmall(row: JobRow, { small }: JobChange): void {
  if (small.size === 0) return;
  const stored = splitObject(row.small) as Map<SmallField, string>;
  for (const [key, text] of small) stored.set(key, text);
  row.small = printSmall(stored);
  for (const key of ['name', 'description', 'machine_type', 'flavor'] as const) {
    const text = small.get(key);
    if (text !== undefined) row[key] = plainText(text);
  }
  if (small.has('description')) row.description_hash = row.description ? shortHash(row.description) : null;
  row.machine_type = row.machine_type && filterable(row.machine_type);
  row.flavor = row.flavor && filterable(row.flavor);
}

function printSmall(values: Map<SmallField, string>): string {
  return joinObject(smallKeys.map((key) => [key, values.get(key) ?? 'null']));
}

/** The text of a raw JSON string or number, as columns can hold it. */
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

function changeSignature(job: JobState, { more }: JobChange): void {
  if (!more.has('failure_reason')) return;
  const reason = job.row.failure_reason;
  if (reason) job.signature = signatureOf(reason);
  job.row.signature = reason ? (job.signature?.id ?? null) : null;
}

function isColumn(key: MoreField): key is (typeof columnFields)[number] {
  return (columnFields as readonly string[]).includes(key);
}

/** Clients send the whole document again with every change of status: only what differs is written. */
function changeDocument(job: JobState, change: JobChange): void {
  const hashes = job.row.document_hashes === '' ? documentFields.map(() => '') : job.row.document_hashes.split(' ');
  documentFields.forEach((key, index) => {
    const text = change.document.get(key);
    if (text === undefined) return;
    const textHash = text === 'null' ? '' : shortHash(text);
    if (textHash === hashes[index]) return;
    hashes[index] = textHash;
    job.document[key] = text === 'null' ? null : text;
    if (key === 'targets') job.hosts = hostsOf(text);
  });
  job.row.document_hashes = hashes.join(' ');
}

/** 96 bits: two different texts of one key of one job collide once in 10^28. */
export function shortHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16);
}
