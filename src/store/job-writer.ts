import type { Kysely, Transaction } from 'kysely';
import { alreadyExists, type Failure, notFound, unavailable } from '../core/errors.ts';
import type { JobChange } from '../core/job.ts';
import { runStatus } from '../core/run.ts';
import { createBatcher } from './batch.ts';
import { type Engine, lockRows } from './dialect.ts';
import { changeJob, createJob, type JobState, stateOf } from './job-state.ts';
import { isLostPostgres, isRetryable } from './postgres.ts';
import type { RunRow, Schema } from './schema.ts';

/** One request to create or to change a job. `at` in microseconds since the Unix epoch. */
export interface JobWrite {
  kind: 'create' | 'change';
  run: string;
  job_id: string;
  change: JobChange;
  at: number;
}

/** Carries out writes of jobs, many in one transaction. */
export interface JobWriter {
  /**
   * Resolves when the write is durable: null = done, otherwise `not_found` (run or job), `already_exists` (job) or
   * `unavailable` (too much is waiting). `bytes` is the size of the request, for the bound on what waits.
   */
  write(write: JobWrite, bytes: number): Promise<Failure | null>;
  /** Resolves when everything accepted has been carried out. */
  drain(): Promise<void>;
}

/** How often a transaction is repeated after a deadlock or serialization failure, which other programs could cause. */
const attempts = 5;

/** Makes the writer of one database; there is one for each process, so that all its writers share transactions. */
export function createJobWriter(kysely: Kysely<Schema>, engine: Engine): JobWriter {
  const flush = (writes: JobWrite[]) => repeat(() => writeBatch(kysely, engine, writes));
  const batcher = createBatcher(flush, (error) => !isLostPostgres(error), {
    batchWrites: 64,
    batchBytes: 8 << 20,
    waitingBytes: 64 << 20,
  });
  return {
    async write(write, bytes) {
      return batcher.push(write, bytes) ?? unavailable('too many writes are waiting for the database');
    },
    drain: batcher.drain,
  };
}

async function repeat<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (attempt === attempts || !isRetryable(error)) throw error;
    }
  }
}

/**
 * Locks the runs first, always in the order of their ids: whoever holds a run may change its jobs and its counts, and
 * two processes can never wait for each other.
 */
async function writeBatch(kysely: Kysely<Schema>, engine: Engine, writes: JobWrite[]): Promise<(Failure | null)[]> {
  return kysely.transaction().execute(async (transaction) => {
    const runs = await lockRuns(transaction, engine, writes);
    const jobs = await readJobs(transaction, runs, writes);
    const results = writes.map((write) => decide(write, runs.get(write.run), jobs));
    if (results.some((result) => result === null)) {
      const changed = [...jobs.values()].filter((job) => job.changed);
      await saveJobs(transaction, changed);
      await saveDocuments(transaction, changed);
      const runIds = new Set(changed.map((job) => job.row.run_id));
      await saveRuns(
        transaction,
        [...runs.values()].filter((run) => runIds.has(run.id)),
      );
    }
    return results;
  });
}

async function lockRuns(
  transaction: Transaction<Schema>,
  engine: Engine,
  writes: JobWrite[],
): Promise<Map<string, RunRow>> {
  const names = [...new Set(writes.map((write) => write.run))];
  const query = transaction.selectFrom('runs').selectAll().where('name', 'in', names).orderBy('id');
  const rows = await lockRows(engine, query).execute();
  return new Map(rows.map((row) => [row.name, row]));
}

async function readJobs(
  transaction: Transaction<Schema>,
  runs: Map<string, RunRow>,
  writes: JobWrite[],
): Promise<Map<string, JobState>> {
  const jobIds = new Map<number, Set<string>>();
  for (const { run, job_id } of writes) {
    const row = runs.get(run);
    if (row) jobIds.set(row.id, (jobIds.get(row.id) ?? new Set()).add(job_id));
  }
  if (jobIds.size === 0) return new Map();
  const rows = await transaction
    .selectFrom('jobs')
    .selectAll()
    .where(({ and, eb, or }) =>
      or([...jobIds].map(([run_id, ids]) => and([eb('run_id', '=', run_id), eb('job_id', 'in', [...ids])]))),
    )
    .execute();
  return new Map(rows.map((row) => [jobKey(row.run_id, row.job_id), stateOf(row)]));
}

function jobKey(runId: number, jobId: string): string {
  return `${runId}/${jobId}`;
}

/** Applies one write in memory; the rows it touches are locked. */
function decide(write: JobWrite, run: RunRow | undefined, jobs: Map<string, JobState>): Failure | null {
  if (!run) return notFound('run', write.run);
  const key = jobKey(run.id, write.job_id);
  const job = jobs.get(key);
  if (write.kind === 'create') {
    if (job) return alreadyExists('job', write.job_id);
    const created = createJob(run.id, write.job_id, write.change, write.at);
    jobs.set(key, created);
    run[created.row.status]++;
  } else {
    if (!job) return notFound('job', write.job_id);
    run[job.row.status]--;
    changeJob(job, write.change, write.at);
    run[job.row.status]++;
  }
  run.status = runStatus(run);
  run.updated = write.at;
  return null;
}

async function saveJobs(transaction: Transaction<Schema>, jobs: JobState[]): Promise<void> {
  // One statement for new and changed jobs alike: on PostgreSQL each further one costs a round trip.
  const rows = await transaction
    .insertInto('jobs')
    .values(jobs.map(({ row: { id: _, ...columns } }) => columns))
    .onConflict((conflict) =>
      conflict.columns(['run_id', 'job_id']).doUpdateSet(({ ref }) => ({
        status: ref('excluded.status'),
        updated: ref('excluded.updated'),
        small: ref('excluded.small'),
        document_hashes: ref('excluded.document_hashes'),
      })),
    )
    .returning(['id', 'run_id', 'job_id'])
    .execute();
  const ids = new Map(rows.map((row) => [jobKey(row.run_id, row.job_id), row.id]));
  for (const job of jobs) job.row.id = ids.get(jobKey(job.row.run_id, job.row.job_id)) ?? job.row.id;
}

async function saveDocuments(transaction: Transaction<Schema>, jobs: JobState[]): Promise<void> {
  const created = jobs.filter((job) => job.created);
  if (created.length > 0) {
    const rows = created.map((job) => ({ id: job.row.id, ...noDocument, ...job.document }));
    await transaction.insertInto('job_documents').values(rows).execute();
  }
  for (const job of jobs) {
    if (job.created || Object.keys(job.document).length === 0) continue;
    await transaction.updateTable('job_documents').set(job.document).where('id', '=', job.row.id).execute();
  }
}

const noDocument = { kernel: null, overrides: null, roles: null, targets: null, tasks: null };

async function saveRuns(transaction: Transaction<Schema>, runs: RunRow[]): Promise<void> {
  await transaction
    .insertInto('runs')
    .values(runs)
    // The rows exist and are locked: this is an update of many rows in one statement that both engines understand.
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(({ ref }) => ({
        status: ref('excluded.status'),
        updated: ref('excluded.updated'),
        queued: ref('excluded.queued'),
        pass: ref('excluded.pass'),
        running: ref('excluded.running'),
        waiting: ref('excluded.waiting'),
        fail: ref('excluded.fail'),
        dead: ref('excluded.dead'),
        unknown: ref('excluded.unknown'),
      })),
    )
    .execute();
}
