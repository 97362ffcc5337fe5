import { hash } from 'node:crypto';
import {
  type DocumentField,
  documentFields,
  type JobChange,
  nextStatus,
  type SmallField,
  smallFields,
} from '../core/job.ts';
import { joinObject, splitObject } from '../core/json-text.ts';
import type { JobRow } from './schema.ts';

/** A job while a transaction works on it: the row as it will be, and what of its document has to be written. */
export interface JobState {
  row: JobRow;
  created: boolean;
  changed: boolean;
  /** Only the values that differ from the stored ones. */
  document: Partial<Record<DocumentField, string | null>>;
}

const smallKeys = Object.keys(smallFields) as SmallField[];

/** The state of a stored job, unchanged so far. */
export function stateOf(row: JobRow): JobState {
  return { row, created: false, changed: false, document: {} };
}

/** A job that is not stored yet; its id is 0 until it is. */
export function createJob(runId: number, jobId: string, change: JobChange, at: number): JobState {
  const row: JobRow = {
    id: 0,
    run_id: runId,
    job_id: jobId,
    status: nextStatus(null, change),
    posted: at,
    updated: at,
    small: printSmall(change.small),
    document_hashes: '',
  };
  const job: JobState = { row, created: true, changed: true, document: {} };
  changeDocument(job, change);
  return job;
}

/** Applies a change to a job. */
export function changeJob(job: JobState, change: JobChange, at: number): void {
  const { row } = job;
  row.status = nextStatus(row.status, change);
  row.updated = at;
  if (change.small.size > 0) {
    const stored = splitObject(row.small) as Map<SmallField, string>;
    for (const [key, text] of change.small) stored.set(key, text);
    row.small = printSmall(stored);
  }
  changeDocument(job, change);
  job.changed = true;
}

function printSmall(values: Map<SmallField, string>): string {
  return joinObject(smallKeys.map((key) => [key, values.get(key) ?? 'null']));
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
  });
  job.row.document_hashes = hashes.join(' ');
}

/** 96 bits: two different texts of one key of one job collide once in 10^28. */
function shortHash(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 16);
}
