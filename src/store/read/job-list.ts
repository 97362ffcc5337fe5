/** Lists of jobs, read page by page. A page tells which jobs come next, and how long they are. */
import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import { isDocumentField, type JobStatus } from '../../core/job.ts';
import { nextTurn } from '../../core/turns.ts';
import { contains, oneOf } from '../engine/dialect.ts';
import type { JobTable, Reader, Schema } from '../engine/schema.ts';
import { countOf } from '../engine/transaction.ts';
import { descriptionsWith, type JobColumn, type JobHead, selectHeads } from './jobs.ts';
import { runsWithJobs } from './runs.ts';

/** The order of a list: newest first, by `job_id` as text, or in the order of storage (for one run only). */
export type JobOrder = 'newest' | 'job_id' | 'oldest';

/** The jobs of a list; all given conditions must hold. Times are in microseconds and exclusive. */
export interface JobFilter {
  /** The internal id of a run, or its name. */
  run_id?: number;
  run?: string;
  job_id?: string;
  /** The internal id of a node that the job ran on. */
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

/** A page of a list of jobs. `after` is the last job of the previous page. */
interface JobPage {
  filter: JobFilter;
  /** The columns that will be read for the jobs. */
  columns: readonly JobColumn[];
  order: JobOrder;
  limit: number;
  offset?: number;
  after?: JobHead | undefined;
}

/** Returns the next jobs of a list, at most `limit`. */
export async function listJobs(db: Reader, page: JobPage): Promise<JobHead[]> {
  const { filter, order, limit, offset = 0, after } = page;
  const hashes = filter.description === undefined ? null : await descriptionsWith(db, filter.description);
  if (hashes?.length === 0) return [];
  const list: List = { db, page, hashes, runs: await fewRuns(db, filter) };
  if (list.runs?.length === 0) return [];
  const below = after && order === 'newest' ? { posted: after.posted, id: after.id } : null;
  const rows = (range: Range, most: number, skipped: number) => readRows(list, range, most, skipped);
  if (isShort(list)) return rows({ from: null, below }, limit, offset);
  const candidate = (under: Place | null, count: number) => candidatePlace(list, under, count);
  return inSteps({ candidate, rows, count: (range) => countRows(list, range) }, { below, limit, offset });
}

/** One list while it is read. */
interface List {
  db: Reader;
  page: JobPage;
  /** The hashes of the wanted descriptions; null if the list is not read by them. */
  hashes: string[] | null;
  /** The internal ids of the few runs that have jobs in a rare status; null if the list is not read by runs. */
  runs: number[] | null;
}

/** Conditions with an index in the order of lists. A list is read by the index of the first given one. */
const orderedKeys = ['name', 'node_id', 'branch', 'user'] as const;

function keyOf(filter: JobFilter): (typeof orderedKeys)[number] | undefined {
  return orderedKeys.find((key) => filter[key] !== undefined);
}

/** The largest offset that one statement may skip. */
const nearOffset = 1000;

/**
 * True if one statement finds the list without reading much more than it returns, because few jobs match or because the index that
 * the list is read by covers all conditions.
 */
function isShort({ page: { filter, order, offset = 0 }, hashes, runs }: List): boolean {
  const { run, run_id, sha1, status, description, queue } = filter;
  if (order !== 'newest' || hashes !== null || runs !== null || isUnfinished(status)) return true;
  if ([run, run_id, sha1].some((value) => value !== undefined)) return true;
  const keys = orderedKeys.filter((key) => filter[key] !== undefined);
  const byNode = keyOf(filter) === 'node_id';
  const others = [description, queue, byNode ? undefined : status].filter((value) => value !== undefined);
  return keys.length + others.length < 2 && (others.length === 0 || keys.length > 0) && offset <= nearOffset;
}

/** SQLite cannot read the jobs of more runs, of 500 jobs each, in 20 ms. */
const mostRuns = 10;

/** Returns the runs with jobs in a rare status, from the partial index of these runs. */
async function fewRuns(db: Reader, { status, run, run_id }: JobFilter): Promise<number[] | null> {
  if ((status !== 'dead' && status !== 'unknown') || run !== undefined || run_id !== undefined) return null;
  const query = db.kysely.selectFrom('runs').select('id').where(status, '>', sql.lit(0)).orderBy('scheduled');
  const rows = await query.limit(mostRuns + 1).execute();
  return rows.length > mostRuns ? null : rows.map(({ id }) => id);
}

function isUnfinished(status: string | undefined): status is 'queued' | 'waiting' | 'running' {
  return status === 'queued' || status === 'waiting' || status === 'running';
}

async function readRows(list: List, range: Range, limit: number, offset: number): Promise<JobHead[]> {
  const { db, page, hashes } = list;
  const { columns, order, after } = page;
  const part = <O>(all: SelectQueryBuilder<Schema, 'jobs', O>) => {
    let query = ordered(within(restrict(list, all), range), order, hashes !== null).limit(limit);
    if (after && order === 'job_id') query = query.where('jobs.job_id', '>', after.job_id);
    if (after && order === 'oldest') query = query.where('jobs.id', '>', after.id);
    return offset ? query.offset(offset) : query;
  };
  const heads = selectHeads(db, columns);
  if (order === 'newest' && isOfLinks(page.filter)) {
    const links = newestLinks(list, range).select('job_id').limit(limit).offset(offset);
    return await ordered(heads.where('jobs.id', 'in', links), order).execute();
  }
  // Joins the documents to the page only, because PostgreSQL might read the documents of all jobs to find the few that match.
  const query = columns.some(isDocumentField)
    ? ordered(heads.where('jobs.id', 'in', part(db.kysely.selectFrom('jobs').select('jobs.id'))), order)
    : part(heads);
  // Awaited so that stack traces contain this function.
  return await query.execute();
}

async function countRows(list: List, range: Range): Promise<number> {
  return await countOf(within(restrict(list, list.db.kysely.selectFrom('jobs')), range));
}

/** Returns the place of the `count`th job below a place, among the jobs that the index yields within the time bounds. */
async function candidatePlace(list: List, below: Place | null, count: number): Promise<Place | null> {
  const { filter } = list.page;
  const key = keyOf(filter);
  const [range, before] = [{ from: null, below }, count - 1];
  if (key === 'node_id') {
    const links = newestLinks(list, range).select(['posted', 'job_id as id']);
    return (await links.limit(1).offset(before).executeTakeFirst()) ?? null;
  }
  const jobs = list.db.kysely.selectFrom('jobs').select(['jobs.posted', 'jobs.id']);
  const candidates = key === undefined ? jobs : whereText(jobs, key, filter[key] as string);
  const query = ordered(within(atTime(candidates, filter), range), 'newest');
  return (await query.limit(1).offset(before).executeTakeFirst()) ?? null;
}

const linkKeys = ['node_id', 'status', 'posted_after', 'posted_before'];

/** True if the links of a node suffice to test all conditions. */
function isOfLinks(filter: JobFilter): boolean {
  const given = Object.entries(filter).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  return filter.node_id !== undefined && given.every((key) => linkKeys.includes(key));
}

/** Selects the links of the node of the list, filtered by its status and times. */
function newestLinks({ db, page: { filter } }: List, { from, below }: Range) {
  const { node_id, status, posted_after, posted_before } = filter;
  let query = db.kysely.selectFrom('job_nodes').where('node_id', '=', node_id as number);
  if (status !== undefined) query = query.where('job_nodes.status', '=', status as JobStatus);
  if (posted_after !== undefined) query = query.where('posted', '>', posted_after);
  if (posted_before !== undefined) query = query.where('posted', '<', posted_before);
  const place = sql`(posted, job_id)`;
  if (from !== null) query = query.where(sql<SqlBool>`${place} >= (${from.posted}, ${from.id})`);
  if (below !== null) query = query.where(sql<SqlBool>`${place} < (${below.posted}, ${below.id})`);
  return query.orderBy('posted', 'desc').orderBy('job_id', 'desc');
}

function whereText<O>(query: SelectQueryBuilder<Schema, 'jobs', O>, key: keyof JobTable, value: string | number) {
  const equal = query.where(`jobs.${key}`, '=', value as never);
  // The index contains prefixes of names.
  return key === 'name' ? equal.where(sql<SqlBool>`substr(jobs.name, 1, 100) = substr(${value}, 1, 100)`) : equal;
}

function atTime<O>(query: SelectQueryBuilder<Schema, 'jobs', O>, { posted_after, posted_before }: JobFilter) {
  const later = posted_after === undefined ? query : query.where('jobs.posted', '>', posted_after);
  return posted_before === undefined ? later : later.where('jobs.posted', '<', posted_before);
}

/** Compares the times separately too, because PostgreSQL cannot estimate comparisons of pairs and would read all jobs. */
function within<O>(query: SelectQueryBuilder<Schema, 'jobs', O>, { from, below }: Range) {
  const place = sql`(jobs.posted, jobs.id)`;
  let inside = query;
  if (from !== null)
    inside = inside
      .where('jobs.posted', '>=', from.posted)
      .where(sql<SqlBool>`${place} >= (${from.posted}, ${from.id})`);
  if (below !== null)
    inside = inside
      .where('jobs.posted', '<=', below.posted)
      .where(sql<SqlBool>`${place} < (${below.posted}, ${below.id})`);
  return inside;
}

/** With `rare`, `posted + 0` defeats the index, so PostgreSQL starts from the selective condition instead of reading all jobs in their order. */
function ordered<O>(query: SelectQueryBuilder<Schema, 'jobs', O>, order: JobOrder, rare = false) {
  if (order === 'job_id') return query.orderBy('jobs.job_id');
  if (order === 'oldest') return query.orderBy('jobs.id');
  return query.orderBy(rare ? sql`jobs.posted + 0` : 'jobs.posted', 'desc').orderBy('jobs.id', 'desc');
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
    // `|| ''` keeps the planner off this index: a user has more jobs than a few runs have.
    if (byRuns && (key === 'branch' || key === 'user' || key === 'name'))
      query = query.where(sql`${sql.ref(`jobs.${key}`)} || ''`, '=', value);
    else query = whereText(query, key as keyof typeof equal, value);
  }
  if (run !== undefined) {
    const named = db.kysely.selectFrom('runs').select('runs.id').where('runs.name', '=', run);
    query = query.where('jobs.run_id', '=', named);
  }
  // A given run has few jobs anyway.
  if (isUnfinished(equal.status) && !ofRun) query = query.where('jobs.run_id', 'in', runsWithJobs(db, equal.status));
  if (runs) query = query.where('jobs.run_id', 'in', runs);
  if (node_id !== undefined) {
    const links = db.kysely.selectFrom('job_nodes').select('job_nodes.job_id').where('node_id', '=', node_id);
    query = query.where(({ exists }) => exists(links.where(sql<SqlBool>`job_nodes.job_id = jobs.id`)));
  }
  if (hashes) {
    query = query.where('jobs.description_hash', 'is not', null);
    query = query.where(oneOf(db.engine, 'jobs.description_hash', hashes));
  } else if (description !== undefined) {
    const found = db.kysely.selectFrom('descriptions').select('descriptions.hash');
    const containing = found.where(contains(db.engine, 'descriptions.description', description));
    query = query.where('jobs.description_hash', 'in', containing);
  }
  return atTime(query, { posted_after, posted_before });
}

