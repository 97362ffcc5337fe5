/** Runs by the filter language, page by page (docs/dashboard.md). */
import { type ExpressionBuilder, type ExpressionWrapper, type RawBuilder, type SqlBool, sql } from 'kysely';
import { type Failure, invalid } from '../core/errors.ts';
import { type JobStatus, jobStatuses } from '../core/job.ts';
import {
  asciiLower,
  globMatcher,
  parseDuration,
  parseMoment,
  type Query,
  type QueryKey,
  type Term,
  type Value,
} from '../core/query.ts';
import { valueBounds } from '../core/query-match.ts';
import type { JobCounts } from '../core/run.ts';
import type { Reader } from './db.ts';
import type { RunRow, Schema } from './schema.ts';

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

type Builder = ExpressionBuilder<Schema, 'runs'>;
type Condition = ExpressionWrapper<Schema, 'runs', SqlBool>;

/** Searches runs; `invalid` names `sort` or `after` when they mean nothing. */
export async function searchRuns(
  db: Reader,
  { query, sort, after, limit, now }: RunSearch,
): Promise<FoundRuns | Failure> {
  const descending = sort.startsWith('-');
  const column = runSorts.find((name) => name === sort.replace('-', ''));
  if (column === undefined)
    return invalid('sort', `sort must be one of ${runSorts.join(', ')}, with - before it for descending`);
  const keys = sortKeys(column);
  const cursor = after === null ? null : readCursor(after, keys);
  if (after !== null && cursor === null) return invalid('after', 'after must be the "next" of an earlier answer');
  const matching = db.kysely.selectFrom('runs').where((builder) => whereQuery(builder, query, now));
  const order = descending ? 'desc' : 'asc';
  let page = matching.selectAll();
  if (cursor !== null) page = page.where(behind(keys, cursor, descending));
  for (const key of keys) page = page.orderBy(printKey(key), order);
  page = page.limit(limit + 1);
  const sums = matching.select(({ fn }) => [
    fn.countAll<number>().as('total'),
    ...jobStatuses.map((status) => fn.sum<number>(status).as(status)),
  ]);
  const [rows, summed] = await Promise.all([page.execute(), sums.executeTakeFirstOrThrow()]);
  const counts = Object.fromEntries(jobStatuses.map((status) => [status, Number(summed[status] ?? 0)])) as JobCounts;
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  const next = rows.length > limit && last ? printCursor(keys.map((key) => last[key] ?? missing)) : null;
  return { rows: shown, total: Number(summed.total), counts, next };
}

type SortKey = (typeof runSorts)[number] | 'id';

const textSorts: ReadonlySet<string> = new Set(['suite', 'branch', 'user', 'machine_type', 'status']);
const nullable: ReadonlySet<string> = new Set(['updated', 'started', 'priority']);
/** Where a run without a value stands: as the lowest one, on both engines. */
const missing = -1;

/** The columns of an order, which are those of an index: among runs of one branch the time decides. */
function sortKeys(column: (typeof runSorts)[number]): SortKey[] {
  return textSorts.has(column) ? [column, 'scheduled', 'id'] : [column, 'id'];
}

function printKey(key: SortKey) {
  return nullable.has(key) ? presentOr(key) : sql<string | number>`${sql.ref(key)}`;
}

