import { type Failure, isFailure, notFound } from '../../core/errors.ts';
import { type DocumentField, documentFields, type JobStatus } from '../../core/job.ts';
import type { Engine, JobRow } from '../engine/schema.ts';
import type { Reader } from '../reader.ts';
import { shortValue } from './long-values.ts';
import { runId } from './runs.ts';

/** What a list of a run's jobs shows. */
export interface JobSummary {
  job_id: string;
  status: JobStatus;
}

type Document = Record<DocumentField, string | null>;

/** A whole job as the classic contract shows it: raw JSON texts (see `JobTable` and `JobDocumentTable`). */
export type StoredJob = JobSummary & { id: number; small: string } & Document;

/** Everything that is stored of a job, with the name of its run. */
export type FullJob = JobRow & Document & { run: string };

/** A column of `FullJob`. */
export type JobColumn = keyof FullJob;

/** Some columns of a job; those that were not asked for are absent. */
export type PartialJob = Partial<FullJob> & { id: number };

/**
 * Whole jobs in a page of a list, and in those of all lists that are sent at once. SQLite reads while everybody waits, and
 * smaller pages cost it nothing: sixteen lists of 5 MB take 261 MB of memory with 200, 318 with 400. On PostgreSQL each
 * page is a round trip: eight lists of 500 jobs leave 43 times a second with 200, 52 with 400, 55 with 800.
 */
export function jobPages(engine: Engine): { atATime: number; together: number } {
  return { atATime: 100, together: engine === 'sqlite' ? 200 : 800 };
}

/** All jobs of a run in the order in which they were posted, or `not_found`. */
export async function jobSummaries(db: Reader, run: string): Promise<JobSummary[] | Failure> {
  const id = await runId(db, run);
  if (isFailure(id)) return id;
  return db.kysely.selectFrom('jobs').select(['job_id', 'status']).where('run_id', '=', id).orderBy('id').execute();
}

/**
 * At most `limit` whole jobs of a run in the order in which they were posted, after the one with the internal id `after`;
 * 0 starts from the first. None for an unknown run. Reading by pages bounds memory: a run can hold 40 MB. Long values are left out
 * (`long-values.ts`).
 */
export async function jobsPage(db: Reader, run: string, after: number, limit: number): Promise<StoredJob[]> {
  const texts = ['small', ...documentFields] as const;
  const rows = await withDocuments(db)
    .select(texts.map((column) => shortValue(column).as(column)))
    .where('jobs.run_id', '=', db.kysely.selectFrom('runs').select('runs.id').where('runs.name', '=', run))
    .where('jobs.id', '>', after)
    .orderBy('jobs.id')
    .limit(limit)
    .execute();
  return rows as StoredJob[];
}

/** One whole job, or `not_found` of the run or of the job. */
export async function job(db: Reader, run: string, jobId: string): Promise<StoredJob | Failure> {
  const id = await runId(db, run);
  if (isFailure(id)) return id;
  const documents = documentFields.map((field) => `job_documents.${field}` as const);
  const jobs = withDocuments(db).select(['jobs.small', ...documents]);
  const row = await jobs.where('jobs.run_id', '=', id).where('jobs.job_id', '=', jobId).executeTakeFirst();
  return row ?? notFound('job', jobId);
}

/** `not_found` of the run or of the job, or null when both are there. */
export async function findJob(db: Reader, run: string, jobId: string): Promise<Failure | null> {
  const id = await runId(db, run);
  if (isFailure(id)) return id;
  const row = await db.kysely
    .selectFrom('jobs')
    .select('id')
    .where('run_id', '=', id)
    .where('job_id', '=', jobId)
    .executeTakeFirst();
  return row ? null : notFound('job', jobId);
}

function withDocuments(db: Reader) {
  return db.kysely
    .selectFrom('jobs')
    .innerJoin('job_documents', 'job_documents.id', 'jobs.id')
    .select(['jobs.id', 'jobs.job_id', 'jobs.status']);
}
