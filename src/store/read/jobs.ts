/** Queries on jobs: single jobs, the jobs of a run, and the columns that lists of jobs select. */
import { type RawBuilder, sql } from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import { type DocumentField, documentFields, isDocumentField } from '../../core/job.ts';
import { contains, oneOf } from '../engine/dialect.ts';
import { type JobRow, jobColumns, type Reader } from '../engine/schema.ts';

type Document = Record<DocumentField, string | null>;

/** All stored values of a job, and the name of its run. */
export type WholeJob = JobRow & Document & { run: string; description: string | null };

/** A column of `WholeJob`. */
export type JobColumn = keyof WholeJob;

/** Some columns of a job; columns that were not selected are absent. */
export type PartialJob = Partial<WholeJob> & { id: number };

/** A job and its status. */
export type JobOutcome = Pick<JobRow, 'id' | 'job_id' | 'status'>;

/** Returns the jobs of a run and their statuses, in the order in which they were stored: all jobs, or at most `limit` after a job. */
export function jobStatuses(
  { kysely }: Reader,
  run_id: number,
  part?: { after: JobOutcome | undefined; limit: number },
): Promise<JobOutcome[]> {
  let query = kysely.selectFrom('jobs').select(['id', 'job_id', 'status']).where('run_id', '=', run_id).orderBy('id');
  if (part?.after) query = query.where('id', '>', part.after.id);
  if (part) query = query.limit(part.limit);
  return query.execute();
}

/** Returns the internal id of a job of a run, or `not_found`. */
export async function jobId(db: Reader, run_id: number, job_id: string): Promise<number | Failure> {
  const jobs = db.kysely.selectFrom('jobs').select('id').where('run_id', '=', run_id);
  return (await jobs.where('job_id', '=', job_id).executeTakeFirst())?.id ?? notFound('job', job_id);
}

/**
 * Returns the small values of a job with its description as it was sent. Quotes inside a JSON string are escaped, so the pattern
 * matches only the key.
 */
export function withDescription({ small, description }: Pick<WholeJob, 'small' | 'description'>): string {
  return description === null
    ? small
    : small.replace('"description":null', () => `"description":${JSON.stringify(description)}`);
}

/** All columns of a job that responses show. */
export const allColumns: readonly JobColumn[] = [
  'id',
  ...jobColumns.filter((column) => column !== 'document_hashes'),
  'run',
  'description',
  ...documentFields,
];

/** The columns with texts of any length; the others have at most some hundred characters. */
const longColumns: readonly JobColumn[] = ['small', 'more', 'failure_reason', 'description', 'name', ...documentFields];

/** The number of bytes in some columns of a job. Both engines know the length of a text without reading it. */
function bytesOf(columns: readonly JobColumn[]): RawBuilder<number> {
  const lengths = longColumns
    .filter((column) => columns.includes(column))
    .map((column) => sql`coalesce(octet_length(${sql.ref(qualified(column))}), 0)`);
  return lengths.length === 0 ? sql.lit(0) : sql`(${sql.join(lengths, sql` + `)})`;
}

function qualified(column: JobColumn): string {
  if (column === 'description') return 'descriptions.description';
  return isDocumentField(column) ? `job_documents.${column}` : `jobs.${column}`;
}

/** The column as Kysely's types accept it; they do not include the tables that `joined` adds. */
function selected(column: JobColumn): 'jobs.id' {
  return (column === 'run' ? 'runs.name as run' : qualified(column)) as 'jobs.id';
}

/** Joins jobs with the tables that the columns need, so that lists of small columns never read the documents. */
function joined(db: Reader, columns: readonly JobColumn[]) {
  return db.kysely
    .selectFrom('jobs')
    .$if(columns.includes('run'), (query) => query.innerJoin('runs', 'runs.id', 'jobs.run_id') as never)
    .$if(
      columns.includes('description'),
      (query) => query.leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash') as never,
    )
    .$if(
      columns.some(isDocumentField),
      (query) => query.innerJoin('job_documents', 'job_documents.id', 'jobs.id') as never,
    );
}

/** A job in a list. `bytes` is the size of its long columns. If no selected column is long, the head has the values of all of them. */
export interface JobHead extends PartialJob {
  job_id: string;
  posted: number;
  bytes: number;
}

/** Selects the heads of jobs: their place in lists, and the size of their long columns, or the values if all columns are short. */
export function selectHeads(db: Reader, columns: readonly JobColumn[]) {
  const long = columns.filter((column) => longColumns.includes(column));
  const read = long.length > 0 ? long : columns;
  const short = long.length > 0 ? [] : columns.map(selected);
  return joined(db, read).select(['jobs.id', 'jobs.job_id', 'jobs.posted', bytesOf(long).as('bytes'), ...short]);
}

/** Returns the jobs of some heads, in the same order. Jobs that are gone are left out. */
export async function jobsOfHeads(db: Reader, heads: JobHead[], columns: readonly JobColumn[]): Promise<PartialJob[]> {
  return columns.some((column) => longColumns.includes(column)) ? jobsByIds(db, heads, columns) : heads;
}

/** The most hashes that a list is read by; they are one parameter. A million jobs have some thousand descriptions. */
const mostHashes = 2000;
/**
 * Reading and sorting this many jobs takes 20 ms. If more of a million jobs match, about every hundredth does, and reading from the
 * newest job on finds a page of 10 sooner.
 */
const mostJobs = 8000;

/** Returns the hashes of the descriptions that contain a text (case-sensitive), or null if their jobs are found sooner without them. */
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

/** Returns some columns of jobs, in the given order. Jobs that no longer exist are left out. */
async function jobsByIds(
  db: Reader,
  jobs: readonly Pick<JobRow, 'id'>[],
  columns: readonly JobColumn[],
): Promise<PartialJob[]> {
  if (jobs.length === 0) return [];
  const ids = jobs.map(({ id }) => id);
  const all = [...new Set<JobColumn>(['id', ...columns])];
  const query = joined(db, all).select(all.map(selected));
  const rows = (await query.where(oneOf(db.engine, 'jobs.id', ids)).execute()) as PartialJob[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Returns a whole job by its internal id, or undefined if it is gone. */
export async function jobById(db: Reader, id: number): Promise<WholeJob | undefined> {
  return (await jobsByIds(db, [{ id }], allColumns))[0] as WholeJob | undefined;
}
