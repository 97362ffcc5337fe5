/** Reads old runs and their jobs, a few jobs at a time, and prepares them for writing. */
import { isJobStatus } from '../../core/job.ts';
import { cleanJob, type Findings, type JobPlan, planJobs, readOldTime, unheard } from './clean.ts';
import { textOf } from './clean-documents.ts';
import type { CopiedRun } from './job-state.ts';
import {
  type CopiedJob,
  copyJob,
  type JobStatements,
  jobStatements,
  nothingSeen,
  type ParseJob,
  runRow,
  seeJob,
} from './job-state.ts';
import {
  fingerprintOf,
  type OldDatabase,
  type OldOutline,
  type OldRow,
  type OldRun,
  oldOutline,
  readOldRun,
} from './old-database.ts';
import { type OldJob, oldJobs, type Portion } from './old-jobs.ts';

/** A part of a run: its beginning, some of its jobs, or its end. A run that was deleted meanwhile has no parts. */
export type RunPart =
  | { kind: 'begin'; row: CopiedRun; jobIds: ReadonlyMap<number, string> }
  /** `buffers` contain the documents, and can be transferred to another thread without copying. */
  | { kind: 'jobs'; ids: number[]; statements: JobStatements; buffers: ArrayBuffer[] }
  | { kind: 'end'; row: CopiedRun; fingerprint: string; leftOut: string };

/** The data that is needed to read runs. */
export interface RunReading {
  old: OldDatabase;
  parse: ParseJob;
  findings: Findings;
  /** The name of each run here. */
  names: ReadonlyMap<number, string>;
  /** The internal ids of the nodes that were copied. */
  nodes: ReadonlySet<number>;
}

/** The most jobs, and the most bytes of jobs, that are held in memory. */
const [mostJobs, mostBytes] = [200, 4 << 20];

/**
 * Yields the parts of these runs, in order; each run is a snapshot. The connections are used in turn, so that the old database works on
 * one run while the previous one is prepared.
 */
export async function* readRuns(
  connections: OldDatabase[],
  reading: Omit<RunReading, 'old'>,
  runs: OldRun[],
): AsyncGenerator<RunPart> {
  const begin = (index: number): Begun | null => {
    const [run, old] = [runs[index], connections[index % connections.length]];
    if (run === undefined || old === undefined) return null;
    const parts = readRun({ ...reading, old }, run);
    const first = parts.next();
    // The consumer of the part gets the error.
    first.catch(() => {});
    return { first, parts };
  };
  const ahead = connections.length - 1;
  const begun = Array.from({ length: ahead }, (_, index) => begin(index));
  for (let index = 0; index < runs.length; index++) {
    begun.push(begin(index + ahead));
    const run = begun.shift();
    if (!run) continue;
    const { done, value } = await run.first;
    if (done) continue;
    yield value;
    yield* run.parts;
  }
}

/** A run whose first part is being read. */
interface Begun {
  first: Promise<IteratorResult<RunPart, void>>;
  parts: AsyncGenerator<RunPart, void>;
}

async function* readRun(reading: RunReading, listed: OldRun): AsyncGenerator<RunPart, void> {
  const { old, findings } = reading;
  const name = reading.names.get(listed.id) ?? `old-${listed.id}`;
  const { client } = old;
  await client.query('begin isolation level repeatable read, read only');
  try {
    const run = await readOldRun(old, listed);
    if (run === null) return;
    if (run.name !== name) {
      const problem = run.row === null ? 'these jobs have no run' : 'cannot be its name';
      findings.add({ table: 'runs', id: run.id, run: name, key: 'name', problem, was: run.name, now: name });
    }
    const outline = await oldOutline(old, run);
    const plan = planJobs(outline, name, findings);
    const summary = nothingSeen();
    const portions = [...portionsOf(outline)];
    let rows = askFor(old, portions[0]);
    yield { kind: 'begin', row: runRow(run, name, summary, unheard), jobIds: plan.jobIds };
    let complete = true;
    for (let index = 0; index < portions.length; index++) {
      const read = await rows;
      rows = askFor(old, portions[index + 1]);
      const { jobs, sawAll } = readJobs(reading, { run, name, plan }, read);
      complete &&= sawAll;
      for (const job of jobs) seeJob(summary, job);
      if (jobs.length > 0) yield jobsPart(jobs);
    }
    // A node that was created meanwhile has not been copied yet; the empty fingerprint makes the run be copied again later.
    const fingerprint = complete ? fingerprintOf(run, sumOf(outline)) : '';
    yield { kind: 'end', row: runRow(run, name, summary, findings), fingerprint, leftOut: statusesOf(outline, plan) };
  } finally {
    await client.query('commit');
  }
}

