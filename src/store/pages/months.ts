/** Queries on the monthly totals of deleted runs (upkeep/prune.ts). */
import { jobStatuses } from '../../core/job.ts';
import type { JobCounts } from '../../core/run.ts';
import { classified, type Signature } from '../../core/signature.ts';
import { nextTurn } from '../../core/turns.ts';
import type { Reader } from '../engine/schema.ts';

/** A page of monthly totals. */
interface MonthSearch {
  suite: string;
  /** All branches if undefined. */
  branch?: string | undefined;
  /** The last month of the previous page, like 2026-11. */
  after: string | null;
  limit: number;
}

/** Returns the results of deleted runs of a suite, newest month first. */
export async function searchMonths(
  { kysely }: Reader,
  { suite, branch, after, limit }: MonthSearch,
): Promise<{ months: (JobCounts & { month: string; runs: number })[]; next: string | null }> {
  let query = kysely
    .selectFrom('monthly_results')
    .select('month')
    .select(({ fn }) => (['runs', ...jobStatuses] as const).map((column) => fn.sum<number>(column).as(column)))
    .where('suite', '=', suite);
  if (branch !== undefined) query = query.where('branch', '=', branch);
  if (after !== null) query = query.where('month', '<', after);
  const rows = await query
    .groupBy('month')
    .orderBy('month', 'desc')
    .limit(limit + 1)
    .execute();
  const months = rows.slice(0, limit).map(({ month, ...sums }) => {
    // The driver returns sums of PostgreSQL as strings.
    const numbers = Object.entries(sums).map(([column, sum]) => [column, Number(sum)]);
    return { month, ...(Object.fromEntries(numbers) as typeof sums) };
  });
  return { months, next: rows.length > limit ? (months.at(-1)?.month ?? null) : null };
}

/** Returns the causes of each of these months and their numbers of jobs, most jobs first, at most `limit` per month. */
export async function causesOfMonths(
  { kysely }: Reader,
  { suite, branch }: Pick<MonthSearch, 'suite' | 'branch'>,
  months: readonly string[],
  limit: number,
): Promise<(Signature & { jobs: number })[][]> {
  const found: (Signature & { jobs: number })[][] = [];
  for (const month of months) {
    let query = kysely
      .selectFrom('monthly_causes')
      .innerJoin('signatures', 'signatures.id', 'monthly_causes.cause')
      .select(['signatures.id', 'signatures.kind', 'signatures.title'])
      .select(({ fn }) => fn.sum<number>('jobs').as('jobs'))
      .where('month', '=', month)
      .where('suite', '=', suite);
    if (branch !== undefined) query = query.where('branch', '=', branch);
    const rows = await query
      .groupBy(['signatures.id', 'signatures.kind', 'signatures.title'])
      .orderBy('jobs', 'desc')
      .orderBy('signatures.id')
      .limit(limit)
      .execute();
    found.push(
      rows.map(({ jobs, kind, ...cause }) => ({
        ...classified({ ...cause, kind: kind as Signature['kind'] }),
        jobs: Number(jobs),
      })),
    );
    await nextTurn();
  }
  return found;
}

/** Returns the suites of deleted runs, or the branches of one suite, and their numbers of runs: at most `limit`, most runs first. */
export async function placesOfMonths(
  { kysely }: Reader,
  suite: string | undefined,
  limit: number,
): Promise<{ value: string; count: number }[]> {
  const column = suite === undefined ? 'suite' : 'branch';
  let query = kysely
    .selectFrom('monthly_results')
    .select(({ fn }) => [column, fn.sum<number>('runs').as('count')])
    .where(column, '<>', '');
  if (suite !== undefined) query = query.where('suite', '=', suite);
  const rows = await query.groupBy(column).orderBy('count', 'desc').orderBy(column).limit(limit).execute();
  return rows.map((row) => ({ value: row[column] ?? '', count: Number(row.count) }));
}
