/** Test cases as they are stored. */
import type { CaseCounts, CaseResult } from '../../core/test-cases.ts';
import { oneOf } from '../engine/dialect.ts';
import type { Reader } from '../engine/schema.ts';

/** What is known of all cases of a job. */
export interface JobTests {
  counts: CaseCounts;
  seconds: number;
  source: string;
  packed: string;
}

/** The cases of a job; null when it has none. */
export async function testsOf({ kysely }: Reader, jobId: number): Promise<JobTests | null> {
  const row = await kysely.selectFrom('job_tests').selectAll().where('job_id', '=', jobId).executeTakeFirst();
  if (!row) return null;
  const { pass, fail, error, skipped, seconds, source, packed } = row;
  const counts = { pass: Number(pass), fail: Number(fail), error: Number(error), skipped: Number(skipped) };
  return { counts, seconds, source, packed };
}

/** How many cases of some jobs ended in which way, by the internal id of the job. */
export async function testCounts({ engine, kysely }: Reader, ids: number[]): Promise<Map<number, CaseCounts>> {
  if (ids.length === 0) return new Map();
  const rows = await kysely
    .selectFrom('job_tests')
    .select(['job_id', 'pass', 'fail', 'error', 'skipped'])
    .where(oneOf(engine, 'job_id', ids))
    .execute();
  return new Map(
    rows.map(({ job_id, pass, fail, error, skipped }) => [
      job_id,
      { pass: Number(pass), fail: Number(fail), error: Number(error), skipped: Number(skipped) },
    ]),
  );
}

/** A failure of a test case; `posted` and `started` of its job, in microseconds. */
export interface CaseFailure {
  job: number;
  run: string;
  branch: string;
  job_id: string;
  description_hash: string | null;
  posted: number;
  started: number | null;
  result: CaseResult;
  message: string | null;
}

/** The newest failures of a case, by the hash of its name. */
export async function caseFailures({ kysely }: Reader, hash: string, limit: number): Promise<CaseFailure[]> {
  return kysely
    .selectFrom('failed_cases')
    .innerJoin('jobs', 'jobs.id', 'failed_cases.job_id')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select(['failed_cases.job_id as job', 'runs.name as run', 'runs.branch', 'jobs.job_id', 'jobs.description_hash'])
    .select(['failed_cases.posted', 'jobs.started', 'failed_cases.result', 'failed_cases.message'])
    .where('failed_cases.hash', '=', hash)
    .orderBy('failed_cases.posted', 'desc')
    .orderBy('failed_cases.job_id', 'desc')
    .limit(limit)
    .execute();
}

/** The newest jobs with one description that have test cases. */
export async function testedJobs({ kysely }: Reader, description_hash: string, limit: number) {
  return kysely
    .selectFrom('jobs')
    .innerJoin('job_tests', 'job_tests.job_id', 'jobs.id')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select([
      'jobs.id',
      'runs.name as run',
      'runs.branch',
      'jobs.job_id',
      'jobs.posted',
      'jobs.started',
      'job_tests.packed',
    ])
    .where('jobs.description_hash', '=', description_hash)
    .orderBy('jobs.posted', 'desc')
    .orderBy('jobs.id', 'desc')
    .limit(limit)
    .execute();
}

/** Failed cases of the jobs of a run. */
export async function failedCasesOf({ kysely }: Reader, runId: number, limit: number) {
  return kysely
    .selectFrom('jobs')
    .innerJoin('failed_cases', 'failed_cases.job_id', 'jobs.id')
    .select([
      'jobs.job_id',
      'failed_cases.name',
      'failed_cases.hash',
      'failed_cases.place',
      'failed_cases.message',
      'failed_cases.signature',
    ])
    .where('jobs.run_id', '=', runId)
    .orderBy('jobs.id')
    .orderBy('failed_cases.place')
    .limit(limit)
    .execute();
}
