/** Keeps the test cases of jobs. */
import { hash } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import { mostCaseCauses } from '../../core/job-causes.ts';
import { type CaseCounts, caseCause, type TestCase } from '../../core/test-cases.ts';
import { nextTurn } from '../../core/turns.ts';
import type { Reader, Schema } from '../engine/schema.ts';
import { chunksOf } from '../engine/transaction.ts';
import { holdRun, type RefinedJob, refineHeld, revise, saveCauses } from './excerpts.ts';

/** The cases of a job as src/archive packs them. */
export interface CasesToKeep {
  counts: CaseCounts;
  seconds: number;
  packed: string;
  failed: TestCase[];
}

/** The key of the name of a case: 96 bits, as those of descriptions. */
export function caseHash(name: string): string {
  return hash('sha256', name, 'base64url').slice(0, 16);
}

/**
 * Keeps the cases of a job in place of those that it had, and gives it the cause that they name. `source` says where they come from.
 * Returns the job, whose causes may be others now; null when it is gone.
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
    // Deleted while this waited for the run.
    if (!job) return null;
    await saveCauses(transaction, db.engine, causes);
    await replaceCases(transaction, { job_id, posted: job.posted, causes }, cases, source);
    const refined = await refineHeld(transaction, db, run, job_id);
    if (refined === null) await revise(transaction, run);
    return refined ?? { run: run.name, job_id: job.job_id, status: job.status };
  });
}

/** Rows that are written while everybody waits: SQLite takes some 5 ms for them. */
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
    return { job_id, place, name, hash: caseHash(name), posted, result, message, signature: causes[place]?.id ?? '' };
  });
  for (const chunk of chunksOf(rows, rowsAtATime)) {
    await transaction.insertInto('failed_cases').values(chunk).execute();
    await nextTurn();
  }
}
