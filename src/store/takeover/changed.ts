/** What has changed here since the switch from an old server. */

import { readNode } from '../engine/dialect.ts';
import type { NodeRow, QueueRow, Reader, RunRow } from '../engine/schema.ts';
import { valuesHere } from './compare.ts';

/** A run that changed. */
export type ChangedRun = Pick<RunRow, 'id' | 'name' | 'posted'>;

/** Runs that were not imported, or of which a job has changed since: their revision says so, whatever times clients set. */
export async function changedRuns({ kysely }: Reader): Promise<ChangedRun[]> {
  return kysely
    .selectFrom('runs')
    .leftJoin('imported_runs', 'imported_runs.id', 'runs.id')
    .select(['runs.id', 'name', 'posted'])
    .where((builder) =>
      builder.or([
        builder('imported_runs.id', 'is', null),
        builder('imported_runs.revision', '<>', builder.ref('runs.revision')),
      ]),
    )
    .orderBy('posted')
    .orderBy('runs.id')
    .execute();
}

/** A job with its keys as the texts of JSON, those of the old database alone. */
export interface ChangedJob {
  job_id: string;
  posted: number;
  updated: number;
  values: Record<string, string | null>;
}

/** Jobs that are read at a time. */
const jobsAtATime = 100;

/** The jobs of a run in the order in which they were posted. */
export async function* jobsOf(db: Reader, runId: number): AsyncGenerator<ChangedJob> {
  for (let after = 0; ; ) {
    const ids = await db.kysely
      .selectFrom('jobs')
      .select('id')
      .where('run_id', '=', runId)
      .where('id', '>', after)
      .orderBy('id')
      .limit(jobsAtATime)
      .execute();
    const jobs = await valuesHere(db, [0, ...ids.map(({ id }) => id)]);
    for (const { id } of ids) {
      const values = jobs.get(id);
      if (!values) continue;
      after = id;
      yield { job_id: String(values.job_id), posted: Number(values.posted), updated: Number(values.updated), values };
    }
    if (ids.length < jobsAtATime) return;
  }
}

/** What was deleted since a time (microseconds), and is not there again: runs and nodes by name, jobs as `run/job_id`. */
export async function deletedSince({ kysely }: Reader, since: number): Promise<{ kind: string; target: string }[]> {
  return kysely
    .selectFrom('audit')
    .select(['kind', 'target'])
    .where('at', '>=', since)
    .where('action', '=', 'delete')
    .where('kind', 'in', ['run', 'job', 'node'])
    .orderBy('id')
    .execute();
}

/** Whether something that was deleted is there again. */
export async function isThere({ kysely }: Reader, kind: string, target: string): Promise<boolean> {
  if (kind === 'job') {
    const at = target.lastIndexOf('/');
    const job = kysely
      .selectFrom('jobs')
      .innerJoin('runs', 'runs.id', 'jobs.run_id')
      .select('jobs.id')
      .where('runs.name', '=', target.slice(0, at))
      .where('job_id', '=', target.slice(at + 1));
    return (await job.executeTakeFirst()) !== undefined;
  }
  const table = kind === 'run' ? 'runs' : 'nodes';
  return (await kysely.selectFrom(table).select('id').where('name', '=', target).executeTakeFirst()) !== undefined;
}

/** All nodes, with the names of their hosts, and all queues. */
export async function machines({
  kysely,
}: Reader): Promise<{ nodes: (NodeRow & { vm_host: string | null })[]; queues: QueueRow[] }> {
  const rows = await kysely.selectFrom('nodes').selectAll().orderBy('id').execute();
  const names = new Map(rows.map(({ id, name }) => [id, name]));
  const nodes = rows.map((row) => ({
    ...readNode(row),
    vm_host: row.vm_host_id === null ? null : (names.get(row.vm_host_id) ?? null),
  }));
  return { nodes, queues: await kysely.selectFrom('queues').selectAll().execute() };
}
