/** Lists of jobs with any choice of columns, read page by page. */
import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { isDocumentField, type JobStatus } from '../../core/job.ts';
import { contains, oneOf } from '../engine/dialect.ts';
import type { JobTable, Schema } from '../engine/schema.ts';
import type { Reader } from '../reader.ts';
import { descriptionsWith } from './descriptions.ts';
import { allColumns, selectColumns } from './job-columns.ts';
import { type IdRange, inSteps } from './job-steps.ts';
import { firstIdAfter, lastIdBefore } from './job-times.ts';
import type { FullJob, JobColumn, PartialJob } from './jobs.ts';

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
  /** Leaves long values out (`long-values.ts`). */
  short?: boolean;
}

/** At most `limit` jobs with the columns that were asked for; `id` and `job_id` are always there. */
export async function listJobs(db: Reader, page: JobPage): Promise<PartialJob[]> {
  const { filter, order, limit, offset = 0, after } = page;
  const hashes = filter.description === undefined ? null : await descriptionsWith(db, filter.description);
  if (hashes?.length === 0) return [];
  const { from, below: end } = await idsOfTime(db, filter);
  const list: List = { db, page, hashes, runs: await fewRuns(db, filter), from };
  if (list.runs?.length === 0) return [];
  const below = after && order === 'newest' ? Math.min(after.id, end ?? after.id) : end;
  const rows = (range: IdRange, most: number, skipped: number) => readRows(list, range, most, skipped);
  if (isShort(list)) return rows({ from: null, below }, limit, offset);
  const candidate = (under: number | null, count: number) => candidateId(list, under, count);
  return inSteps({ candidate, rows, count: (range) => countRows(list, range) }, { below, limit, offset });
}

/** One list while it is read. */
interface List {
  db: Reader;
  page: JobPage;
  /** Of the descriptions that are looked for; null when these are not what the list begins with. */
  hashes: string[] | null;
  /** Internal ids of the few runs that have jobs of a rare status; null when nothing is known of that. */
  runs: number[] | null;
  /** No job of the list has a lower internal id; null when nothing is known. */
  from: number | null;
}

/** Conditions with an index that has the jobs in the order of a list; the first one that is given is gone by. */
const orderedKeys = ['name', 'node_id', 'branch', 'user'] as const;

function keyOf(filter: JobFilter): (typeof orderedKeys)[number] | undefined {
  return orderedKeys.find((key) => filter[key] !== undefined);
}

/** As far as this a list is followed in one statement. */
const nearOffset = 1000;

/**
 * True when one statement finds the list without going through more than it needs: it is of few jobs, or every condition
 * is in the index that it is read by.
 */
function isShort({ page: { filter, order, offset = 0 }, hashes, runs }: List): boolean {
  const { run, run_id, sha1, status, description, queue } = filter;
  if (order === 'job_id' || hashes !== null || runs !== null || isUnfinished(status)) return true;
  if ([run, run_id, sha1].some((value) => value !== undefined)) return true;
  const keys = orderedKeys.filter((key) => filter[key] !== undefined);
  const byNode = keyOf(filter) === 'node_id';
  const others = [description, queue, byNode ? undefined : status].filter((value) => value !== undefined);
  return keys.length + others.length < 2 && (others.length === 0 || keys.length > 0) && offset <= nearOffset;
}

/** More runs of 500 jobs would be more than SQLite reads in 20 ms. */
const mostRuns = 10;

/** The runs with jobs of a status that is rare, from an index that holds them alone. */
async function fewRuns(db: Reader, { status, run, run_id }: JobFilter): Promise<number[] | null> {
  if ((status !== 'dead' && status !== 'unknown') || run !== undefined || run_id !== undefined) return null;
  const query = db.kysely.selectFrom('runs').select('id').where(status, '>', sql.lit(0)).orderBy('scheduled');
  const rows = await query.limit(mostRuns + 1).execute();
  return rows.length > mostRuns ? null : rows.map(({ id }) => id);
}

function isUnfinished(status: string | undefined): status is 'queued' | 'waiting' | 'running' {
  return status === 'queued' || status === 'waiting' || status === 'running';
}

async function readRows(list: List, range: IdRange, limit: number, offset: number): Promise<PartialJob[]> {
  const { db, page, hashes } = list;
  const { columns, order, after, short = false } = page;
  const part = <O>(all: SelectQueryBuilder<Schema, 'jobs', O>) => {
    let query = ordered(within(restrict(list, all), inside(list, range)), order, hashes !== null).limit(limit);
    if (after && order === 'job_id') query = query.where('jobs.job_id', '>', after.job_id as string);
    return offset ? query.offset(offset) : query;
  };
  const wanted = selectColumns(db, new Set<JobColumn>(['id', 'job_id', ...columns]), short);
  if (order === 'newest' && isOfLinks(page.filter)) {
    const links = linksOf(list, range).orderBy('job_id', 'desc').limit(limit).offset(offset);
    return (await ordered(wanted.where('jobs.id', 'in', links), order).execute()) as PartialJob[];
  }
  // Documents are joined to the page alone: PostgreSQL might go through those of all jobs to find the few that match.
  const query = columns.some(isDocumentField)
    ? ordered(wanted.where('jobs.id', 'in', part(db.kysely.selectFrom('jobs').select('jobs.id'))), order)
    : part(wanted);
  return (await query.execute()) as PartialJob[];
}

async function countRows(list: List, range: IdRange): Promise<number> {
  const all = list.db.kysely.selectFrom('jobs').select(({ fn }) => fn.countAll<number>().as('count'));
  const { count } = await within(restrict(list, all), inside(list, range)).executeTakeFirstOrThrow();
  return Number(count);
}

