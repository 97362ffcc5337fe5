/** The books of a database: whether anything changed, and whether the counts on runs are true. */
import { type Kysely, sql } from 'kysely';
import { type JobStatus, jobStatuses } from '../../src/core/job.ts';
import { noJobs } from '../../src/core/run.ts';
import type { Schema } from '../../src/store/engine/schema.ts';

/**
 * A text that differs after any write: every write to runs and jobs sets a time that no other has (instance.ts), and the
 * few nodes and queues are compared whole.
 */
export async function digest(kysely: Kysely<Schema>): Promise<string> {
  // Times are cut to 50 days, so that their sums stay exact in both engines.
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

/**
 * The runs whose stored counts, and the links to nodes whose status, differ from what their jobs say; empty when the
 * books are right.
 */
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

/** Forgets everything, so that a long test does not work on ever larger tables. */
export async function clear(kysely: Kysely<Schema>): Promise<void> {
  for (const table of ['job_nodes', 'job_documents', 'jobs', 'runs', 'nodes', 'queues'] as const)
    await kysely.deleteFrom(table).execute();
}
