/** Queries of the pages of a run and of a job, of the history of runs, and of the comparison of two runs. */
import { sql } from 'kysely';
import { type ChangeClass, changeClasses, changeOf, type Pair, pairJobs } from '../../core/compare.ts';
import { type Failure, isFailure, notFound } from '../../core/errors.ts';
import { columnFields, documentFields, isDocumentField, isMoreField, isSmallField, orderJobs } from '../../core/job.ts';
import { splitObject } from '../../core/json-text.ts';
import { jobsTotal } from '../../core/run.ts';
import type { Signature } from '../../core/signature.ts';
import { nextTurn } from '../../core/turns.ts';
import { contains } from '../engine/dialect.ts';
import type { Reader, RunRow } from '../engine/schema.ts';
import { jobById, jobId, jobStatuses, type WholeJob, withDescription } from '../read/jobs.ts';
import { newestRuns, run } from '../read/runs.ts';
import { isCause } from '../read/test-cases.ts';
import { allOf, type JobLine, type JobVerdict, linesByIds, verdictsOfRun } from './job-lines.ts';

/** Restricts which run `latest` means. */
export interface LatestOf {
  suite?: string | undefined;
  branch?: string | undefined;
}

/** Returns a run by its name, or `not_found`. `latest` means the run scheduled last, unless a run has that name. */
export async function findRun(db: Reader, name: string, { suite, branch }: LatestOf = {}): Promise<RunRow | Failure> {
  const named = await run(db, name);
  if (!isFailure(named) || name !== 'latest') return named;
  let query = newestRuns(db.kysely, 1);
  if (suite !== undefined) query = query.where('suite', '=', suite);
  if (branch !== undefined) query = query.where('branch', '=', branch);
  return (await query.executeTakeFirst()) ?? named;
}

/** The number of earlier runs that are searched for the history of causes and for the run to compare with. */
const lookBack = 40;

/**
 * Returns this run and the earlier runs of the same suite, branch and machine type, newest first. A run without a suite or
 * branch has no comparable runs.
 */
export async function runsUpTo(db: Reader, run: RunRow): Promise<RunRow[]> {
  const { suite, branch, machine_type, scheduled, id } = run;
  if (suite === '' || branch === '') return [run];
  const rows = await newestRuns(db.kysely, lookBack)
    .where('suite', '=', suite)
    .where('branch', '=', branch)
    .where('machine_type', '=', machine_type)
    .where('scheduled', '<=', scheduled)
    .where('id', '<>', id)
    .execute();
  return [run, ...rows.filter((row) => row.scheduled < scheduled || row.id < id)];
}

/** Returns the last `count` runs that have jobs, oldest first. `from` is the earliest scheduled time, in microseconds. */
export async function lastRuns(
  db: Reader,
  of: LatestOf & { machine_type?: string | undefined; from?: number | undefined },
  count: number,
): Promise<RunRow[]> {
  let query = newestRuns(db.kysely, count).where('status', '<>', 'empty');
  for (const key of ['suite', 'branch', 'machine_type'] as const) {
    const value = of[key];
    if (value !== undefined) query = query.where(key, '=', value);
  }
  if (of.from !== undefined) query = query.where('scheduled', '>=', Math.max(of.from, Number.MIN_SAFE_INTEGER));
  return (await query.execute()).reverse();
}

/** Returns the run to compare with: the last finished run with at least half as many jobs, otherwise the last finished run. */
export function previousRun([run, ...before]: RunRow[]): RunRow | null {
  const finished = before.filter(({ status }) => status.startsWith('finished'));
  const large = finished.find((row) => 2 * jobsTotal(row) >= jobsTotal(run as RunRow));
  return large ?? finished[0] ?? null;
}

/** Counts the failed and dead jobs of a run by cause, which is null for jobs that failed without a reason. */
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

/** Values that this many jobs share are taken to be shared by the whole run. */
const sampleSize = 40;

/** Returns the internal ids of evenly spread jobs of a run, and the total number of its jobs. */
export async function sampleJobs(db: Reader, runId: number): Promise<{ ids: number[]; total: number }> {
  const rows = await db.kysely.selectFrom('jobs').select('id').where('run_id', '=', runId).orderBy('id').execute();
  const step = Math.max(1, rows.length / sampleSize);
  const ids = Array.from({ length: Math.min(rows.length, sampleSize) }, (_, at) => rows[Math.floor(at * step)]!.id);
  return { ids, total: rows.length };
}

/** Returns up to five names of runs that the user may have meant: names with the same beginning, or that contain the name. */
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

/** Returns the name itself, then the name without its last part, without its last two parts, and so on. */
function prefixesOf(name: string): string[] {
  const ends = [...name.matchAll(/[-_:]/g)].map(({ index }) => index + 1).reverse();
  return [name, ...ends.map((end) => name.slice(0, end))].filter((prefix) => prefix.length >= 3).slice(0, 12);
}

/** The jobs with one description in two runs, and how the result changed. */
export type ComparedPair = Pair<JobVerdict> & { change: ChangeClass };

