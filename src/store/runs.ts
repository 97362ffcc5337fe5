import { alreadyExists, type Failure, notFound } from '../core/errors.ts';
import { type JobCounts, noJobs } from '../core/run.ts';
import type { Db } from './db.ts';

/** What a list shows of a run. */
export type RunSummary = { name: string } & JobCounts;

/** Creates a run; `at` in microseconds. Of several simultaneous calls with one name exactly one succeeds. */
export async function createRun(db: Db, name: string, at: number): Promise<Failure | null> {
  const created = await db.kysely
    .insertInto('runs')
    .values({ name, status: 'empty', posted: at, updated: null, ...noJobs() })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst();
  return created ? null : alreadyExists('run', name);
}

/** The `limit` runs posted last, newest first. */
export async function latestRuns(db: Db, limit: number): Promise<RunSummary[]> {
  return db.kysely
    .selectFrom('runs')
    .select(['name', 'queued', 'pass', 'running', 'waiting', 'fail', 'dead', 'unknown'])
    .orderBy('posted', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

/** The internal id of a run, or `not_found`. */
export async function runId(db: Db, name: string): Promise<number | Failure> {
  const row = await db.kysely.selectFrom('runs').select('id').where('name', '=', name).executeTakeFirst();
  return row?.id ?? notFound('run', name);
}
