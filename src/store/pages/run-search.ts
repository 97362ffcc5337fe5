/** Runs by the filter language, page by page (docs/dashboard.md). */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { type Failure, invalid } from '../../core/errors.ts';
import { jobStatuses } from '../../core/job.ts';
import type { Query, QueryKey } from '../../core/query.ts';
import { type JobCounts, noJobs } from '../../core/run.ts';
import { escapeLike } from '../engine/dialect.ts';
import type { RunRow } from '../engine/schema.ts';
import type { Reader } from '../reader.ts';
import type { RunNames } from './run-names.ts';
import { keyOf, type Matching, matchingRuns, missing, printKey, type TextColumn, textColumns } from './run-query.ts';
import type { RunRange, Settled } from './settled.ts';

/** What a list of runs can be sorted by. */
export const runSorts = [
  'scheduled',
  'updated',
  'started',
  'suite',
  'branch',
  'user',
  'machine_type',
  'priority',
  'status',
  'fail',
] as const;

/** Which runs, in which order, from where; `now` in milliseconds. */
export interface RunSearch {
  query: Query;
  /** One of `runSorts`, with `-` before it for descending. */
  sort: string;
  after: string | null;
  limit: number;
  now: number;
}

/** A page of runs; `total` and `counts` are those of the whole result. */
export interface FoundRuns {
  rows: RunRow[];
  total: number;
  counts: JobCounts;
  next: string | null;
}

/** What is known beforehand of runs. */
export interface KnownRuns {
  settled: Settled;
  names: RunNames;
}

/** Searches runs; `invalid` names `sort` or `after` when they mean nothing. */
export async function searchRuns(
  db: Reader,
  { query, sort, after, limit, now }: RunSearch,
  { settled, names }: KnownRuns,
): Promise<FoundRuns | Failure> {
  const descending = sort.startsWith('-');
  const column = runSorts.find((name) => name === sort.replace('-', ''));
  if (column === undefined)
    return invalid('sort', `sort must be one of ${runSorts.join(', ')}, with - before it for descending`);
  const keys = sortKeys(column);
  const cursor = after === null ? null : readCursor(after, keys);
  if (after !== null && cursor === null) return invalid('after', 'after must be the "next" of an earlier answer');
  const order = descending ? 'desc' : 'asc';
  const matching = await matchingRuns(db, query, now, names);
  let page = matching(null).selectAll();
  if (cursor !== null) page = page.where(behind(keys, cursor, descending));
  for (const key of keys) page = page.orderBy(printKey(key), order);
  page = page.limit(limit + 1);
  const [rows, { total, counts }] = await Promise.all([page.execute(), totals(db, query, matching, settled)]);
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last ? printCursor(keys.map((key) => last[key] ?? missing)) : null;
  return { rows: shown, total, counts, next };
}

/** How many runs match, and how many jobs they have in each status. */
function totals(db: Reader, query: Query, matching: Matching, settled: Settled) {
  return settled.sum(db, {
    key: keyOf('totals', query),
    of: (range) => countRuns(matching(range)),
    join: (a, b) => ({ total: a.total + b.total, counts: addCounts(a.counts, b.counts) }),
    size: () => 10,
  });
}

async function countRuns(matching: MatchingRuns): Promise<Pick<FoundRuns, 'total' | 'counts'>> {
  const row = await matching
    .select(({ fn }) => [
      fn.countAll<number>().as('total'),
      ...jobStatuses.map((status) => fn.sum<number>(status).as(status)),
    ])
    .executeTakeFirstOrThrow();
  const counts = noJobs();
  for (const status of jobStatuses) counts[status] = Number(row[status] ?? 0);
  return { total: Number(row.total), counts };
}

function addCounts(a: JobCounts, b: JobCounts): JobCounts {
  const sum = noJobs();
  for (const status of jobStatuses) sum[status] = a[status] + b[status];
  return sum;
}

type SortKey = (typeof runSorts)[number] | 'id';

