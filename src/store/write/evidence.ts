/** What the logs and test cases of jobs say of their failure (core/logs/refine.ts). */
import { mostCaseCauses } from '../../core/job-causes.ts';
import type { JobEvidence } from '../../core/logs/refine.ts';
import { oneOf } from '../engine/dialect.ts';
import type { Engine, Reader, Schema } from '../engine/schema.ts';
import { numbered, repeated, type Statement } from '../engine/transaction.ts';
import type { JobState } from './job-change.ts';

/** What its log and its test cases say of the failure of one job, with the stored cause of each failed case. */
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

/** The part of it that decides about the cause of the job. */
export function evidenceIn(stored: StoredEvidence | undefined): JobEvidence {
  return { excerpt: stored?.excerpt ?? null, cases: stored?.cases.map(({ name }) => name) ?? [] };
}

/**
 * What was read of jobs whose failure is another one now is read again. Of one that came back it is forgotten: its log goes on. Test cases that
 * somebody posted stay, because a job that was only thought to be dead has posted them as well.
 */
export function renewEvidence(engine: Engine, jobs: readonly JobState[]): Statement[] {
  const [still, back]: [number[], number[]] = [[], []];
  let since = 0;
  for (const { row, outdated } of jobs) {
    if (outdated === undefined) continue;
    (outdated.cameBack ? back : still).push(row.id);
    since = Math.max(since, outdated.at);
  }
  const statement = (text: string, ids: number[], ...parameters: number[]): Statement[] =>
    ids.length === 0
      ? []
      : [
          {
            sql: numbered(engine, `${text} job_id in (${repeated('?', ids.length)})`),
            parameters: [...parameters, ...ids],
          },
        ];
  const without = 'not exists (select 1 from job_tests where job_tests.job_id = failed_cases.job_id)';
  return [
    ...statement('update log_excerpts set due = ?, tries = 0 where', still, since),
    ...statement('delete from log_excerpts where', back),
    ...statement("delete from job_tests where source <> 'posted' and", back),
    ...statement(`delete from failed_cases where ${without} and`, back),
  ];
}
