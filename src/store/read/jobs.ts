/** What is read of jobs: single ones, those of a run, and the columns that lists of jobs choose from. */
import { sql } from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import { type DocumentField, documentFields, isDocumentField } from '../../core/job.ts';
import { contains, oneOf } from '../engine/dialect.ts';
import { type Engine, type JobRow, jobColumns } from '../engine/schema.ts';
import type { Reader } from '../reader.ts';
import { isLongColumn, shortValue } from './long-values.ts';

type Document = Record<DocumentField, string | null>;

/** Everything that is stored of a job, with the name of its run. */
export type WholeJob = JobRow & Document & { run: string; description: string | null };

/** What the classic contract shows of a job: raw JSON texts (see `JobTable` and `JobDocumentTable`), the description plain. */
export type StoredJob = Pick<WholeJob, 'id' | 'job_id' | 'status' | 'small' | 'description' | DocumentField>;

/** A column of `WholeJob`. */
export type JobColumn = keyof WholeJob;

/** Some columns of a job; those that were not asked for are absent. */
export type PartialJob = Partial<WholeJob> & { id: number; posted: number };

/**
 * Whole jobs in a page of a list, and in those of all lists that are sent at once. SQLite reads while everybody waits, and
 * smaller pages cost it nothing: sixteen lists of 5 MB take 261 MB of memory with 200, 318 with 400. On PostgreSQL each
 * page is a round trip: eight lists of 500 jobs leave 43 times a second with 200, 52 with 400, 55 with 800.
 */
export function jobPages(engine: Engine): { atATime: number; together: number } {
  return { atATime: 100, together: engine === 'sqlite' ? 200 : 800 };
}

/** The jobs of a run with their statuses, in the order in which they were stored. */
export function jobStatuses(db: Reader, run_id: number): Promise<Pick<JobRow, 'job_id' | 'status'>[]> {
  return db.kysely.selectFrom('jobs').select(['job_id', 'status']).where('run_id', '=', run_id).orderBy('id').execute();
}

/**
 * At most `limit` whole jobs of a run in the order in which they were posted, after the one with the internal id `after`;
 * 0 starts from the first. None for an unknown run. Reading by pages bounds memory: a run can hold 40 MB. Long values are left out
 * (`long-values.ts`).
 */
export async function jobsPage(db: Reader, run: string, after: number, limit: number): Promise<StoredJob[]> {
  const texts = ['small', 'description', ...documentFields] as const;
  const rows = await withDocuments(db)
    .select(texts.map((column) => shortValue(column).as(column)))
    .where('jobs.run_id', '=', db.kysely.selectFrom('runs').select('runs.id').where('runs.name', '=', run))
    .where('jobs.id', '>', after)
    .orderBy('jobs.id')
    .limit(limit)
    .execute();
  return rows as StoredJob[];
}

/** One job of a run, or `not_found`. */
export async function job(db: Reader, run_id: number, job_id: string): Promise<StoredJob | Failure> {
  const documents = documentFields.map((field) => `job_documents.${field}` as const);
  const jobs = withDocuments(db).select(['jobs.small', 'descriptions.description', ...documents]);
  const row = await jobs.where('jobs.run_id', '=', run_id).where('jobs.job_id', '=', job_id).executeTakeFirst();
  return row ?? notFound('job', job_id);
}

/** The internal id of a job of a run, or `not_found`. */
export async function jobId(db: Reader, run_id: number, job_id: string): Promise<number | Failure> {
  const jobs = db.kysely.selectFrom('jobs').select('id').where('run_id', '=', run_id);
  return (await jobs.where('job_id', '=', job_id).executeTakeFirst())?.id ?? notFound('job', job_id);
}

function withDocuments(db: Reader) {
  return db.kysely
    .selectFrom('jobs')
    .innerJoin('job_documents', 'job_documents.id', 'jobs.id')
    .leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash')
    .select(['jobs.id', 'jobs.job_id', 'jobs.status']);
}

/**
 * The small values of a job with its description as it was sent. Inside of a JSON text every quote has a backslash before
 * it, so that what is looked for can only be the key.
 */
export function withDescription({ small, description }: Pick<WholeJob, 'small' | 'description'>): string {
  return description === null
    ? small
    : small.replace('"description":null', () => `"description":${JSON.stringify(description)}`);
}

/** Every column of a job that answers show. */
export const allColumns: readonly JobColumn[] = [
  'id',
  ...jobColumns.filter((column) => column !== 'document_hashes'),
  'run',
  'description',
  ...documentFields,
];

/** Jobs with some columns; `short` leaves long values out. Joins only the tables that the columns need: lists of small columns never touch the documents. */
export function selectColumns(db: Reader, wanted: Set<JobColumn>, short = false) {
  const cut = short ? [...wanted].filter(isLongColumn) : [];
  const columns = [...wanted].flatMap((column) => {
    if (column === 'run') return 'runs.name as run' as const;
    if (short && isLongColumn(column)) return [];
    if (column === 'description') return 'descriptions.description' as const;
    return isDocumentField(column) ? `job_documents.${column}` : `jobs.${column}`;
  }) as 'jobs.id'[];
  return db.kysely
    .selectFrom('jobs')
    .$if(wanted.has('run'), (query) => query.innerJoin('runs', 'runs.id', 'jobs.run_id') as never)
    .$if(
      wanted.has('description'),
      (query) => query.leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash') as never,
    )
    .$if(
      [...wanted].some(isDocumentField),
      (query) => query.innerJoin('job_documents', 'job_documents.id', 'jobs.id') as never,
    )
    .select(columns)
    .$if(cut.length > 0, (query) => query.select(cut.map((column) => shortValue(column).as(column))) as never);
}

/** A list of hashes is one parameter; a million jobs have some thousand descriptions. */
const mostHashes = 2000;
/**
 * So many jobs are read and sorted in 20 ms. Of a million jobs every hundredth is one of more: a page of 10 is found
 * sooner by going through the jobs from the newest one on.
 */
const mostJobs = 8000;

/** The hashes of the descriptions that contain a text, case and all; null when their jobs are found sooner without them. */
export async function descriptionsWith(db: Reader, part: string): Promise<string[] | null> {
  if (part === '') return null;
  const rows = await db.kysely
    .selectFrom('descriptions')
    .select('hash')
    .where(contains(db.engine, 'descriptions.description', part))
    .limit(mostHashes + 1)
    .execute();
  if (rows.length > mostHashes) return null;
  const hashes = rows.map(({ hash }) => hash);
  const jobs = db.kysely
    .selectFrom('jobs')
    .select(sql<number>`1`.as('one'))
    .where('description_hash', 'is not', null)
    .where(oneOf(db.engine, 'jobs.description_hash', hashes))
    .limit(mostJobs + 1);
  const counted = db.kysely.selectFrom(jobs.as('some')).select(({ fn }) => fn.countAll<number>().as('count'));
  return (await counted.executeTakeFirstOrThrow()).count > mostJobs ? null : hashes;
}

/** Whole jobs by their internal ids, in the order given; ids that are gone are left out. `short` leaves long values out. */
export async function jobsByIds(db: Reader, ids: number[], short = false): Promise<WholeJob[]> {
  if (ids.length === 0) return [];
  const query = selectColumns(db, new Set(allColumns), short).where('jobs.id', 'in', ids);
  const rows = (await query.execute()) as WholeJob[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
