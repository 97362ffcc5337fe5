/** What the logs and test cases of jobs say of their failure (core/logs/refine.ts). */

import { mostCaseCauses } from '../../core/job-causes.ts';
import type { JobEvidence } from '../../core/logs/refine.ts';
import { oneOf } from '../engine/dialect.ts';
import type { Reader, Schema } from '../engine/schema.ts';

/** The same of one job; with the cause that each of its failed cases has as it is stored. */
export interface StoredEvidence extends Pick<JobEvidence, 'excerpt'> {
  cases: Pick<Schema['failed_cases'], 'place' | 'name' | 'signature'>[];
}

/** The evidence of those of some jobs that have any, by their internal ids. */
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

/** The evidence in it as causes are told from it. */
export function evidenceIn(stored: StoredEvidence | undefined): JobEvidence {
  return { excerpt: stored?.excerpt ?? null, cases: stored?.cases.map(({ name }) => name) ?? [] };
}
