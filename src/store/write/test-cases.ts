/** Keeps the test cases of jobs. */
import { hash } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import { type CaseCounts, caseCause, type TestCase } from '../../core/test-cases.ts';
import type { Reader } from '../engine/schema.ts';
import { chunksOf } from '../engine/transaction.ts';
import { saveTexts } from './job-sql.ts';

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

/** Keeps the cases of a job in place of those that it had. `source` says where they come from. */
export async function keepCases(
  { engine, kysely }: Reader,
  job: { id: number; posted: number },
  { counts, seconds, packed, failed }: CasesToKeep,
  source: string,
): Promise<void> {
  const row = { ...counts, seconds, packed, source };
  const causes = failed.map(({ name }) => caseCause(name));
  await kysely.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('job_tests')
      .values({ job_id: job.id, ...row })
      .onConflict((conflict) => conflict.column('job_id').doUpdateSet(row))
      .execute();
    await transaction.deleteFrom('failed_cases').where('job_id', '=', job.id).execute();
    for (const { sql, parameters } of saveTexts(
      engine,
      causes.map((signature) => ({ row: {}, signature })),
    ))
      await transaction.executeQuery(CompiledQuery.raw(sql, [...parameters]));
    const rows = failed.map(({ name, result, message }, place) => ({
      job_id: job.id,
      place,
      name,
      hash: caseHash(name),
      posted: job.posted,
      result,
      message,
      signature: causes[place]?.id ?? '',
    }));
    for (const chunk of chunksOf(rows, 500)) await transaction.insertInto('failed_cases').values(chunk).execute();
  });
}