/** The place of a job in a list that is ordered by time of posting (microseconds), then by internal id, newest first. */
export interface Place {
  posted: number;
  id: number;
}

/** The jobs between two places: `from` inclusive, `below` exclusive; null means unbounded. */
export interface Range {
  from: Place | null;
  below: Place | null;
}

/** The queries that find the jobs of one list. */
export interface Steps<Row> {
  /** Returns the place of the `count`th candidate below a place (null: from the newest on), or null if there are fewer candidates. */
  candidate(below: Place | null, count: number): Promise<Place | null>;
  /** Counts the matching jobs of a range. */
  count(range: Range): Promise<number>;
  /** Returns the matching jobs of a range, newest first. */
  rows(range: Range, limit: number, offset: number): Promise<Row[]>;
}

/** Candidates in the first and in the longest step. SQLite reads 8,000 jobs in 20 ms, and blocks all other requests meanwhile. */
const [firstStep, longestStep] = [1000, 8000];

/** Returns at most `limit` matching jobs below a place, after skipping `offset` of them. */
export async function inSteps<Row>(
  steps: Steps<Row>,
  { below, limit, offset }: { below: Place | null; limit: number; offset: number },
): Promise<Row[]> {
  const found: Row[] = [];
  let [end, left] = [below, offset];
  for (let step = firstStep; ; step = Math.min(2 * step, longestStep)) {
    const from = await steps.candidate(end, step);
    const range = { from, below: end };
    const skipped = left > 0 ? Math.min(left, await steps.count(range)) : 0;
    left -= skipped;
    if (left === 0) found.push(...(await steps.rows(range, limit - found.length, skipped)));
    if (found.length >= limit || from === null) return found;
    end = from;
    await nextTurn();
  }
}
