/** Runs by the filter language, page by page (docs/dashboard.md). */
import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { type Failure, invalid } from '../../core/errors.ts';
import { storable } from '../../core/input.ts';
import { jobStatuses } from '../../core/job.ts';
import type { QueryKey } from '../../core/query.ts';
import { asciiLower } from '../../core/query-value.ts';
import { type JobCounts, noJobs, type RunSort } from '../../core/run.ts';
import { escapeLike } from '../engine/dialect.ts';
import type { RunRow } from '../engine/schema.ts';
import { type MatchingRuns, missing, printKey, type TextColumn, textColumns } from './run-query.ts';

/** Which of the matching runs, in which order, from where. */
interface RunSearch {
  /** With `-` before it for descending. */
  sort: RunSort | `-${RunSort}`;
  after: string | null;
  limit: number;
}

/** A page of some runs, and `next`, the `after` of the page behind it, null at the end; `invalid` when `after` means nothing. */
export async function searchRuns(
  matching: MatchingRuns,
  { sort, after, limit }: RunSearch,
): Promise<{ rows: RunRow[]; next: string | null } | Failure> {
  const descending = sort.startsWith('-');
  const column = sort.replace('-', '') as RunSort;
  const keys = sortKeys(column);
  const cursor = after === null ? null : readCursor(after, keys);
  if (after !== null && cursor === null)
    return invalid('after', 'parameter \'after\' must be the "next" of an earlier answer');
  const order = descending ? 'desc' : 'asc';
  let page = matching.selectAll();
  if (cursor !== null) page = page.where(behind(keys, cursor, descending));
  for (const key of keys) page = page.orderBy(printKey(key), order);
  const rows = await page.limit(limit + 1).execute();
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { rows: shown, next: rows.length > limit && last ? cursorOf(last, sort) : null };
}

/** The `after` of the page that begins behind a run. */
export function cursorOf(run: RunRow, sort: RunSearch['sort']): string {
  return printCursor(sortKeys(sort.replace('-', '') as RunSort).map((key) => run[key] ?? missing));
}

/** How many runs these are, and how many jobs they have in each status: 5 to 8 ms for 16,000 runs. */
export async function countRuns(matching: MatchingRuns): Promise<{ total: number; counts: JobCounts }> {
  const row = await matching
    .select(({ fn }) => [
      fn.countAll<number>().as('total'),
      ...jobStatuses.map((status) => fn.sum<number>(status).as(status)),
    ])
    .executeTakeFirstOrThrow();
  const counts = noJobs();
  for (const status of jobStatuses) counts[status] = Number(row[status] ?? 0);
  return { total: row.total, counts };
}

type SortKey = RunSort | 'id';

const textSorts: ReadonlySet<string> = new Set(['suite', 'branch', 'user', 'machine_type', 'status']);
/** The columns of an order, which are those of an index: among runs of one branch the time decides. */
function sortKeys(column: RunSort): SortKey[] {
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
    return keys.every((key, at) => isOf(key, values[at])) ? (values as (string | number)[]) : null;
  } catch {
    return null;
  }
}

/** The highest count of jobs that PostgreSQL can compare with one of its own, which have four bytes. */
const highestCount = 2 ** 31 - 1;

/** Whether a column can be compared with a value on both engines. */
function isOf(key: SortKey, value: unknown): boolean {
  if (textSorts.has(key)) return typeof value === 'string' && value === storable(value);
  return Number.isSafeInteger(value) && (key !== 'fail' || Math.abs(value as number) <= highestCount);
}

/** The values of a key among some runs that begin so in whatever case, most frequent first; none for a key that runs do not have. */
export async function suggestValues(
  matching: MatchingRuns,
  { key, prefix, limit }: { key: QueryKey; prefix: string; limit: number },
): Promise<{ value: string; count: number }[]> {
  const column = textColumns[key];
  const beginning = asciiLower(prefix);
  if (key !== 'status' && column === undefined) return [];
  if (column !== undefined) return valueCounts(matching, column, beginning, limit);
  const counted = await statusCounts(matching, beginning);
  return counted.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1)).slice(0, limit);
}

async function valueCounts(matching: MatchingRuns, column: TextColumn, beginning: string, limit: number) {
  const rows = await matching
    .select(({ fn }) => [column, fn.countAll<number>().as('count')])
    // LIKE itself ignores the case on SQLite alone.
    .where(sql<SqlBool>`lower(${sql.ref(column)}) like ${`${escapeLike(beginning)}%`} escape '\\'`)
    .where(column, '<>', '')
    .groupBy(column)
    .orderBy('count', 'desc')
    .orderBy(column)
    .limit(limit)
    .execute();
  return rows.map((row) => ({ value: row[column] ?? '', count: row.count }));
}

async function statusCounts(matching: MatchingRuns, beginning: string) {
  const row = await matching
    .select(jobStatuses.map((status) => sql<number>`count(case when ${sql.ref(status)} > 0 then 1 end)`.as(status)))
    .executeTakeFirstOrThrow();
  const counts = jobStatuses.map((status) => ({ value: status, count: (row as JobCounts)[status] }));
  return counts.filter(({ value, count }) => value.startsWith(beginning) && count > 0);
}
