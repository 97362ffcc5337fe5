/** What the pages of a run, of its history and of two runs side by side read beside the jobs. */
import { type ChangeClass, changeClasses, changeOf, type Pair, pairJobs } from '../../core/compare.ts';
import { type Failure, notFound } from '../../core/errors.ts';
import { jobsTotal } from '../../core/run.ts';
import { contains } from '../engine/dialect.ts';
import type { RunRow } from '../engine/schema.ts';
import { nextTurn, type Reader } from '../reader.ts';
import { allOf, type JobVerdict, verdictsOfRun } from './job-lines.ts';

/** Narrows down which run `latest` is. */
export interface LatestOf {
  suite?: string | undefined;
  branch?: string | undefined;
}

/** A run by its name, or with the name `latest` the one scheduled last. */
export async function findRun(db: Reader, name: string, { suite, branch }: LatestOf = {}): Promise<RunRow | Failure> {
  const named = await db.kysely.selectFrom('runs').selectAll().where('name', '=', name).executeTakeFirst();
  if (named) return named;
  if (name !== 'latest') return notFound('run', name);
  let query = db.kysely.selectFrom('runs').selectAll().orderBy('scheduled', 'desc').orderBy('id', 'desc').limit(1);
  if (suite !== undefined) query = query.where('suite', '=', suite);
  if (branch !== undefined) query = query.where('branch', '=', branch);
  return (await query.executeTakeFirst()) ?? notFound('run', name);
}

/** How many runs like this one are looked at: for the history of causes, and for the run before. */
const lookBack = 40;

/**
 * Runs of the same suite, branch and machine type up to this one, which comes first; the newest first. A run whose name
 * and jobs say neither suite nor branch is like no other.
 */
export async function runsUpTo(db: Reader, run: RunRow): Promise<RunRow[]> {
  const { suite, branch, machine_type, scheduled, id } = run;
  if (suite === '' || branch === '') return [run];
  const rows = await db.kysely
    .selectFrom('runs')
    .selectAll()
    .where('suite', '=', suite)
    .where('branch', '=', branch)
    .where('machine_type', '=', machine_type)
    .where('scheduled', '<=', scheduled)
    .where('id', '<>', id)
    .orderBy('scheduled', 'desc')
    .orderBy('id', 'desc')
    .limit(lookBack)
    .execute();
  return [run, ...rows.filter((row) => row.scheduled < scheduled || row.id < id)];
}

/** The run that this one is measured by: the last finished one before it, with at least half as many jobs if there is. */
export function previousRun([run, ...before]: RunRow[]): RunRow | null {
  const finished = before.filter(({ status }) => status.startsWith('finished'));
  const large = finished.find((row) => 2 * jobsTotal(row) >= jobsTotal(run as RunRow));
  return large ?? finished[0] ?? null;
}

/** How many failing jobs of a run have each cause; null for those that failed without a reason. */
export async function failureCounts(db: Reader, runId: number) {
  return db.kysely
    .selectFrom('jobs')
    .select(['status', 'signature'])
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('run_id', '=', runId)
    .where('status', 'in', ['fail', 'dead'])
    .where(({ eb, or }) =>
      or([eb('signature', 'is not', null), eb('failure_reason', 'is', null), eb('failure_reason', '=', '')]),
    )
    .groupBy(['status', 'signature'])
    .execute();
}

/** So many configurations tell what all have in common. */
const sampleSize = 40;

/** Internal ids of jobs of a run, spread evenly over it, and how many it has. */
export async function sampleJobs(db: Reader, runId: number): Promise<{ ids: number[]; total: number }> {
  const rows = await db.kysely.selectFrom('jobs').select('id').where('run_id', '=', runId).orderBy('id').execute();
  const step = Math.max(1, rows.length / sampleSize);
  const ids = Array.from({ length: Math.min(rows.length, sampleSize) }, (_, at) => rows[Math.floor(at * step)]!.id);
  return { ids, total: rows.length };
}

/** Up to five names of runs that somebody may have meant: they contain the text, or begin as it does. */
export async function nearestRuns(db: Reader, name: string): Promise<string[]> {
  const found = new Set<string>();
  const take = (rows: { name: string }[]) => {
    for (const row of rows) if (found.size < 5) found.add(row.name);
  };
  const newest = db.kysely.selectFrom('runs').select('name').orderBy('scheduled', 'desc').limit(5);
  for (const prefix of prefixesOf(name)) {
    take(await newest.where('name', '>=', prefix).where('name', '<', `${prefix}\u{10ffff}`).execute());
    if (found.size === 5) break;
  }
  if (found.size < 5 && name.length >= 3) take(await newest.where(contains(db.engine, 'name', name)).execute());
  return [...found];
}

/** A name and what is left of it when its last parts are taken away. */
function prefixesOf(name: string): string[] {
  const ends = [...name.matchAll(/[-_:]/g)].map(({ index }) => index + 1).reverse();
  return [name, ...ends.map((end) => name.slice(0, end))].filter((prefix) => prefix.length >= 3).slice(0, 12);
}

/** A description in two runs, and what became of it. */
export type ComparedPair = Pair<JobVerdict> & { change: ChangeClass };

/** The jobs of two runs by their descriptions: what needs eyes first comes first, then by description. */
export async function compareRuns(db: Reader, a: number, b: number): Promise<ComparedPair[]> {
  const [older, newer] = [await allOf(verdictsOfRun(db, a)), await allOf(verdictsOfRun(db, b))];
  const rows = pairJobs(older, newer).map((pair) => ({
    ...pair,
    change: changeOf(pair.a?.status ?? null, pair.b?.status ?? null),
    rank: 0,
    description: pair.b?.description ?? pair.a?.description ?? '',
  }));
  await nextTurn();
  for (const row of rows) row.rank = changeClasses.indexOf(row.change);
  rows.sort((one, other) => one.rank - other.rank || byText(one.description, other.description));
  await nextTurn();
  return rows.map(({ a, b, change }) => ({ a, b, change }));
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
