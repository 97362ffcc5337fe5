import type { Actor } from '../../core/audit.ts';
import { alreadyExists, conflict, type Failure, isFailure, notFound, unavailable } from '../../core/errors.ts';
import { type JobChange, type JobStatus, noChange } from '../../core/job.ts';
import { runStatus } from '../../core/run.ts';
import { isDatabaseFault } from '../engine/faults.ts';
import type { Engine, JobRow, RunRow } from '../engine/schema.ts';
import { repeat, type Send, type Statement, type Transact } from '../engine/transaction.ts';
import { auditStatements } from './audit.ts';
import { createBatcher } from './batch.ts';
import { renewEvidence } from './evidence.ts';
import { changeJob, changeRun, createJob, type JobState, newRun } from './job-change.ts';
import {
  deleteJobs,
  findFirstJob,
  insertRuns,
  type JobBatch,
  jobKey,
  jobStates,
  lastId,
  lockRuns,
  saveDocuments,
  saveJobs,
  saveLinks,
  saveRuns,
  saveTexts,
  selectJobs,
} from './job-sql.ts';
import type { JobEvent } from './live.ts';
import { noteEnds } from './news.ts';

/**
 * One request to create, change or delete a job, or to expire a job unless it has been updated since it was `seen`. `at` in
 * microseconds since the Unix epoch.
 */
type JobWrite = { run: string; at: number } & (
  | { kind: 'create' /** null: the store chooses. */; job_id: string | null; change: JobChange; createRun: boolean }
  | { kind: 'change'; job_id: string; change: JobChange }
  | { kind: 'delete'; job_id: string; by: Actor }
  | { kind: 'expire'; job_id: string; by: Actor; seen: Pick<JobRow, 'status' | 'updated'>; reason: string }
);

/** Executes writes of jobs, many in one transaction. */
export interface JobWriter {
  /**
   * Resolves when the write is durable. Otherwise resolves with `not_found` (run or job), `already_exists` (job), `conflict` (an
   * expiring job was updated) or `unavailable` (too many writes are waiting). `size` is the length of the request in bytes, which counts
   * towards the bound on waiting writes.
   */
  write(write: JobWrite, size: number): Promise<JobEvent | Failure>;
  /** `listener` is called for every write after its commit, in order. It must not throw. */
  subscribe(listener: (event: JobEvent) => void): void;
  /** `listener` is called for every transaction after its commit, with its number of writes. It must not throw. */
  onBatch(listener: (writes: number) => void): void;
  /** Returns the number of accepted writes that are not in a transaction yet; `bytes` is the sum of their `size`. */
  waiting(): { writes: number; bytes: number };
  /** Resolves when all accepted writes have been executed. */
  drain(): Promise<void>;
}

/** Creates the writer of one database. There is one per process, so that all its clients share transactions. */
export function createJobWriter(engine: Engine, transact: Transact): JobWriter {
  const listeners: ((event: JobEvent) => void)[] = [];
  const counters: ((writes: number) => void)[] = [];
  const flush = async (writes: JobWrite[], onSent: () => void) => {
    const results = await repeat(() => writeBatch(engine, (work) => transact(work, onSent), writes));
    for (const count of counters) count(writes.length);
    for (const result of results) if (!isFailure(result)) for (const listener of listeners) listener(result);
    return results;
  };
  const batcher = createBatcher(flush, (error) => !isDatabaseFault(error));
  return {
    async write(write, size) {
      return batcher.push(write, size) ?? unavailable('too many writes are waiting for the database');
    },
    subscribe: (listener) => listeners.push(listener),
    onBatch: (listener) => counters.push(listener),
    waiting: batcher.waiting,
    drain: batcher.drain,
  };
}

/**
 * Executes a batch, and repeats it if runs have to be created first. Such runs are few, and detecting them costs no round trip. The
 * batch may be repeated more than once, because a run may be deleted again before it is locked.
 */
async function writeBatch(engine: Engine, transact: Transact, writes: JobWrite[]): Promise<(JobEvent | Failure)[]> {
  for (let wanted = new Map<string, number>(); ; ) {
    const { results, missing } = await attempt(engine, transact, writes, wanted);
    if (missing.size === 0) return results;
    wanted = missing;
  }
}

/**
 * Executes a batch in one transaction. Returns the results; or the names and times of runs that have to be created first, and then it
 * has changed no job.
 *
 * Locks the runs first, always in the order of their ids. The holder of a run may change its jobs and counts, and two processes
 * cannot deadlock. New runs are inserted before any lock is taken, in the order of their names: a process that waits here for
 * another one's uncommitted run holds nothing that the other one could wait for.
 */
async function attempt(
  engine: Engine,
  transact: Transact,
  writes: JobWrite[],
  wanted: Map<string, number>,
): Promise<{ results: (JobEvent | Failure)[]; missing: Map<string, number> }> {
  return transact(async (send) => {
    const created = [...wanted].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, at]) => newRun(name, [], at));
    if (created.length > 0) await send([insertRuns(engine, created)]);
    const named = writes.flatMap(({ run, job_id }) => (job_id === null ? [] : [{ run, job_id }]));
    const reads = [lockRuns(engine, [...new Set(writes.map((write) => write.run))])];
    if (named.length > 0) reads.push(selectJobs(engine, named));
    const [runRows = [], jobRows = []] = await send(reads);
    const runs = new Map((runRows as unknown as RunRow[]).map((run) => [run.name, run]));
    const missing = missingRuns(writes, runs);
    if (missing.size > 0) return { last: [], value: { results: [], missing } };
    const batch: JobBatch = { jobs: jobStates(jobRows), deleted: [], runsWithoutFirst: new Set() };
    const free = await freeIds(engine, send, writes);
    const before = new Map([...runs.values()].map((run) => [run.id, { ...run }]));
    const results = writes.map((write) => decide(write, runs.get(write.run), batch, free));
    const last = await save(engine, send, [...runs.values()], batch);
    const ended = noteEnds(engine, before, [...runs.values()], writes);
    return { last: [...last, ...recordEnded(engine, writes, results), ...ended], value: { results, missing } };
  });
}

