/** Checks of a whole database: whether anything changed, and whether the stored counts are correct. */
import { type Kysely, sql } from 'kysely';
import { type JobStatus, jobStatuses } from '../../src/core/job.ts';
import { noJobs } from '../../src/core/run.ts';
import type { Db } from '../../src/store/db.ts';
import type { Schema } from '../../src/store/engine/schema.ts';

/**
 * A text that differs after any write. Every write of a run or a job sets a time that no other write has (instance.ts);
 * nodes and queues are few and included completely.
 */
export async function digest(kysely: Kysely<Schema>): Promise<string> {
  // Times modulo 2^32, so that their sums are exact in both engines.
  const { rows } = await sql<Record<string, unknown>>`
    select * from
      (select count(*) as runs, sum(posted % 4294967296) as runs_posted, sum(updated % 4294967296) as runs_updated,
        sum(length(tags)) as tags, sum(queued + 2 * pass + 3 * running + 5 * waiting + 7 * fail + 11 * dead + 13 * unknown) as counts from runs) r,
      (select count(*) as jobs, sum(updated % 4294967296) as jobs_updated, sum(length(small)) as small, sum(length(more)) as more,
        max(document_hashes) as last_hashes, min(document_hashes) as first_hashes from jobs) j,
      (select count(*) as links from job_nodes) l,
      (select count(*) as documents, sum(length(kernel)) as kernel, sum(length(overrides)) as overrides,
        sum(length(roles)) as roles, sum(length(targets)) as targets, sum(length(tasks)) as tasks from job_documents) d
  `.execute(kysely);
  const nodes = await kysely.selectFrom('nodes').selectAll().orderBy('id').execute();
  const queues = await kysely.selectFrom('queues').selectAll().orderBy('queue').execute();
  return JSON.stringify([rows[0], nodes, queues]);
}

/** Watches a database: `wrote` tells whether a write was committed since the last call. */
export async function watchWrites(db: Db): Promise<{ wrote(): Promise<boolean> }> {
  let mark = await writeMark(db);
  let before = await digest(db.kysely);
  return {
    async wrote() {
      const now = await writeMark(db);
      if (now === mark) return false;
      mark = now;
      const after = await digest(db.kysely);
      const differs = after !== before;
      before = after;
      return differs;
    },
  };
}

/**
 * A text that stays the same while nothing is written, at a tenth of the cost of the digest: the number of rows changed
 * through SQLite's only connection, or the next transaction id of the PostgreSQL server.
 */
async function writeMark({ kysely, engine }: Db): Promise<string> {
  const query =
    engine === 'sqlite'
      ? sql<{ mark: number }>`select total_changes() as mark`
      : sql<{ mark: string }>`select pg_snapshot_xmax(pg_current_snapshot())::text as mark`;
  const { rows } = await query.execute(kysely);
  return String(rows[0]?.mark);
}

/** The runs whose stored counts differ from their jobs, and the node links whose status differs from their job. */
export async function wrongCounts(kysely: Kysely<Schema>): Promise<unknown[]> {
  const links = await kysely
    .selectFrom('job_nodes')
    .innerJoin('jobs', 'jobs.id', 'job_nodes.job_id')
    .select(['jobs.job_id', 'jobs.status as job', 'job_nodes.status as link'])
    .whereRef('job_nodes.status', '<>', 'jobs.status')
    .execute();
  return [...links, ...(await wrongRuns(kysely))];
}

async function wrongRuns(kysely: Kysely<Schema>): Promise<unknown[]> {
  const runs = await kysely
    .selectFrom('runs')
    .select(['id', 'name', ...jobStatuses])
    .execute();
  const groups = await kysely
    .selectFrom('jobs')
    .select(({ fn }) => ['run_id', 'status', fn.countAll<number>().as('jobs')])
    .groupBy(['run_id', 'status'])
    .execute();
  return runs.flatMap(({ id, name, ...stored }) => {
    const counted = noJobs();
    for (const group of groups) if (group.run_id === id) counted[group.status] = Number(group.jobs);
    const differs = jobStatuses.some((status: JobStatus) => counted[status] !== stored[status]);
    return differs ? [{ name, stored, counted }] : [];
  });
}

/** Deletes everything, so that the tables stay small during a long test. */
export async function clear(kysely: Kysely<Schema>): Promise<void> {
  for (const table of ['job_nodes', 'job_documents', 'jobs', 'runs', 'nodes', 'queues'] as const)
    await kysely.deleteFrom(table).execute();
}
