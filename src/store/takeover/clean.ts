/**
 * Converts old rows and names to values that this program could have stored itself. Every change made for this is reported as a finding,
 * so that nothing is lost silently.
 */
import { hash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { filterable, longestJobId, longestRunName, nameProblem } from '../../core/input.ts';
import { isJobStatus, type JobStatus } from '../../core/job.ts';
import { formatTimestamp } from '../../core/time.ts';
import { type CleanDocuments, cleanDocuments } from './clean-documents.ts';
import { beyondOldIds, type OldOutline, type OldRow, type OldRun, type OldValue, oldKeys } from './old-database.ts';
import type { OldJob } from './old-jobs.ts';

/** A job that can be copied; times in microseconds. */
export interface CleanJob {
  id: number;
  job_id: string;
  status: JobStatus;
  success: boolean | null;
  posted: number;
  started: number | null;
  updated: number;
  /** The values of `oldKeys`, in the same order. A time has the format in which a job stores it. */
  values: OldValue[];
  documents: CleanDocuments;
  /** The internal ids of its nodes. */
  nodes: number[];
}

/** Parses a time as PostgreSQL prints it to microseconds. Returns null for null and for times outside 1684-2255, including `infinity`. */
export function readOldTime(text: OldValue | undefined): number | null {
  if (typeof text !== 'string' || text[4] !== '-' || text.endsWith('BC')) return null;
  const seconds = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);
  const fraction = text[19] === '.' ? Number(text.slice(20, 26).padEnd(6, '0')) : 0;
  const micros = seconds * 1000 + (Number.isInteger(fraction) ? fraction : 0);
  return Number.isSafeInteger(micros) ? micros : null;
}

/** Returns a function that reads the times of a row. Times that cannot be stored are reported and count as missing. */
export function timeReader(row: OldRow, about: Pick<Finding, 'table' | 'id' | 'run'>, findings: Findings) {
  return (key: string): number | null => {
    const was = row[key] ?? null;
    const time = readOldTime(was);
    if (time === null && was !== null) findings.add({ ...about, key, problem: 'is outside 1684-2255', was, now: null });
    return time;
  };
}

/** The values of a job that are not in its own row. */
interface JobPlace {
  run: string;
  job_id: string;
  nodes: number[];
  /** When its run was posted, for a job without a time of its own. */
  runPosted: number | null;
}

/** Converts an old job to one that can be stored. */
export function cleanJob(
  { job: row, documents: read }: OldJob,
  { run, job_id, nodes, runPosted }: JobPlace,
  findings: Findings,
): CleanJob {
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
  const values = oldKeys.map((key) => keyValue(key, row[key] ?? null, tell));
  const documents = cleanDocuments(read, (finding) => findings.add({ ...about, ...finding }));
  const success = row.success as boolean | null;
  return { id, job_id, status, success, posted, started, updated: sentUpdated ?? posted, values, documents, nodes };
}

type Tell = (key: string, problem: string, now: unknown) => void;

/** Keys whose values are always truncated, because indexes cannot hold longer ones. */
const filterableKeys = new Set(['machine_type', 'flavor', 'branch', 'queue', 'sha1', 'user']);

/** The longest short value, in UTF-16 units. As JSON, with every character escaped, it is still within the limit for reports. */
const longestShort = 80_000;

function keyValue(key: string, value: OldValue, tell: Tell): OldValue {
  if (value === null) return null;
  if (key === 'timestamp') return timestampText(value, tell);
  if (typeof value !== 'string') return value;
  let text = filterableKeys.has(key) ? filterable(value) : value;
  if (key !== 'failure_reason' && text.length > longestShort) text = text.slice(0, longestShort).toWellFormed();
  if (text !== value) tell(key, 'is too long', `its first ${text.length} characters`);
  return text;
}

/** Formats a timestamp as a job stores it; reports have no fraction. */
function timestampText(value: OldValue, tell: Tell): string | null {
  if (readOldTime(value) === null) {
    tell('timestamp', 'is outside 1684-2255', null);
    return null;
  }
  return `${(value as string).slice(0, 19)}.000000`;
}

/** A value or row that was not copied unchanged. */
export interface Finding {
  table: 'runs' | 'jobs' | 'nodes' | 'queue';
  /** Its old internal id; the name for a queue. */
  id: number | string | null;
  /** The new name of the run that it belongs to. */
  run?: string;
  key?: string;
  /** A text from a small set, because findings are counted by it. */
  problem: string;
  /** The old value; the whole row if it is left out. */
  was: unknown;
  /** The stored value; for a row that is left out, the internal id of the row that is copied instead. */
  now?: unknown;
}

/** A collection of findings. */
export interface Findings {
  add(finding: Finding): void;
  /** Writes the findings that were added since the last call. Called before the commit of the rows that they are about. */
  flush(): void;
  /** The number of findings of each kind, including those of earlier imports. */
  counts: Map<string, number>;
}