/** As the index has it. */
function presentOr(column: string) {
  return sql<number>`coalesce(${sql.ref(column)}, ${sql.lit(missing)})`;
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

/** The values of a key among matching runs, most frequent first; none for a key that runs do not have. */
export async function suggestValues(
  db: Reader,
  { key, prefix, query, now, limit }: { key: string; prefix: string; query: Query; now: number; limit: number },
): Promise<{ value: string; count: number }[]> {
  const column = textColumns[key as QueryKey];
  if (key === 'status') return statusCounts(db, prefix, query, now);
  if (column === undefined) return [];
  const rows = await db.kysely
    .selectFrom('runs')
    .select(({ fn }) => [column, fn.countAll<number>().as('count')])
    .where((builder) => whereQuery(builder, query, now))
    .where(column, 'like', sql<string>`${escapeLike(prefix)} || '%' escape '\\'`)
    .groupBy(column)
    .orderBy('count', 'desc')
    .orderBy(column)
    .limit(limit)
    .execute();
  return rows.map((row) => ({ value: row[column] ?? '', count: row.count })).filter(({ value }) => value !== '');
}

async function statusCounts(db: Reader, prefix: string, query: Query, now: number) {
  const row = await db.kysely
    .selectFrom('runs')
    .where((builder) => whereQuery(builder, query, now))
    .select(jobStatuses.map((status) => sql<number>`count(case when ${sql.ref(status)} > 0 then 1 end)`.as(status)))
    .executeTakeFirstOrThrow();
  return jobStatuses
    .filter((status) => status.startsWith(prefix))
    .map((value) => ({ value, count: Number((row as JobCounts)[value]) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
}

function whereQuery(builder: Builder, { terms }: Query, now: number): Condition {
  return builder.and(terms.map((term) => whereTerm(builder, term, now)));
}

function whereTerm(builder: Builder, { key, negated, values }: Term, now: number): Condition {
  const any = builder.or(
    values.map((value) => (key === null ? whereWord(value) : whereValue(builder, key, value, now))),
  );
  // A null column compares to null: "not" must then hold.
  return negated ? (sql<SqlBool>`not coalesce(${any}, false)` as unknown as Condition) : any;
}

function whereWord(value: Value) {
  const word = value.type === 'literal' || value.type === 'glob' ? value.text : '';
  return sql<SqlBool>`lower(name) like ${`%${escapeLike(asciiLower(word))}%`} escape '\\'`;
}

const textColumns = {
  suite: 'suite',
  branch: 'branch',
  user: 'user',
  machine: 'machine_type',
  flavor: 'flavor',
  sha1: 'sha1',
} as const satisfies Partial<Record<QueryKey, keyof RunRow>> as Partial<
  Record<QueryKey, 'suite' | 'branch' | 'user' | 'machine_type' | 'flavor' | 'sha1'>
>;

const spanColumns: Partial<Record<QueryKey, 'scheduled' | 'started' | 'updated' | 'priority'>> = {
  scheduled: 'scheduled',
  started: 'started',
  updated: 'updated',
  prio: 'priority',
};

function whereValue(builder: Builder, key: QueryKey, value: Value, now: number) {
  if (key === 'status') return whereStatus(builder, value);
  const span = spanColumns[key];
  if (span !== undefined) return whereSpan(builder, span, value, now);
  const column = textColumns[key];
  if (column === undefined) return sql<SqlBool>`false`;
  if (value.type === 'none') return builder.or([builder(column, 'is', null), builder(column, '=', '')]);
  if (value.type === 'glob') return whereGlob(column, value.text);
  if (value.type !== 'literal') return sql<SqlBool>`false`;
  if (key !== 'sha1') return builder(column, '=', value.text);
  // A range finds all sha1s with this beginning in the index; git writes them in lower case.
  const beginning = asciiLower(value.text);
  return builder.and([builder('sha1', '>=', beginning), builder('sha1', '<', `${beginning}\u{10ffff}`)]);
}

function whereGlob(column: string, glob: string) {
  const pattern = escapeLike(asciiLower(glob)).replace(/\*+/g, '%');
  return sql<SqlBool>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
}

/** A status of jobs means runs that have such jobs; with spaces in it, the status of the run itself. */
function whereStatus(builder: Builder, value: Value) {
  if (value.type !== 'literal' && value.type !== 'glob') return sql<SqlBool>`false`;
  const test = value.type === 'glob' ? globMatcher(value.text) : (status: string) => status === value.text;
  const columns = jobStatuses.filter(test);
  // Written out, as the indexes of rare statuses have it.
  if (columns.length > 0) return builder.or(columns.map((status: JobStatus) => builder(status, '>', sql.lit(0))));
  return value.type === 'glob'
    ? whereGlob('status', value.text)
    : builder('status', '=', value.text as RunRow['status']);
}

function whereSpan(
  builder: Builder,
  column: 'scheduled' | 'started' | 'updated' | 'priority',
  value: Value,
  now: number,
) {
  if (value.type === 'none') return builder(column, 'is', null);
  const number = (text: string) => {
    const point = parseDuration(text);
    return point === null ? null : { from: point, to: point + 1 };
  };
  const bounds = valueBounds(value, column === 'priority' ? number : (text) => parseMoment(text, now));
  if (bounds === null) return sql<SqlBool>`false`;
  const unit = column === 'priority' ? 1 : 1000;
  // PostgreSQL refuses a number beyond those of the column, and some weeks ago can be 10^15 of them.
  const stored = (point: number) => Math.max(point * unit, Number.MIN_SAFE_INTEGER);
  const key = printKey(column);
  const limits: RawBuilder<SqlBool>[] = nullable.has(column) ? [sql<SqlBool>`${sql.ref(column)} is not null`] : [];
  if (Number.isFinite(bounds.from)) limits.push(sql<SqlBool>`${key} >= ${stored(bounds.from)}`);
  if (Number.isFinite(bounds.to)) limits.push(sql<SqlBool>`${key} < ${stored(bounds.to)}`);
  return builder.and(limits);
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
