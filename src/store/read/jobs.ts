/** What is read of jobs: single ones, those of a run, and the columns that lists of jobs choose from. */
import { type RawBuilder, sql } from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import { type DocumentField, documentFields, isDocumentField } from '../../core/job.ts';
import { contains, oneOf } from '../engine/dialect.ts';
import { type JobRow, jobColumns, type Reader } from '../engine/schema.ts';

type Document = Record<DocumentField, string | null>;

/** Everything that is stored of a job, with the name of its run. */
export type WholeJob = JobRow & Document & { run: string; description: string | null };

/** A column of `WholeJob`. */
export type JobColumn = keyof WholeJob;

/** Some columns of a job; those that were not asked for are absent. */
export type PartialJob = Partial<WholeJob> & { id: number };

/** A job with its status. */
export type JobOutcome = Pick<JobRow, 'id' | 'job_id' | 'status'>;

/** The jobs of a run with their statuses, in the order in which they were stored: all, or some of those behind one of them. */
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

/** The internal id of a job of a run, or `not_found`. */
export async function jobId(db: Reader, run_id: number, job_id: string): Promise<number | Failure> {
  const jobs = db.kysely.selectFrom('jobs').select('id').where('run_id', '=', run_id);
  return (await jobs.where('job_id', '=', job_id).executeTakeFirst())?.id ?? notFound('job', job_id);
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

/** The columns that hold texts of any length; the others have some hundred characters at most. */
const longColumns: readonly JobColumn[] = ['small', 'more', 'failure_reason', 'description', 'name', ...documentFields];

/** How many bytes some columns of a job take up. Both engines know the length of a text without reading it. */
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

/** As kysely takes it, which does not know the tables that `joined` adds. */
function selected(column: JobColumn): 'jobs.id' {
  return (column === 'run' ? 'runs.name as run' : qualified(column)) as 'jobs.id';
}

/** Jobs, joined with the tables that some columns need: lists of small columns never touch the documents. */
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

/** A job in a list: `bytes` is how much its columns take up. When none of these is long, the head has their values. */
export interface JobHead extends PartialJob {
  job_id: string;
  posted: number;
  bytes: number;
}

/** Where jobs stand in lists, and how many bytes some columns of them take up, or their values when all are short. */
export function selectHeads(db: Reader, columns: readonly JobColumn[]) {
  const long = columns.filter((column) => longColumns.includes(column));
  const read = long.length > 0 ? long : columns;
  const short = long.length > 0 ? [] : columns.map(selected);
  return joined(db, read).select(['jobs.id', 'jobs.job_id', 'jobs.posted', bytesOf(long).as('bytes'), ...short]);
}

/** The jobs of some heads, in their order; those that are gone are left out. */
export async function jobsOfHeads(db: Reader, heads: JobHead[], columns: readonly JobColumn[]): Promise<PartialJob[]> {
  return columns.some((column) => longColumns.includes(column)) ? jobsByIds(db, heads, columns) : heads;
}

/** A list of hashes is one parameter; a million jobs have some thousand descriptions. */
const mostHashes = 2000;
/**
 * This many jobs are read and sorted in 20 ms. If more of a million jobs match, about every hundredth does, and a page of 10
 * is found sooner by reading from the newest job on.
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

/** Some columns of jobs, in the order given; jobs that no longer exist are left out. */
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

/** A whole job by its internal id; undefined when it is gone. */
export async function jobById(db: Reader, id: number): Promise<WholeJob | undefined> {
  return (await jobsByIds(db, [{ id }], allColumns))[0] as WholeJob | undefined;
}
