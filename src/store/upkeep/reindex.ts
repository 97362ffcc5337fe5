/** Recomputes the causes of failures after the rules of core/signature.ts have changed. */
import type { Transaction } from 'kysely';
import { caseCause, refinedCause, type Signature, signatureVersion } from '../../core/signature.ts';
import { inTurns } from '../../core/turns.ts';
import type { Engine, JobRow, Reader, Schema } from '../engine/schema.ts';
import { carryOut, chunksOf, countOf, numbered, repeated, type Statement } from '../engine/transaction.ts';
import { evidenceIn, evidenceOf, revise, type StoredEvidence } from '../write/evidence.ts';
import { saveTexts, updateRows } from '../write/job-sql.ts';
import { eachBatch } from './each-job.ts';

/** The progress in runs; `changed` counts jobs. */
export interface ReindexProgress {
  done: number;
  total: number;
  changed: number;
}

interface ReindexOptions {
  /** Recomputes every job, even those that are up to date. */
  all: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: ReindexProgress) => void;
  /** Milliseconds to pause after each batch, for other writers. */
  pause?: number;
}

/** The value of `up_to` when all jobs are up to date; it is above every internal id, because new jobs are always up to date. */
const everything = Number.MAX_SAFE_INTEGER;

/** True if the causes of all jobs have been computed with the current rules. */
export async function isIndexed({ kysely }: Pick<Reader, 'kysely'>): Promise<boolean> {
  const { version, up_to } = await kysely.selectFrom('indexed').selectAll().executeTakeFirstOrThrow();
  return version === signatureVersion && up_to === everything;
}

/**
 * Recomputes the runs in the order of their internal ids, and resumes where an earlier call was aborted. Servers may be running, because
 * it locks the run while it changes the jobs, as every writer does.
 */
export async function reindex(db: Reader, options: ReindexOptions): Promise<ReindexProgress> {
  const { kysely } = db;
  const { version, up_to } = await kysely.selectFrom('indexed').selectAll().executeTakeFirstOrThrow();
  let at = options.all || version !== signatureVersion || up_to === everything ? 0 : up_to;
  const total = await countOf(kysely.selectFrom('runs').where('id', '>', at));
  const progress = { done: 0, total, changed: 0 };
  for (;;) {
    const query = kysely.selectFrom('runs').select('id').where('id', '>', at).orderBy('id').limit(1);
    const run = await query.executeTakeFirst();
    if (!run) break;
    if (options.signal?.aborted) return progress;
    progress.changed += await reindexRun(db, run.id, options);
    // The run was aborted in the middle and is not done.
    if (options.signal?.aborted) return progress;
    progress.done++;
    at = run.id;
    await remember(db, at);
    options.onProgress?.({ ...progress });
  }
  await remember(db, everything);
  return progress;
}

async function remember({ kysely }: Reader, up_to: number): Promise<void> {
  await kysely.updateTable('indexed').set({ version: signatureVersion, up_to }).execute();
}

function reindexRun(db: Reader, runId: number, { pause, signal }: ReindexOptions): Promise<number> {
  return eachBatch(db, {
    run: (transaction) => transaction.selectFrom('runs').select('id').where('id', '=', runId),
    columns: ['status', 'failure_reason', 'signature'],
    change: (transaction, jobs) => reindexJobs(transaction, db.engine, runId, jobs),
    signal,
    pause,
  });
}

type IndexedJob = Pick<JobRow, 'id' | 'status' | 'failure_reason' | 'signature'>;

async function reindexJobs(
  transaction: Transaction<Schema>,
  engine: Engine,
  runId: number,
  jobs: IndexedJob[],
): Promise<number> {
  const evidence = await evidenceOf(
    { engine, kysely: transaction },
    jobs.map(({ id }) => id),
  );
  const caused: { row: IndexedJob; signature: Signature | null }[] = [];
  for await (const row of inTurns(jobs))
    caused.push({ row, signature: refinedCause(row, evidenceIn(evidence.get(row.id))) });
  const wrong = caused.filter(({ row, signature }) => row.signature !== (signature?.id ?? null));
  const wrongCases = await movedCases(evidence);
  const statements = saveTexts(engine, [...caused, ...wrongCases.map(({ signature }) => ({ row: {}, signature }))]);
  if (wrong.length > 0) {
    const change = 'jobs set signature = changed.column2';
    const rows = wrong.map(({ row, signature }) => [row.id, signature?.id ?? null]);
    statements.push(updateRows(engine, { change, where: 'id = changed.column1', types: ['bigint', 'text'] }, rows));
  }
  for (const chunk of chunksOf(wrongCases, casesAtATime)) {
    const change = 'failed_cases set signature = changed.column3';
    const where = 'job_id = changed.column1 and place = changed.column2';
    const rows = chunk.map(({ job_id, place, signature }) => [job_id, place, signature.id]);
    statements.push(updateRows(engine, { change, where, types: ['bigint', 'bigint', 'text'] }, rows));
  }
  if (wrong.length + wrongCases.length > 0) {
    await revise(transaction, { id: runId });
    const moves = [
      ...wrong.map(({ row, signature }) => ({ job: row.id, old: row.signature, cause: signature?.id })),
      ...wrongCases.map(({ job_id, old, signature }) => ({ job: job_id, old, cause: signature.id })),
    ];
    statements.push(...countMoves(engine, moves));
  }
  await carryOut(transaction, statements);
  return wrong.length;
}

/**
 * Counts how many jobs moved from each cause to which other one, so that decisions can follow them. This is done in the transaction that
 * changes the jobs, so that each job counts once, and in the order of the keys, so that two processes cannot deadlock.
 */
function countMoves(
  engine: Engine,
  found: { job: number; old: string | null; cause: string | undefined }[],
): Statement[] {
  const counts = new Map<string, { old: string; cause: string; jobs: Set<number> }>();
  for (const { job, old, cause } of found) {
    if (old === null || cause === undefined) continue;
    const key = `${old} ${cause}`;
    const count = counts.get(key) ?? { old, cause, jobs: new Set() };
    counts.set(key, count);
    count.jobs.add(job);
  }
  if (counts.size === 0) return [];
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const moves = sorted.map(([, { old, cause, jobs }]) => ({ old, cause, jobs: jobs.size }));
  const rows = repeated(`(?, ?, ?${engine === 'postgres' ? '::bigint' : ''})`, moves.length);
  const sql =
    `insert into cause_moves (old, cause, jobs) values ${rows} ` +
    'on conflict (old, cause) do update set jobs = cause_moves.jobs + excluded.jobs';
  return [{ sql: numbered(engine, sql), parameters: moves.flatMap(({ old, cause, jobs }) => [old, cause, jobs]) }];
}

/** Cases changed by one statement. */
const casesAtATime = 500;

interface MovedCase {
  job_id: number;
  place: number;
  old: string;
  signature: Signature;
}

/** Returns the failed cases of some jobs whose cause differs from the stored one. Causes are cached, because thousands of jobs share a case. */
async function movedCases(found: ReadonlyMap<number, StoredEvidence>): Promise<MovedCase[]> {
  const known = new Map<string, Signature>();
  const moved: MovedCase[] = [];
  for await (const [job_id, { cases }] of inTurns(found)) {
    for (const { place, name, signature: old } of cases) {
      const signature = known.get(name) ?? caseCause(name);
      known.set(name, signature);
      if (signature.id !== old) moved.push({ job_id, place, old, signature });
    }
  }
  return moved;
}