/** Returns the missing runs that writes create with their first job. */
function missingRuns(writes: JobWrite[], runs: Map<string, RunRow>): Map<string, number> {
  return new Map(
    writes.flatMap((write) =>
      write.kind === 'create' && write.createRun && !runs.has(write.run) ? [[write.run, write.at] as const] : [],
    ),
  );
}

/** Returns the statements that store all changes. */
async function save(engine: Engine, send: Send, runs: RunRow[], batch: JobBatch): Promise<Statement[]> {
  const changed = [...batch.jobs.values()].filter((job) => job.changed);
  const deleted = batch.deleted.filter((job) => !job.created);
  const statements: Statement[] = [];
  if (deleted.length > 0) statements.push(deleteJobs(engine, deleted));
  if (changed.length > 0) {
    const documents = saveDocuments(engine, changed);
    statements.push(...saveTexts(engine, changed), saveJobs(engine, changed), ...documents);
    statements.push(...saveLinks(engine, changed), ...renewEvidence(engine, changed));
  }
  if (batch.runsWithoutFirst.size > 0) {
    await send(statements.splice(0));
    for (const run of batch.runsWithoutFirst) await findFirstJob(engine, send, run);
  }
  const runIds = new Set([...changed, ...batch.deleted].map((job) => job.row.run_id));
  const changedRuns = runs.filter((run) => runIds.has(run.id));
  return changedRuns.length > 0 ? [...statements, saveRuns(engine, changedRuns)] : statements;
}

/** Returns the statements that record deleted and expired jobs in the audit log. Reports appear only in the log of the server. */
function recordEnded(engine: Engine, writes: JobWrite[], results: (JobEvent | Failure)[]): Statement[] {
  return writes.flatMap((write, index) => {
    const result = results[index];
    if (!('by' in write) || result === undefined || isFailure(result)) return [];
    const target = `${write.run}/${write.job_id}`;
    const after = write.kind === 'expire' ? { status: result.status } : null;
    const change = { action: write.kind, kind: 'job', target, before: { status: result.previous }, after } as const;
    return auditStatements(engine, write, [change]);
  });
}

/** The most ids that are tested at a time. */
const mostIds = 128;

/** Returns as many ids for new jobs as the writes need: numbers above every internal id that no job of their runs has or gets. */
async function freeIds(engine: Engine, send: Send, writes: JobWrite[]): Promise<string[]> {
  const wanting = writes.filter(({ job_id }) => job_id === null);
  if (wanting.length === 0) return [];
  const runs = [...new Set(wanting.map(({ run }) => run))];
  const named = writes.map(({ job_id }) => job_id);
  const free: string[] = [];
  let first = (await lastId(send)) + 1;
  for (let count = wanting.length; free.length < wanting.length; count = Math.min(2 * count, mostIds)) {
    const ids = Array.from({ length: count }, (_, index) => String(first + index));
    const wanted = runs.flatMap((run) => ids.map((job_id) => ({ run, job_id })));
    const [rows = []] = await send([selectJobs(engine, wanted)]);
    const taken = new Set([...named, ...rows.map(({ job_id }) => job_id)]);
    free.push(...ids.filter((id) => !taken.has(id)));
    first += count;
  }
  return free;
}

/** Applies one write in memory; the rows that it changes are locked. A new job without an id takes one of `free`. */
function decide(write: JobWrite, run: RunRow | undefined, batch: JobBatch, free: string[]): JobEvent | Failure {
  if (!run) return notFound('run', write.run);
  const job_id = write.job_id ?? (free.shift() as string);
  const key = jobKey(run.id, job_id);
  const job = batch.jobs.get(key);
  if (write.kind === 'create') {
    if (job) return alreadyExists('job', job_id);
    const created = createJob(run.id, job_id, write.change, write.at);
    batch.jobs.set(key, created);
    return applyToRun(run, created, null, write.change);
  }
  if (!job) return notFound('job', job_id);
  const previous = job.row.status;
  if (write.kind === 'expire') {
    const { status, updated } = write.seen;
    if (job.row.status !== status || job.row.updated !== updated) return conflict('there is news of the job');
    // Keeps the time of the last update. Otherwise values that are computed from it, like the duration, would be days too long.
    const change = { ...noChange(), status: 'dead' as const, updated };
    change.more.set('failure_reason', write.reason);
    changeJob(job, change, write.at);
    return applyToRun(run, job, previous, { ...change, updated: run.updated ?? updated });
  }
  if (write.kind === 'change') {
    changeJob(job, write.change, write.at);
    return applyToRun(run, job, previous, write.change);
  }
  batch.jobs.delete(key);
  batch.deleted.push(job);
  run[previous]--;
  run.revision++;
  run.status = runStatus(run);
  if (run.first_job === job_id) batch.runsWithoutFirst.add(run);
  return { run: run.name, job_id, status: null, previous };
}

function applyToRun(run: RunRow, { row }: JobState, previous: JobStatus | null, change: JobChange): JobEvent {
  changeRun(run, row, previous, change);
  return { run: run.name, job_id: row.job_id, status: row.status, previous };
}
