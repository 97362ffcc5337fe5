/** Old rows and names with nothing in them that this program could not have stored itself. What was changed for that is told, row by row, so that nothing is lost without a word. */
import { hash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';
import { filterable, longestJobId, longestRunName, nameProblem } from '../../core/input.ts';
import { isJobStatus, type JobStatus } from '../../core/job.ts';
import { formatTimestamp } from '../../core/time.ts';
import { type CleanDocuments, cleanDocuments } from './clean-documents.ts';
import { beyondOldIds, type OldOutline, type OldRow, type OldRun, type OldValue, oldKeys } from './old-database.ts';
import type { OldJob } from './old-jobs.ts';

/** A job as it is copied; times in microseconds. */
export interface CleanJob {
  id: number;
  job_id: string;
  status: JobStatus;
  success: boolean | null;
  posted: number;
  started: number | null;
  updated: number;
  /** Of `oldKeys`, in their order; a time as a job keeps it. */
  values: OldValue[];
  documents: CleanDocuments;
  /** The internal ids of its nodes. */
  nodes: number[];
}

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
interface JobPlace {
  run: string;
  job_id: string;
  nodes: number[];
  /** When its run was posted, for a job that does not say when it was. */
  runPosted: number | null;
}

/** A job with values that can be stored. */
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

/** Cut in every list, because indexes hold no more. */
const filterableKeys = new Set(['machine_type', 'flavor', 'branch', 'queue', 'sha1', 'user']);

/** The longest of the short values, in UTF-16 units: as JSON, with every character escaped, it is still shorter than reports may have. */
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

/** As a job has it, whose report has no fraction. */
function timestampText(value: OldValue, tell: Tell): string | null {
  if (readOldTime(value) === null) {
    tell('timestamp', 'is outside 1684-2255', null);
    return null;
  }
  return `${(value as string).slice(0, 19)}.000000`;
}

/** One thing that was not copied as it is. */
export interface Finding {
  table: 'runs' | 'jobs' | 'nodes' | 'queue';
  /** Its internal id there; of queues, the name. */
  id: number | string | null;
  /** The run that it belongs to, as it is named here. */
  run?: string;
  key?: string;
  /** Few different ones: they are counted. */
  problem: string;
  /** What was there; of a row that is left out, all of it. */
  was: unknown;
  /** What is stored instead; of a row that is left out, the internal id of the one that is not. */
  now?: unknown;
}

/** Takes findings. */
export interface Findings {
  add(finding: Finding): void;
  /** Writes what was added since; comes before the commit of what it is about. */
  flush(): void;
  /** How many of each kind, also those that were told before. */
  counts: Map<string, number>;
}

/** Findings that are appended to a file as lines of JSON, each once, however often it is found; null: they are only counted. */
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

/** Takes no notice. */
export const unheard: Findings = { add: () => {}, flush: () => {}, counts: new Map() };

/** Throws when the file cannot be written. A line that a kill cut off is ended and left out. */
function earlierLines(path: string): string[] {
  appendFileSync(path, '');
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n');
  const last = lines.pop();
  if (last !== '') appendFileSync(path, '\n');
  return lines.filter((line) => line.endsWith('}'));
}

/** A name that can stand in a URL: `/` and control characters become `_`; `instead` when nothing is left to name it by. */
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

/** Makes names different from those that were taken before, by the internal id. */
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
 * The name of each run here, by its internal id: of several runs with one name the oldest keeps it. Jobs without a run go into a
 * run `old-…` after the run that they name.
 */
export function runNames(runs: OldRun[]): Map<number, string> {
  const unique = uniqueNames(longestRunName);
  const byAge = runs.toSorted((a, b) => a.id - b.id);
  const named = byAge.map((run) => ({ run, name: nameOfRun(run) }));
  // Names that need no change come first: no other run may take them.
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

/** What becomes of the jobs of a run. */
export interface JobPlan {
  /** The `job_id` of each job that is copied, by internal id. */
  jobIds: Map<number, string>;
  /** The internal ids of those that are not, because another job of the run has their `job_id`; with the one that has. */
  leftOut: Map<number, number>;
}

/** Of several jobs with one `job_id` a finished one is copied, else the latest. */
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
