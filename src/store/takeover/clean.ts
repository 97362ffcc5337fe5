/** Old rows with nothing in them that this program could not have stored itself; what was changed for that is told. */
import { isJobStatus, type JobStatus } from '../../core/job.ts';
import { type Members, readValue } from '../../core/json-text.ts';
import { filterable } from '../../core/name.ts';
import { formatTimestamp } from '../../core/time.ts';
import type { Finding, Findings } from './findings.ts';
import { type OldRow, type OldValue, oldDocuments, oldKeys } from './old-database.ts';

/** A job as it is copied; times in microseconds. */
export interface CleanJob {
  id: number;
  job_id: string;
  status: JobStatus;
  success: boolean | null;
  posted: number;
  started: number | null;
  updated: number;
  /** Its keys that have a value, as the texts that a client would have sent. */
  texts: Members;
  /** The internal ids of its nodes. */
  nodes: number[];
}

/** The largest document that is copied, in UTF-16 units: what a server can be made to accept. */
const longestDocument = 16 << 20;

/** Microseconds of a time as PostgreSQL prints it, null for none and for one outside 1684-2255, which includes `infinity`. */
export function readOldTime(text: OldValue | undefined): number | null {
  if (typeof text !== 'string' || text[4] !== '-' || text.endsWith('BC')) return null;
  const seconds = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);
  const fraction = text[19] === '.' ? Number(text.slice(20, 26).padEnd(6, '0')) : 0;
  const micros = seconds * 1000 + (Number.isInteger(fraction) ? fraction : 0);
  return Number.isSafeInteger(micros) ? micros : null;
}

/** Reads the times of a row; those that no calendar here has are told and count as missing. */
export function timeReader(row: OldRow, about: Pick<Finding, 'table' | 'id' | 'run'>, findings: Findings) {
  return (key: string): number | null => {
    const was = row[key] ?? null;
    const time = readOldTime(was);
    if (time === null && was !== null) findings.add({ ...about, key, problem: 'is outside 1684-2255', was, now: null });
    return time;
  };
}

/** What a job is told of that its own row does not say. */
export interface JobPlace {
  run: string;
  job_id: string;
  nodes: number[];
  /** When its run was posted, for a job that does not say when it was. */
  runPosted: number | null;
}

/** A job with values that can be stored. */
export function cleanJob(row: OldRow, { run, job_id, nodes, runPosted }: JobPlace, findings: Findings): CleanJob {
  const id = row.id as number;
  const about = { table: 'jobs', id, run } as const;
  const tell = (key: string, problem: string, now: unknown) =>
    findings.add({ ...about, key, problem, was: row[key] ?? null, now });
  const time = timeReader(row, about, findings);
  const [sentPosted, started, sentUpdated] = [time('posted'), time('started'), time('updated')];
  const posted = sentPosted ?? sentUpdated ?? started ?? runPosted ?? 0;
  if (row.posted === null) tell('posted', 'is null', formatTimestamp(posted));
  if (row.updated === null) tell('updated', 'is null', formatTimestamp(posted));
  const status = isJobStatus(row.status) ? row.status : 'unknown';
  if (status !== row.status) tell('status', row.status === null ? 'is null' : 'is no status', status);
  const texts: Members = new Map();
  for (const key of oldKeys) {
    const text = keyText(key, row[key] ?? null, tell);
    if (text !== null) texts.set(key, text);
  }
  for (const key of oldDocuments) {
    const text = documentText(key, row[key] ?? null, tell);
    if (text !== null) texts.set(key, text);
  }
  const success = row.success as boolean | null;
  return { id, job_id, status, success, posted, started, updated: sentUpdated ?? posted, texts, nodes };
}

type Tell = (key: string, problem: string, now: unknown) => void;

/** Cut in every list, because indexes hold no more. */
const filterableKeys = new Set(['machine_type', 'flavor', 'branch', 'queue', 'sha1', 'user']);

/** The longest of the short values, in UTF-16 units: as JSON, with every character escaped, it is still shorter than reports may have. */
const longestShort = 80_000;

function keyText(key: string, value: OldValue, tell: Tell): string | null {
  if (value === null) return null;
  if (key === 'timestamp') return timestampText(value, tell);
  if (typeof value !== 'string') return String(value);
  let text = filterableKeys.has(key) ? filterable(value) : value;
  if (key !== 'failure_reason' && text.length > longestShort) text = text.slice(0, longestShort).toWellFormed();
  if (text !== value) tell(key, 'is too long', `its first ${text.length} characters`);
  return JSON.stringify(text);
}

/** As it stands in a report, where it has no fraction. */
function timestampText(value: OldValue, tell: Tell): string | null {
  if (readOldTime(value) === null) {
    tell('timestamp', 'is outside 1684-2255', null);
    return null;
  }
  return JSON.stringify((value as string).slice(0, 19).replace(' ', '_'));
}

function documentText(key: string, value: OldValue, tell: Tell): string | null {
  if (typeof value !== 'string' || value === '') return null;
  if (value.length > longestDocument) {
    tell(key, 'is longer than 16 MiB', null);
    return null;
  }
  const read = readValue(value);
  if (read === null) tell(key, 'is no JSON', null);
  else if (read.hasNaN) tell(key, 'has NaN or Infinity', 'null in their places');
  return read === null || read.text === 'null' ? null : read.text;
}
