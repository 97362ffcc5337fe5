/** The errors found in the logs of jobs, and the data that is needed to read a log. */
import { sql } from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import { ignorelistOf } from '../../core/logs/evidence.ts';
import type { Finding, KnownLog } from '../../core/logs/first-error.ts';
import type { PlacedJob } from '../../core/logs/places.ts';
import { oneOf } from '../engine/dialect.ts';
import type { JobRow, Reader, RunRow } from '../engine/schema.ts';
import { countOf } from '../engine/transaction.ts';

/** Returns the excerpt of the log of a job, or why there is none. */
export async function knownLog({ kysely }: Reader, jobId: number): Promise<KnownLog> {
  const row = await kysely.selectFrom('log_excerpts').selectAll().where('job_id', '=', jobId).executeTakeFirst();
  if (!row) return { excerpt: null, unread: null };
  const { due, file, kind, error, byte, sure, others, context, version } = row;
  if (version === 0 || kind === null) return { excerpt: null, unread: due === null ? 'given up' : 'waiting' };
  const excerpt = {
    file: file ?? '',
    kind,
    error: error ?? '',
    byte: byte === null ? null : Number(byte),
    sure: Boolean(sure),
    others: JSON.parse(others ?? '[]') as Finding[],
    context: context ?? '',
    version,
  };
  return { excerpt, unread: null };
}

/** The number of characters of an error that reports show. */
const longestShown = 300;

/**
 * Returns, for each cause of a run, the likely first error in the log of its first job that has one. Causes without such a job are
 * left out.
 */
export async function errorsOfCauses({ kysely }: Reader, runId: number): Promise<Map<string, string>> {
  const withError = kysely
    .selectFrom('jobs')
    .innerJoin('log_excerpts', 'log_excerpts.job_id', 'jobs.id')
    .where('log_excerpts.error', '<>', '');
  const firsts = withError
    .select(({ fn }) => fn.min('jobs.id').as('id'))
    .where('jobs.run_id', '=', runId)
    .where('jobs.status', 'in', ['fail', 'dead'])
    .groupBy('jobs.signature');
  const rows = await withError
    .select('jobs.signature')
    .select(sql<string>`substr(log_excerpts.error, 1, ${sql.lit(longestShown)})`.as('text'))
    .where('jobs.id', 'in', firsts)
    .execute();
  return new Map(rows.flatMap(({ signature, text }) => (signature === null ? [] : [[signature, text]])));
}

/** Longer overrides are hostile, and their ignorelist is not used. */
const longestOverrides = 256 << 10;

/** Returns the data that is needed to read the log of a job, or null if the job is gone or has not failed. */
export async function jobToRead(
  { kysely }: Reader,
  jobId: number,
): Promise<(PlacedJob & Pick<JobRow, 'status' | 'failure_reason'> & { ignorelist: string[] }) | null> {
  const row = await kysely
    .selectFrom('jobs')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .leftJoin('job_documents', 'job_documents.id', 'jobs.id')
    .select(['runs.name as run', 'jobs.job_id', 'jobs.status'])
    .select([
      small,
      sql<string | null>`substr(jobs.failure_reason, 1, 8192)`.as('failure_reason'),
      sql<
        string | null
      >`case when octet_length(overrides) > ${sql.lit(longestOverrides)} then null else overrides end`.as('overrides'),
    ])
    .where('jobs.id', '=', jobId)
    .where('jobs.status', 'in', ['fail', 'dead'])
    .executeTakeFirst();
  if (!row) return null;
  const { run, job_id, status, failure_reason } = row;
  const ignorelist = row.overrides === null ? [] : ignorelistOf(JSON.parse(row.overrides));
  return { run, job_id, status, archive_path: archivePathIn(row.small), failure_reason, ignorelist };
}

/** Returns the internal ids of the jobs, among some jobs of a run, that have an excerpt or a failed test case. */
export async function jobsWithEvidence({ engine, kysely }: Reader, run: string, job_ids: string[]): Promise<number[]> {
  const rows = await kysely
    .selectFrom('runs')
    .innerJoin('jobs', 'jobs.run_id', 'runs.id')
    .leftJoin('log_excerpts', 'log_excerpts.job_id', 'jobs.id')
    .leftJoin('failed_cases', (join) => join.onRef('failed_cases.job_id', '=', 'jobs.id').on('place', '=', 0))
    .select('jobs.id')
    .where('runs.name', '=', run)
    .where(oneOf(engine, 'jobs.job_id', job_ids))
    .where(({ or, eb }) => or([eb('version', '>', 0), eb('place', 'is not', null)]))
    .execute();
  return rows.map(({ id }) => id);
}

/**
 * Returns the internal ids of jobs of a run that have a generic cause although they have a failed test case. Their cause was not
 * refined because no server was told that they failed.
 */
export async function jobsToRefine({ kysely }: Reader, run: string): Promise<number[]> {
  const rows = await kysely
    .selectFrom('runs')
    .innerJoin('jobs', 'jobs.run_id', 'runs.id')
    .innerJoin('signatures', 'signatures.id', 'jobs.signature')
    .innerJoin('failed_cases', (join) => join.onRef('failed_cases.job_id', '=', 'jobs.id').on('place', '=', 0))
    .select('jobs.id')
    .where('runs.name', '=', run)
    .where('signatures.kind', 'in', ['command', 'timeout', 'dead'])
    .execute();
  return rows.map(({ id }) => id);
}

/** Counts the logs that will be read, now or later. */
export async function countWaitingLogs({ kysely }: Reader): Promise<number> {
  return await countOf(kysely.selectFrom('log_excerpts').where('due', 'is not', null));
}

/** Short values of more than 16 KiB are hostile. The place of such a job in the archive follows from its run and id alone. */
const small = sql<string>`case when octet_length(jobs.small) > 16384 then '{}' else jobs.small end`.as('small');

/** Returns the internal id of a job, and the values that determine its place in the archive; or `not_found`. */
export async function placedJob(
  { kysely }: Reader,
  run: Pick<RunRow, 'id' | 'name'>,
  job_id: string,
): Promise<(PlacedJob & { id: number }) | Failure> {
  const row = await kysely
    .selectFrom('jobs')
    .select(['id', small])
    .where('run_id', '=', run.id)
    .where('job_id', '=', job_id)
    .executeTakeFirst();
  if (!row) return notFound('job', job_id);
  return { id: row.id, run: run.name, job_id, archive_path: archivePathIn(row.small) };
}

/** Returns the `archive_path` among the short values of a job. */
function archivePathIn(small: string): string | null {
  const { archive_path } = JSON.parse(small) as { archive_path?: unknown };
  return typeof archive_path === 'string' ? archive_path : null;
}
