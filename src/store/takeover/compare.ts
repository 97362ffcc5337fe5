/** Compares stored jobs and runs with the old database, and finds what has changed here since the switch. */
import { columnFields, type DocumentField, documentFields, isMoreField, isSmallField } from '../../core/job.ts';
import { readNode } from '../engine/dialect.ts';
import type { NodeRow, QueueRow, Reader, RunRow } from '../engine/schema.ts';
import { pagesById } from '../engine/transaction.ts';
import type { CleanJob } from './clean.ts';
import { textOf } from './clean-documents.ts';
import { oldKeys } from './old-database.ts';

/** A column that differs. `there` and `here` are its values in the old and the new database, as text or null. */
export interface Difference {
  run: string;
  job_id?: string;
  key: string;
  there: string | null;
  here: string | null;
}

type Values = Record<string, string | null>;

/** Returns the differences between two rows. */
export function differences(about: Pick<Difference, 'run' | 'job_id'>, there: Values, here: Values): Difference[] {
  return Object.keys(there)
    .filter((key) => there[key] !== (here[key] ?? null))
    .map((key) => ({ ...about, key, there: there[key] ?? null, here: here[key] ?? null }));
}

const columns: readonly string[] = ['name', 'machine_type', 'flavor', ...columnFields, 'description'];

/** Returns the values of a cleaned old job. */
export function valuesThere({ values: sent, documents, nodes, ...job }: CleanJob): Values {
  const values: Values = { nodes: nodes.toSorted((a, b) => a - b).join(' ') };
  for (const key of ['id', 'job_id', 'status', 'success', 'posted', 'started', 'updated'] as const) {
    values[key] = job[key] === null ? null : String(job[key]);
  }
  oldKeys.forEach((key, index) => {
    const value = sent[index] ?? null;
    values[key] = value === null ? null : JSON.stringify(value);
  });
  for (const key of documentFields) {
    const value = documents[key] ?? null;
    values[key] = value instanceof Uint8Array ? textOf(value) : value;
  }
  return values;
}

/** Returns the values of stored jobs, by their internal ids. */
export async function valuesHere({ kysely }: Reader, ids: number[]): Promise<Map<number, Values>> {
  const jobs = await kysely
    .selectFrom('jobs')
    .leftJoin('job_documents', 'job_documents.id', 'jobs.id')
    .leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash')
    .where('jobs.id', 'in', ids)
    .select(documentFields)
    .select('description')
    .selectAll('jobs')
    .orderBy('jobs.id')
    .execute();
  const links = await kysely.selectFrom('job_nodes').selectAll().where('job_id', 'in', ids).execute();
  const nodes = Map.groupBy(links, ({ job_id }) => job_id);
  const found = new Map<number, Values>();
  for (const job of jobs) {
    const linked = (nodes.get(job.id) ?? []).filter((link) => link.posted === job.posted && link.status === job.status);
    const nodeIds = linked.map(({ node_id }) => node_id).sort((a, b) => a - b);
    found.set(job.id, { ...jobValues(job), nodes: nodeIds.join(' ') });
  }
  return found;
}

type StoredJob = Record<DocumentField | 'small' | 'more', string | null> & Record<string, unknown>;

function jobValues(job: StoredJob): Values {
  const small = JSON.parse(job.small as string) as Record<string, unknown>;
  const more = JSON.parse(job.more as string) as Record<string, unknown>;
  const printed = (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value));
  const values: Values = {};
  for (const key of ['id', 'job_id', 'status', 'posted', 'started', 'updated']) {
    values[key] = job[key] === null ? null : String(job[key]);
  }
  values.success = job.success === null ? null : String(Boolean(job.success));
  for (const key of oldKeys) {
    if (columns.includes(key)) values[key] = printed(job[key]);
    else if (isSmallField(key)) values[key] = printed(small[key]);
    else if (isMoreField(key)) values[key] = printed(more[key]);
  }
  for (const key of documentFields) values[key] = job[key] ?? null;
  return values;
}

/** Returns the columns of a run, except those that users of this program may have changed. */
export function runValues(run: Partial<RunRow>): Values {
  const { revision: _, tags: __, ...row } = run;
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [key, value === null ? null : String(value)]));
}

/** A changed run. */
export type ChangedRun = Pick<RunRow, 'id' | 'name' | 'posted'>;

/** Returns the runs that were not imported, or that have changed since according to their revision, whatever times clients set. */
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

/** A job with the columns that the old database has. `values` are JSON texts. */
export interface ChangedJob {
  job_id: string;
  posted: number;
  updated: number;
  values: Record<string, string | null>;
}

/** Jobs read by one statement. */
const jobsAtATime = 100;

/** Yields the jobs of a run in the order in which they were posted. */
export async function* jobsOf(db: Reader, runId: number): AsyncGenerator<ChangedJob> {
  const ids = db.kysely.selectFrom('jobs').select('id').where('run_id', '=', runId).orderBy('id').limit(jobsAtATime);
  for await (const page of pagesById(jobsAtATime, (after) => ids.where('id', '>', after).execute())) {
    const jobs = await valuesHere(
      db,
      page.map(({ id }) => id),
    );
    for (const values of jobs.values())
      yield { job_id: String(values.job_id), posted: Number(values.posted), updated: Number(values.updated), values };
  }
}

/** Returns what was deleted since a time (microseconds): runs and nodes by name, jobs as `run/job_id`. */
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

/** True if something that was deleted exists again. */
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

/** Returns all nodes with the names of their hosts, and all queues. */
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
