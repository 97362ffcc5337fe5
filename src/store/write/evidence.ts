/** The evidence in logs and test cases of why jobs failed (core/signature.ts), and the causes that jobs get from it. */
import type { Kysely, Transaction } from 'kysely';
import { mostCaseCauses } from '../../core/job.ts';
import type { Signature } from '../../core/signature.ts';
import { caseCause, type JobEvidence, refinedCause } from '../../core/signature.ts';
import type { CaseCounts, TestCase } from '../../core/test-cases.ts';
import { nextTurn } from '../../core/turns.ts';
import { lockRows, oneOf } from '../engine/dialect.ts';
import type { Engine, Reader, Schema } from '../engine/schema.ts';
import { carryOut, chunksOf, numbered, repeated, type Statement } from '../engine/transaction.ts';
import { type JobState, textHash } from './job-change.ts';
import { saveTexts } from './job-sql.ts';

/** The evidence in the log and the test cases of one job, with the stored cause of each failed case. */
export interface StoredEvidence extends Pick<JobEvidence, 'excerpt'> {
  cases: Pick<Schema['failed_cases'], 'place' | 'name' | 'signature'>[];
}

/** Returns the evidence of some jobs by their internal ids. Jobs without evidence are left out. */
export async function evidenceOf({ engine, kysely }: Reader, ids: number[]): Promise<Map<number, StoredEvidence>> {
  const found = new Map<number, StoredEvidence>();
  const excerpts = await kysely
    .selectFrom('log_excerpts')
    .select(['job_id', 'kind', 'error', 'sure'])
    .where(oneOf(engine, 'job_id', ids))
    .where('version', '>', 0)
    .execute();
  for (const { job_id, kind, error, sure } of excerpts) {
    const excerpt = kind === null || error === null ? null : { kind, error, sure: Boolean(sure) };
    found.set(job_id, { excerpt, cases: [] });
  }
  const cases = await kysely
    .selectFrom('failed_cases')
    .select(['job_id', 'place', 'name', 'signature'])
    .where(oneOf(engine, 'job_id', ids))
    .where('place', '<', mostCaseCauses)
    .orderBy('job_id')
    .orderBy('place')
    .execute();
  for (const { job_id, ...one } of cases) {
    const known = found.get(job_id) ?? { excerpt: null, cases: [] };
    found.set(job_id, known);
    known.cases.push(one);
  }
  return found;
}

/** Returns the part of the evidence that determines the cause of the job. */
export function evidenceIn(stored: StoredEvidence | undefined): JobEvidence {
  return { excerpt: stored?.excerpt ?? null, cases: stored?.cases.map(({ name }) => name) ?? [] };
}

/**
 * The statements that renew the evidence of jobs whose failure has changed: their logs are queued again. The evidence of a job that
 * came back to life is deleted, because its log continues. Posted test cases stay, because a job that was wrongly considered dead
 * may have posted them.
 */
export function renewEvidence(engine: Engine, jobs: readonly JobState[]): Statement[] {
  const [still, back]: [number[], number[]] = [[], []];
  let since = 0;
  for (const { row, outdated } of jobs) {
    if (outdated === undefined) continue;
    (outdated.cameBack ? back : still).push(row.id);
    since = Math.max(since, outdated.at);
  }
  const statement = (text: string, ids: number[], ...parameters: number[]): Statement[] => {
    if (ids.length === 0) return [];
    const sql = numbered(engine, `${text} job_id in (${repeated('?', ids.length)})`);
    return [{ sql, parameters: [...parameters, ...ids] }];
  };
  const without = 'not exists (select 1 from job_tests where job_tests.job_id = failed_cases.job_id)';
  return [
    ...statement('update log_excerpts set due = ?, tries = 0 where', still, since),
    ...statement('delete from log_excerpts where', back),
    ...statement("delete from job_tests where source <> 'posted' and", back),
    ...statement(`delete from failed_cases where ${without} and`, back),
  ];
}

/** A job whose cause has changed. */
export interface RefinedJob {
  run: string;
  job_id: string;
  status: Schema['jobs']['status'];
}

/** Sets the cause of a job from its reason and its evidence. Returns null if the cause is unchanged or the job is gone. */
export async function refineJob(db: Reader & { kysely: Kysely<Schema> }, job_id: number): Promise<RefinedJob | null> {
  return db.kysely.transaction().execute(async (transaction) => {
    const run = await holdRun(transaction, db, job_id);
    return run && refineHeld(transaction, db, run, job_id);
  });
}