function jobsPart(jobs: CopiedJob[]): RunPart {
  const documents = jobs.flatMap((job) => Object.values(job.documents)).filter((value) => value instanceof Uint8Array);
  const buffers = [...new Set(documents.map(({ buffer }) => buffer as ArrayBuffer))];
  return { kind: 'jobs', ids: jobs.map(({ state }) => state.row.id), statements: jobStatements(jobs), buffers };
}

/** Requests jobs before they are needed. */
function askFor(old: OldDatabase, portion: Portion | undefined): ReturnType<typeof oldJobs> {
  const rows = portion === undefined ? Promise.resolve([]) : oldJobs(old, portion);
  // The code that awaits them gets the error.
  rows.catch(() => {});
  return rows;
}

/** Splits jobs into groups that fit in memory. */
export function* portionsOf(outline: OldOutline[]): Generator<Portion> {
  let ids: number[] = [];
  let bytes = 0;
  for (const { id, size } of outline) {
    if (ids.length > 0 && (ids.length >= mostJobs || bytes + size > mostBytes)) {
      yield { ids, bytes };
      [ids, bytes] = [[], 0];
    }
    ids.push(id);
    bytes += size;
  }
  if (ids.length > 0) yield { ids, bytes };
}

/** Returns the part of a fingerprint that describes the jobs of a run. */
export function sumOf(outline: OldOutline[]): { count: number; last: number; xmins: number } {
  const xmins = outline.reduce((sum, { xmin }) => sum + xmin, 0);
  return { count: outline.length, last: outline.at(-1)?.id ?? 0, xmins };
}

/** Returns the statuses of the jobs that are left out, separated by spaces. */
function statusesOf(outline: OldOutline[], { leftOut }: JobPlan): string {
  if (leftOut.size === 0) return '';
  const statuses = outline.filter(({ id }) => leftOut.has(id)).map(({ status }) => status);
  return statuses.map((status) => (isJobStatus(status) ? status : 'unknown')).join(' ');
}

function textsOf(documents: OldJob['documents']): OldRow {
  return Object.fromEntries(Object.entries(documents).map(([key, bytes]) => [key, bytes ? textOf(bytes) : null]));
}

interface JobsOfRun {
  run: OldRun;
  name: string;
  plan: JobPlan;
}

function readJobs(
  { parse, findings, nodes }: Omit<RunReading, 'old'>,
  { run, name, plan }: JobsOfRun,
  rows: Awaited<ReturnType<typeof oldJobs>>,
): { jobs: CopiedJob[]; sawAll: boolean } {
  const newest = Math.max(0, ...nodes);
  const runPosted = readOldTime(run.row?.posted);
  const jobs: CopiedJob[] = [];
  let sawAll = true;
  for (const old of rows) {
    const { job, documents, nodes: linked } = old;
    const id = job.id as number;
    const job_id = plan.jobIds.get(id);
    if (job_id === undefined) {
      const problem = 'is left out, because another job of its run has its job_id';
      findings.add({
        table: 'jobs',
        id,
        run: name,
        problem,
        was: { ...job, ...textsOf(documents), nodes: linked },
        now: plan.leftOut.get(id),
      });
      continue;
    }
    const there = linked.filter((node) => nodes.has(node));
    for (const node of linked) {
      if (nodes.has(node)) continue;
      if (node > newest) sawAll = false;
      else
        findings.add({ table: 'jobs', id, run: name, key: 'nodes', problem: 'names a node that is gone', was: node });
    }
    const clean = cleanJob(old, { run: name, job_id, nodes: there, runPosted }, findings);
    jobs.push(copyJob(clean, { id: run.id, name }, parse, findings));
  }
  return { jobs, sawAll };
}