/** Returns the jobs of two runs, paired by description. Regressions come first; pairs of one class are ordered by description. */
export async function compareRuns(db: Reader, a: number, b: number): Promise<ComparedPair[]> {
  const [older, newer] = [await allOf(verdictsOfRun(db, a)), await allOf(verdictsOfRun(db, b))];
  const rows = pairJobs(older, newer).map((pair) => {
    const change = changeOf(pair.a?.status ?? null, pair.b?.status ?? null);
    const description = pair.b?.description ?? pair.a?.description ?? '';
    return { ...pair, change, rank: changeClasses.indexOf(change), description };
  });
  await nextTurn();
  rows.sort((one, other) => one.rank - other.rank || byText(one.description, other.description));
  await nextTurn();
  return rows.map(({ a, b, change }) => ({ a, b, change }));
}

function byText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Returns a job of a run, or `not_found`. */
export async function wholeJob(
  db: Reader,
  run: RunRow,
  job_id: string,
): Promise<{ job: WholeJob; line: JobLine } | Failure> {
  const id = await jobId(db, run.id, job_id);
  if (isFailure(id)) return id;
  const [job, [line]] = await Promise.all([jobById(db, id), linesByIds(db, [id])]);
  return job && line ? { job, line } : notFound('job', job_id);
}

/** Returns every key that was reported for a job and the text of its value, sorted by key. */
export function reportedKeys(job: WholeJob): [key: string, text: string][] {
  const members = new Map<string, string>();
  for (const key of columnFields) members.set(key, JSON.stringify(job[key]));
  for (const text of [withDescription(job), job.more])
    for (const [key, value] of splitObject(text)) members.set(key, value);
  for (const key of documentFields) members.set(key, job[key] ?? 'null');
  members.set('job_id', JSON.stringify(job.job_id));
  const known = (key: string) => key === 'job_id' || isSmallField(key) || isMoreField(key) || isDocumentField(key);
  const reported = [...members].filter(([key, text]) => text !== 'null' && known(key));
  return reported.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Returns the jobs before and after a job on the page of its run, and its position there. */
export async function neighbours(
  db: Reader,
  run: RunRow,
  job_id: string,
): Promise<{ before: string | null; after: string | null; place: { at: number; of: number } }> {
  const order = orderJobs(await jobStatuses(db, run.id));
  const at = order.findIndex((job) => job.job_id === job_id);
  const place = { at: at + 1, of: order.length };
  return { before: order[at - 1]?.job_id ?? null, after: order[at + 1]?.job_id ?? null, place };
}

/** The most jobs with the same cause that the page of a job lists. */
const mostSiblings = 200;

/** Returns the first failed jobs of a run that have a cause, in the order of the page of the run. */
export async function siblings(db: Reader, run: RunRow, { id, kind }: Signature) {
  const cases = db.kysely
    .selectFrom('failed_cases')
    .select('place')
    .whereRef('failed_cases.job_id', '=', sql.ref('jobs.id'))
    .where('failed_cases.signature', '=', id)
    .where(isCause);
  const jobs = await db.kysely
    .selectFrom('jobs')
    .leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash')
    .select(['jobs.job_id', 'jobs.status'])
    .select(sql<string | null>`substr(descriptions.description, 1, 500)`.as('description'))
    .where('jobs.run_id', '=', run.id)
    .where('jobs.signature', 'is not', null)
    .where(({ eb, or, exists }) => {
      const own = eb('jobs.signature', '=', id);
      return kind === 'test' ? or([own, exists(cases)]) : own;
    })
    .orderBy('jobs.id')
    .limit(mostSiblings)
    .execute();
  return orderJobs(jobs);
}

/** The number of jobs in the history of a job. */
const historyLength = 25;

/**
 * Returns the last jobs with the description of this job, newest first and including this job: those of the same branch, of
 * the same SHA-1, or all.
 */
export async function descriptionHistory(
  db: Reader,
  run: RunRow,
  { job, line }: { job: WholeJob; line: JobLine },
  scope: 'branch' | 'all' | 'sha1',
): Promise<JobLine[]> {
  const { description_hash } = job;
  if (description_hash === null) return [line];
  let query = db.kysely
    .selectFrom('jobs')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select('jobs.id')
    // Only the hash is compared. With a second condition on the text, PostgreSQL expects so few jobs that it reads and sorts all of them.
    .where('jobs.description_hash', '=', description_hash);
  if (scope === 'branch') query = query.where('runs.branch', '=', run.branch);
  if (scope === 'sha1') {
    // Few runs have a given SHA-1, and the index on descriptions contains the run of each job, so hardly any row is read.
    // `run_id + 0` defeats the index on runs, so that the search starts from the description.
    const runs = db.kysely.selectFrom('jobs').select('run_id').where('sha1', '=', job.sha1);
    query = query.where('jobs.sha1', '=', job.sha1).where(sql`jobs.run_id + 0`, 'in', runs);
  }
  const rows = await query.orderBy('jobs.posted', 'desc').orderBy('jobs.id', 'desc').limit(historyLength).execute();
  const ids = rows.map(({ id }) => id);
  if (ids.includes(job.id)) return linesByIds(db, ids);
  return [...(await linesByIds(db, ids.slice(0, historyLength - 1))), line];
}