/** A run whose row a transaction has locked. */
interface HeldRun {
  id: number;
  name: string;
}

/** Locks the run of a job, as every writer that changes a job does. Returns null if the job is gone. */
async function holdRun(transaction: Transaction<Schema>, { engine }: Reader, id: number): Promise<HeldRun | null> {
  const runOfJob = transaction.selectFrom('jobs').select('run_id').where('jobs.id', '=', id);
  const run = transaction.selectFrom('runs').select(['id', 'name']).where('id', 'in', runOfJob);
  return (await lockRows(engine, run).executeTakeFirst()) ?? null;
}

/** Does the work of `refineJob` in a transaction that has locked the run of the job. */
async function refineHeld(
  transaction: Transaction<Schema>,
  { engine }: Reader,
  run: HeldRun,
  id: number,
): Promise<RefinedJob | null> {
  const job = await transaction
    .selectFrom('jobs')
    .select(['job_id', 'status', 'signature', 'failure_reason'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!job || (job.status !== 'fail' && job.status !== 'dead')) return null;
  const evidence = await evidenceOf({ engine, kysely: transaction }, [id]);
  const signature = refinedCause(job, evidenceIn(evidence.get(id)));
  if (signature === null || signature.id === job.signature) return null;
  await saveCauses(transaction, engine, [signature]);
  await transaction.updateTable('jobs').set({ signature: signature.id }).where('id', '=', id).execute();
  await revise(transaction, run);
  return { run: run.name, job_id: job.job_id, status: job.status };
}

/** Stores the causes that are not stored yet. */
async function saveCauses(
  transaction: Transaction<Schema>,
  engine: Engine,
  causes: readonly Signature[],
): Promise<void> {
  const texts = causes.map((signature) => ({ row: {}, signature }));
  await carryOut(transaction, saveTexts(engine, texts));
}

/** Increments the revision of a run after a change that its pages and its digest show. */
export async function revise(transaction: Transaction<Schema>, { id }: Pick<HeldRun, 'id'>): Promise<void> {
  await transaction
    .updateTable('runs')
    .set(({ eb }) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** The cases of a job; `packed` is made by src/archive. */
interface CasesToKeep {
  counts: CaseCounts;
  seconds: number;
  packed: string;
  failed: TestCase[];
}

/**
 * Replaces the test cases of a job, and sets the cause that they name. `source` tells where they come from. Returns the job, whose
 * causes may have changed, or null if it is gone.
 */
export async function keepCases(
  db: Reader & { kysely: Kysely<Schema> },
  job_id: number,
  cases: CasesToKeep,
  source: string,
): Promise<RefinedJob | null> {
  const causes = cases.failed.slice(0, mostCaseCauses).map(({ name }) => caseCause(name));
  return db.kysely.transaction().execute(async (transaction) => {
    const run = await holdRun(transaction, db, job_id);
    if (run === null) return null;
    const job = await transaction
      .selectFrom('jobs')
      .select(['job_id', 'status', 'posted'])
      .where('id', '=', job_id)
      .executeTakeFirst();
    // The job was deleted while this transaction waited for the run.
    if (!job) return null;
    await saveCauses(transaction, db.engine, causes);
    await replaceCases(transaction, { job_id, posted: job.posted, causes }, cases, source);
    const refined = await refineHeld(transaction, db, run, job_id);
    if (refined === null) await revise(transaction, run);
    return refined ?? { run: run.name, job_id: job.job_id, status: job.status };
  });
}

/** Rows in one statement, which blocks all other requests on SQLite for some 5 ms. */
const rowsAtATime = 100;

async function replaceCases(
  transaction: Transaction<Schema>,
  { job_id, posted, causes }: { job_id: number; posted: number; causes: { id: string }[] },
  { counts, seconds, packed, failed }: CasesToKeep,
  source: string,
): Promise<void> {
  const row = { ...counts, seconds, packed, source };
  await transaction
    .insertInto('job_tests')
    .values({ job_id, ...row })
    .onConflict((conflict) => conflict.column('job_id').doUpdateSet(row))
    .execute();
  await transaction.deleteFrom('failed_cases').where('job_id', '=', job_id).execute();
  const rows = failed.map(({ name, result, message }, place) => {
    return { job_id, place, name, hash: textHash(name), posted, result, message, signature: causes[place]?.id ?? '' };
  });
  for (const chunk of chunksOf(rows, rowsAtATime)) {
    await transaction.insertInto('failed_cases').values(chunk).execute();
    await nextTurn();
  }
}
