/** Nodes as the dashboard shows them: what they run, and how their jobs ended. */
import { type SqlBool, sql } from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import { type JobCounts, noJobs } from '../../core/run.ts';
import { readNode } from '../engine/dialect.ts';
import type { NodeRow, Reader } from '../engine/schema.ts';
import { countsByNode, countsOfNode } from '../read/nodes.ts';

/** A node, the results of its jobs since a time, and the job that it runs now. */
export interface NodeLine {
  node: NodeRow;
  results: JobCounts;
  running: { run: string; job_id: string } | null;
}

/** No lab has as many machines. */
const mostRunning = 5000;

/** Nodes by name, of one machine type or of all, or one node; `since` in microseconds since the epoch. */
export async function nodeLines(
  db: Reader,
  { machineType, name, since }: { machineType?: string | undefined; name?: string; since: number },
): Promise<NodeLine[]> {
  let query = db.kysely.selectFrom('nodes').selectAll().orderBy('name').limit(10_000);
  if (machineType !== undefined) query = query.where('machine_type', '=', machineType);
  if (name !== undefined) query = query.where('name', '=', name);
  const nodes = (await query.execute()).map(readNode);
  const lines = new Map(nodes.map((node) => [node.id, { node, results: noJobs(), running: null } as NodeLine]));
  const one = name === undefined ? null : nodes[0];
  if (one === undefined) return [];
  const counts = one
    ? new Map([[one.id, { ...noJobs(), ...(await countsOfNode(db, one.id, since)) }]])
    : await countsByNode(db, since);
  for (const [id, results] of counts) {
    const line = lines.get(id);
    if (line) line.results = results;
  }
  await addRunning(db, lines);
  return [...lines.values()];
}

async function addRunning(db: Reader, lines: Map<number, NodeLine>): Promise<void> {
  // The status is a literal, because PostgreSQL would read all runs for a parameter. A single statement with a join would
  // make SQLite read all jobs.
  const query = db.kysely
    .selectFrom('runs')
    .select(['id', 'name'])
    .where('status', '=', sql.lit('running'))
    .limit(mostRunning);
  const runs = new Map((await query.execute()).map(({ id, name }) => [id, name]));
  if (runs.size === 0) return;
  const running = await db.kysely
    .selectFrom('jobs')
    .innerJoin('job_nodes', 'job_nodes.job_id', 'jobs.id')
    .select(['job_nodes.node_id', 'jobs.id', 'jobs.run_id', 'jobs.job_id'])
    .where('jobs.run_id', 'in', [...runs.keys()])
    .where('jobs.status', '=', 'running')
    .execute();
  for (const { node_id, run_id, job_id } of running.sort((a, b) => a.id - b.id)) {
    const line = lines.get(node_id);
    if (line) line.running = { run: runs.get(run_id) ?? '', job_id };
  }
}

/** The internal ids of a node's jobs, newest first, those behind the job with the id `after`; or `not_found`. */
export async function nodeJobIds(
  db: Reader,
  name: string,
  after: number | null,
  limit: number,
): Promise<number[] | Failure> {
  const node = await db.kysely.selectFrom('nodes').select('id').where('name', '=', name).executeTakeFirst();
  if (!node) return notFound('node', name);
  let query = db.kysely.selectFrom('job_nodes').select('job_id').where('node_id', '=', node.id);
  if (after !== null)
    query = query.where(sql<SqlBool>`(posted, job_id) < (select posted, id from jobs where id = ${after})`);
  const rows = await query.orderBy('posted', 'desc').orderBy('job_id', 'desc').limit(limit).execute();
  return rows.map((row) => row.job_id);
}