/** Opens a collection that appends each distinct finding once to a file, as a line of JSON. If `path` is null, findings are only counted. */
export function openFindings(path: string | null): Findings {
  const told = new Set<string>();
  const counts = new Map<string, number>();
  const isNew = (finding: Finding, line: string) => {
    const known = hash('sha256', line, 'base64').slice(0, 12);
    if (told.has(known)) return false;
    told.add(known);
    const kind = finding.key === undefined ? finding.problem : `${finding.key}: ${finding.problem}`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return true;
  };
  if (path !== null) for (const line of earlierLines(path)) isNew(JSON.parse(line), line);
  let waiting: string[] = [];
  return {
    counts,
    add(finding) {
      const line = JSON.stringify(finding);
      if (isNew(finding, line) && path !== null) waiting.push(line);
    },
    flush() {
      if (path === null || waiting.length === 0) return;
      appendFileSync(path, `${waiting.join('\n')}\n`);
      waiting = [];
    },
  };
}

/** A collection that ignores findings. */
export const unheard: Findings = { add: () => {}, flush: () => {}, counts: new Map() };

/** Reads the lines of an earlier import. Terminates and ignores an incomplete last line. Throws if the file cannot be written. */
function earlierLines(path: string): string[] {
  appendFileSync(path, '');
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n');
  const last = lines.pop();
  if (last !== '') appendFileSync(path, '\n');
  return lines.filter((line) => line.endsWith('}'));
}

/** Converts a name to one that can be part of a URL: `/` and control characters become `_`. Returns `instead` if that fails. */
export function addressable(name: string | null, longest: number, instead: string): string {
  if (name === null || name === '') return instead;
  if (nameProblem(name, longest) === null) return name;
  const plain = name
    .toWellFormed()
    .replaceAll('/', '_')
    .replaceAll(/\p{Cc}/gu, '_')
    .slice(0, longest)
    .toWellFormed();
  return nameProblem(plain, longest) === null ? plain : instead;
}

/** Returns a function that makes names unique by appending the internal id to names that are taken. */
export function uniqueNames(longest: number): (name: string, id: number | string) => string {
  const taken = new Set<string>();
  return (name, id) => {
    let free = name;
    for (let tail = `_${id}`; taken.has(free); tail += '_') free = name.slice(0, longest - tail.length) + tail;
    taken.add(free);
    return free;
  };
}

/**
 * Returns the new name of each run, by its internal id. Of several runs with the same name, the oldest keeps it. Jobs without a run are
 * put into a run `old-…`, named after the run that they name.
 */
export function runNames(runs: OldRun[]): Map<number, string> {
  const unique = uniqueNames(longestRunName);
  const byAge = runs.toSorted((a, b) => a.id - b.id);
  const named = byAge.map((run) => ({ run, name: nameOfRun(run) }));
  // Valid names come first, so that no other run takes them.
  const [kept, changed] = [
    named.filter(({ run, name }) => run.name === name),
    named.filter(({ run, name }) => run.name !== name),
  ];
  return new Map([...kept, ...changed].map(({ run, name }) => [run.id, unique(name, run.id)]));
}

function nameOfRun({ id, name, xmin }: OldRun): string {
  if (xmin !== 0) return addressable(name, longestRunName, `old-${id}`);
  const of = addressable(name, longestRunName - 'old-'.length, id < beyondOldIds ? `run-${id}` : 'jobs');
  return `old-${of}`;
}

/** The jobs of a run that are copied, and those that are left out. */
export interface JobPlan {
  /** The `job_id` of each job that is copied, by internal id. */
  jobIds: Map<number, string>;
  /** The internal ids of the jobs that are left out because another job of the run has their `job_id`, each with the id of that job. */
  leftOut: Map<number, number>;
}

/** Decides which jobs are copied. Of several jobs with the same `job_id`, a finished one is preferred, otherwise the latest. */
export function planJobs(outline: OldOutline[], run: string, findings: Findings): JobPlan {
  const plan: JobPlan = { jobIds: new Map(), leftOut: new Map() };
  const taken = new Set<string>();
  const odd: OldOutline[] = [];
  for (const [jobId, jobs] of Map.groupBy(outline, ({ job_id, id }) => (job_id === null ? id : job_id))) {
    const [first, ...others] = jobs.length > 1 ? jobs.toSorted(byWorth) : jobs;
    const { id } = first as OldOutline;
    for (const other of others) plan.leftOut.set(other.id, id);
    if (typeof jobId === 'number' || nameProblem(jobId, longestJobId) !== null) odd.push(first as OldOutline);
    else taken.add(jobId);
    plan.jobIds.set(id, String(jobId));
  }
  for (const { id, job_id } of odd) {
    const wanted = addressable(job_id, longestJobId, `old-${id}`);
    const jobId = taken.has(wanted) ? `old-${id}` : wanted;
    taken.add(jobId);
    plan.jobIds.set(id, jobId);
    const problem = job_id === null ? 'is null' : 'cannot stand in a URL';
    findings.add({ table: 'jobs', id, run, key: 'job_id', problem, was: job_id, now: jobId });
  }
  return plan;
}

function byWorth(a: OldOutline, b: OldOutline): number {
  const finished = ({ status }: OldOutline) => Number(status === 'pass' || status === 'fail' || status === 'dead');
  const time = ({ updated, posted }: OldOutline) =>
    readOldTime(updated) ?? readOldTime(posted) ?? Number.NEGATIVE_INFINITY;
  const [timeA, timeB] = [time(a), time(b)];
  return finished(b) - finished(a) || (timeA === timeB ? b.id - a.id : timeB > timeA ? 1 : -1);
}