/** The id of the `count`th job below an id that fulfils the condition which the list is read by. */
async function candidateId(list: List, below: number | null, count: number): Promise<number | null> {
  const { db, page } = list;
  const key = keyOf(page.filter);
  if (key === undefined) {
    const newest = db.kysely.selectFrom('jobs').select('id').orderBy('id', 'desc').limit(1);
    const id = (below ?? ((await newest.executeTakeFirst())?.id ?? 0) + 1) - count;
    return id > (list.from ?? 0) ? id : null;
  }
  if (key === 'node_id') {
    const query = linksOf(list, { from: null, below })
      .orderBy('job_id', 'desc')
      .limit(1)
      .offset(count - 1);
    return notLast(list, (await query.executeTakeFirst())?.job_id);
  }
  const all = whereText(db.kysely.selectFrom('jobs').select('jobs.id'), key, page.filter[key] as string);
  const query = within(all, { from: null, below })
    .orderBy('jobs.id', 'desc')
    .limit(1)
    .offset(count - 1);
  return notLast(list, (await query.executeTakeFirst())?.id);
}

/** A candidate, or null when the list ends before it. */
function notLast({ from }: List, id: number | undefined): number | null {
  return id === undefined || id <= (from ?? 0) ? null : id;
}

/** True when the links of a node answer every condition. */
function isOfLinks(filter: JobFilter): boolean {
  const given = Object.entries(filter).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return filter.node_id !== undefined && given.every((key) => key === 'node_id' || key === 'status');
}

/** The jobs of the list's node, of its status too. */
function linksOf({ db, page: { filter }, from: first }: List, range: IdRange) {
  const from = range.from ?? first;
  const { below } = range;
  let query = db.kysely
    .selectFrom('job_nodes')
    .select('job_nodes.job_id')
    .where('node_id', '=', filter.node_id as number);
  if (filter.status !== undefined) query = query.where('job_nodes.status', '=', filter.status as JobStatus);
  if (from !== null) query = query.where('job_nodes.job_id', '>=', from);
  if (below !== null) query = query.where('job_nodes.job_id', '<', below);
  return query;
}

function inside({ from }: List, range: IdRange): IdRange {
  return { from: range.from ?? from, below: range.below };
}

function whereText<O>(query: SelectQueryBuilder<Schema, 'jobs', O>, key: keyof JobTable, value: string | number) {
  const equal = query.where(`jobs.${key}`, '=', value as never);
  // The index has the beginnings of names.
  return key === 'name' ? equal.where(sql<SqlBool>`substr(jobs.name, 1, 100) = substr(${value}, 1, 100)`) : equal;
}

function within<O>(query: SelectQueryBuilder<Schema, 'jobs', O>, { from, below }: IdRange) {
  const lower = from === null ? query : query.where('jobs.id', '>=', from);
  return below === null ? lower : lower.where('jobs.id', '<', below);
}

/** A sum, which no index is for, lets PostgreSQL begin with what is `rare` instead of going through all jobs in their order. */
function ordered<O>(query: SelectQueryBuilder<Schema, 'jobs', O>, order: JobOrder, rare = false) {
  if (order === 'job_id') return query.orderBy('jobs.job_id');
  return rare ? query.orderBy(sql`jobs.id + 0`, 'desc') : query.orderBy('jobs.id', 'desc');
}

/** Where the jobs of a time can be. */
async function idsOfTime(db: Reader, { posted_after, posted_before }: JobFilter): Promise<IdRange> {
  const last = posted_before === undefined ? null : await lastIdBefore(db, posted_before);
  return {
    from: posted_after === undefined ? null : await firstIdAfter(db, posted_after),
    below: last === null ? null : last + 1,
  };
}

function restrict<O>(
  { db, page, hashes, runs }: List,
  all: SelectQueryBuilder<Schema, 'jobs', O>,
): SelectQueryBuilder<Schema, 'jobs', O> {
  const { run, node_id, description, posted_after, posted_before, ...equal } = page.filter;
  let query = all;
  const ofRun = run !== undefined || equal.run_id !== undefined;
  const byRuns = runs !== null || (isUnfinished(equal.status) && !ofRun);
  for (const [key, value] of Object.entries(equal)) {
    if (value === undefined) continue;
    // No index is for a text with nothing added: all jobs that a user ever had are more than those of a few runs.
    if (byRuns && (key === 'branch' || key === 'user' || key === 'name'))
      query = query.where(sql`${sql.ref(`jobs.${key}`)} || ''`, '=', value);
    else query = whereText(query, key as keyof typeof equal, value);
  }
  if (run !== undefined) {
    query = query.where(
      'jobs.run_id',
      '=',
      db.kysely.selectFrom('runs').select('runs.id').where('runs.name', '=', run),
    );
  }
  // A run that is named has few jobs anyway.
  if (isUnfinished(equal.status) && !ofRun) query = query.where('jobs.run_id', 'in', runsWithJobs(db, equal.status));
  if (runs) query = query.where('jobs.run_id', 'in', runs);
  if (node_id !== undefined) {
    const links = db.kysely.selectFrom('job_nodes').select('job_nodes.job_id').where('node_id', '=', node_id);
    query = query.where(({ exists }) => exists(links.where(sql<SqlBool>`job_nodes.job_id = jobs.id`)));
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

/** Whole jobs by their internal ids, in the order given; ids that are gone are left out. `short` leaves long values out. */
export async function jobsByIds(db: Reader, ids: number[], short = false): Promise<FullJob[]> {
  if (ids.length === 0) return [];
  const query = selectColumns(db, new Set(allColumns), short).where('jobs.id', 'in', ids);
  const rows = (await query.execute()) as FullJob[];
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
