/** Lists of jobs with any choice of columns, read page by page. */
import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { documentFields } from '../core/job.ts';
import type { Reader } from './db.ts';
import { descriptionsWith } from './descriptions.ts';
import { contains, oneOf } from './dialect.ts';
import { jobColumns } from './job-rows.ts';
import { firstIdAfter, lastIdBefore } from './job-times.ts';
import type { FullJob, JobColumn, PartialJob } from './jobs.ts';
import type { Schema } from './schema.ts';

/** The order of a list: the newest first, or by `job_id` as text. */
export type JobOrder = 'newest' | 'job_id';

/** Which jobs a list holds; every condition that is given must hold. Times in microseconds, exclusive. */
export interface JobFilter {
  /** Internal id of a run, or its name. */
  run_id?: number;
  run?: string;
  job_id?: string;
  /** Internal id of a node that the job ran on. */
  node_id?: number;
  status?: string;
  name?: string;
  sha1?: string;
  branch?: string;
  user?: string;
  queue?: string;
  /** A part of the description. */
  description?: string;
  posted_after?: number;
  posted_before?: number;
}

/** A page of a list of jobs: `after` is the last job of the page before. */
export interface JobPage {
  filter: JobFilter;
  columns: readonly JobColumn[];
  order: JobOrder;
  limit: number;
  offset?: number;
  after?: PartialJob;
}

const documentColumns: readonly string[] = documentFields;

function isDocument(column: JobColumn): boolean {
  return documentColumns.includes(column);
}

/** At most `limit` jobs with the columns that were asked for; `id` and `job_id` are always there. */
export async function listJobs(
  db: Reader,
  { filter, columns, order, limit, offset, after }: JobPage,
): Promise<PartialJob[]> {
  const hashes = filter.description === undefined ? null : await descriptionsWith(db, filter.description);
  if (hashes?.length === 0) return [];
  const bounds = await idBounds(db, filter);
  if (after && order === 'newest') bounds.push(['<', after.id]);
  const page = <O>(all: SelectQueryBuilder<Schema, 'jobs', O>) => {
    let query = ordered(restrict(db, all, filter, hashes), order, hashes !== null).limit(limit);
    if (after && order === 'job_id') query = query.where('jobs.job_id', '>', after.job_id as string);
    for (const [operator, id] of bounds) query = query.where('jobs.id', operator, id);
    return offset ? query.offset(offset) : query;
  };
  const wanted = selectColumns(db, new Set<JobColumn>(['id', 'job_id', ...columns]));
  // Documents are joined to the page alone: PostgreSQL might go through those of all jobs to find the few that match.
  const query = columns.some(isDocument)
    ? ordered(wanted.where('jobs.id', 'in', page(db.kysely.selectFrom('jobs').select('jobs.id'))), order)
    : page(wanted);
  return (await query.execute()) as PartialJob[];
}

/** A sum, which no index is for, lets PostgreSQL begin with what is `rare` instead of going through all jobs in their order. */
function ordered<O>(query: SelectQueryBuilder<Schema, 'jobs', O>, order: JobOrder, rare = false) {
  if (order === 'job_id') return query.orderBy('jobs.job_id');
  return rare ? query.orderBy(sql`jobs.id + 0`, 'desc') : query.orderBy('jobs.id', 'desc');
}

/** Where the jobs of a time can be. */
async function idBounds(
  db: Reader,
  { posted_after, posted_before }: JobFilter,
): Promise<[operator: '<' | '<=' | '>=', id: number][]> {
  const first = posted_after === undefined ? null : await firstIdAfter(db, posted_after);
  const last = posted_before === undefined ? null : await lastIdBefore(db, posted_before);
  const bounds: [operator: '<' | '<=' | '>=', id: number][] = [];
  if (first !== null) bounds.push(['>=', first]);
  if (last !== null) bounds.push(['<=', last]);
  return bounds;
}

function restrict<O>(
  db: Reader,
  all: SelectQueryBuilder<Schema, 'jobs', O>,
  { run, node_id, description, posted_after, posted_before, ...equal }: JobFilter,
  hashes: string[] | null,
): SelectQueryBuilder<Schema, 'jobs', O> {
  let query = all;
  for (const [key, value] of Object.entries(equal)) {
    if (value !== undefined) query = query.where(`jobs.${key as keyof typeof equal}`, '=', value as never);
  }
  if (run !== undefined) {
    query = query.where(
      'jobs.run_id',
      '=',
      db.kysely.selectFrom('runs').select('runs.id').where('runs.name', '=', run),
    );
  }
  const unfinished = (['queued', 'waiting', 'running'] as const).find((status) => status === equal.status);
  // A run that is named has few jobs anyway.
  if (unfinished && run === undefined && equal.run_id === undefined)
    query = query.where('jobs.run_id', 'in', runsWithJobs(db, unfinished));
  if (node_id !== undefined) {
    const links = db.kysely.selectFrom('job_nodes').select('job_nodes.job_id').where('node_id', '=', node_id);
    // Of one run its few jobs are looked up among those of the node, otherwise the node's are the few.
    query =
      run === undefined
        ? query.where('jobs.id', 'in', links)
        : query.where(({ exists }) => exists(links.where(sql<SqlBool>`job_nodes.job_id = jobs.id`)));
  }
  if (hashes) {
    query = query.where('jobs.description_hash', 'is not', null);
    query = query.where(oneOf(db.engine, 'jobs.description_hash', hashes));
  } else if (description !== undefined) query = query.where(contains(db.engine, 'jobs.description', description));
  // A sum, which no index is for: the ids bound where it is looked at, and are the order of the list.
  if (posted_after !== undefined) query = query.where(sql<number>`jobs.posted + 0`, '>', posted_after);
  if (posted_before !== undefined) query = query.where(sql<number>`jobs.posted + 0`, '<', posted_before);
  return query;
}

/**
 * The runs in which jobs can be that wait or run: a few at any time. An index on the status of jobs would have to be changed with every change of a
 * status, and with it all other indexes of the row: 839 instead of 2,137 updates a second on PostgreSQL.
 */
export function runsWithJobs(db: Reader, status: 'queued' | 'waiting' | 'running') {
  return db.kysely.selectFrom('runs').select('runs.id').where(`runs.${status}`, '>', 0);
}

/** Whole jobs by their internal ids, in the order given; ids that are gone are left out. */
export async function jobsByIds(db: Reader, ids: number[]): Promise<FullJob[]> {
  if (ids.length === 0) return [];
  const rows = (await selectColumns(db, new Set(allColumns)).where('jobs.id', 'in', ids).execute()) as FullJob[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** Every column of a job that answers show. */
export const allColumns: readonly JobColumn[] = [
  'id',
  ...jobColumns.filter((column) => column !== 'document_hashes'),
  'run',
  ...documentFields,
];

/** Joins only the tables that the columns need: lists of small columns never touch the documents. */
function selectColumns(db: Reader, wanted: Set<JobColumn>) {
  const columns = [...wanted].map((column) => {
    if (column === 'run') return 'runs.name as run' as const;
    return isDocument(column) ? `job_documents.${column}` : `jobs.${column}`;
  }) as 'jobs.id'[];
  return db.kysely
    .selectFrom('jobs')
    .$if(wanted.has('run'), (query) => query.innerJoin('runs', 'runs.id', 'jobs.run_id') as never)
    .$if(
      [...wanted].some(isDocument),
      (query) => query.innerJoin('job_documents', 'job_documents.id', 'jobs.id') as never,
    )
    .select(columns);
}