const textSorts: ReadonlySet<string> = new Set(['suite', 'branch', 'user', 'machine_type', 'status']);
/** The columns of an order, which are those of an index: among runs of one branch the time decides. */
function sortKeys(column: (typeof runSorts)[number]): SortKey[] {
  return textSorts.has(column) ? [column, 'scheduled', 'id'] : [column, 'id'];
}

function behind(keys: SortKey[], cursor: (string | number)[], descending: boolean): RawBuilder<SqlBool> {
  const sign = sql.raw(descending ? '<' : '>');
  // The first comparison says nothing new, but both engines find the place in an index by it.
  return sql<SqlBool>`${printKey(keys[0] as SortKey)} ${sign}= ${cursor[0]}
    and (${sql.join(keys.map(printKey))}) ${sign} (${sql.join(cursor)})`;
}

function printCursor(values: (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

function readCursor(text: string, keys: SortKey[]): (string | number)[] | null {
  try {
    const values = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown;
    if (!Array.isArray(values) || values.length !== keys.length) return null;
    const fits = keys.every((key, at) =>
      textSorts.has(key) ? typeof values[at] === 'string' : Number.isSafeInteger(values[at]),
    );
    return fits ? (values as (string | number)[]) : null;
  } catch {
    return null;
  }
}

/** Which values are suggested; `now` in milliseconds. */
export interface Suggestion {
  key: string;
  prefix: string;
  query: Query;
  now: number;
  limit: number;
}

/** The values of a key among matching runs, most frequent first; none for a key that runs do not have. */
export async function suggestValues(
  db: Reader,
  { key, prefix, query, now, limit }: Suggestion,
  { settled, names }: KnownRuns,
): Promise<{ value: string; count: number }[]> {
  const column = textColumns[key as QueryKey];
  if (key !== 'status' && column === undefined) return [];
  const matching = await matchingRuns(db, query, now, names);
  const count =
    column === undefined
      ? (range: RunRange) => statusCounts(matching(range), prefix)
      : (range: RunRange) => valueCounts(matching(range), column, prefix);
  const found = await settled.sum(db, {
    key: keyOf(`${key} ${prefix}`, query),
    of: count,
    join: (all, recent) => addValues(all, recent, limit),
    size: ({ size }) => size,
  });
  return [...found]
    .filter(([value]) => value !== '')
    .map(([value, count]) => ({ value, count }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
}

type Counted = Map<string, number>;
type MatchingRuns = ReturnType<Matching>;

/** Those of `recent`, and of the others in `all`, which are in the order of their counts, as many as can be suggested. */
function addValues(all: Counted, recent: Counted, limit: number): Counted {
  const sum = new Map([...recent].map(([value, count]) => [value, count + (all.get(value) ?? 0)]));
  const most = recent.size + limit + 1;
  for (const [value, count] of all) {
    if (sum.size >= most) break;
    if (!recent.has(value)) sum.set(value, count);
  }
  return sum;
}

/** More are never suggested, nor counted. */
const mostValues = 10_000;

async function valueCounts(matching: MatchingRuns, column: TextColumn, prefix: string): Promise<Counted> {
  const rows = await matching
    .select(({ fn }) => [column, fn.countAll<number>().as('count')])
    .where(column, 'like', sql<string>`${escapeLike(prefix)} || '%' escape '\\'`)
    .groupBy(column)
    .orderBy('count', 'desc')
    .orderBy(column)
    .limit(mostValues)
    .execute();
  return new Map(rows.map((row) => [row[column] ?? '', Number(row.count)]));
}

async function statusCounts(matching: MatchingRuns, prefix: string): Promise<Counted> {
  const row = await matching
    .select(jobStatuses.map((status) => sql<number>`count(case when ${sql.ref(status)} > 0 then 1 end)`.as(status)))
    .executeTakeFirstOrThrow();
  const counts = jobStatuses.map((status) => [status, Number((row as JobCounts)[status])] as const);
  return new Map(counts.filter(([status, count]) => status.startsWith(prefix) && count > 0));
}
