/** Nodes as the dashboard shows them, with their running jobs and their results. */
import { type SqlBool, sql } from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import { type JobCounts, noJobs } from '../../core/run.ts';
import { readNode } from '../engine/dialect.ts';
import type { NodeRow, Reader } from '../engine/schema.ts';
import { chunksOf } from '../engine/transaction.ts';
import { countsByNode, countsOfNode, nodePages } from '../read/nodes.ts';

/** A node, the results of its jobs since a time, and its running job. */
export interface NodeLine {
  node: NodeRow;
  results: JobCounts;
  running: { run: string; job_id: string } | null;
}

/** Bounds that no lab reaches. */
const mostRunning = 5000;
const mostNodes = 10_000;
/** Running jobs whose nodes are read by one statement. Ordinary jobs have up to ten or twenty nodes, others a thousand. */
const runningAtATime = 20;

/** Returns all nodes ordered by name, or those of one machine type, or one node. `since` in microseconds since the epoch. */
export async function nodeLines(
  db: Reader,
  { machineType, name, since }: { machineType?: string | undefined; name?: string; since: number },
): Promise<NodeLine[]> {
  const nodes = name === undefined ? await firstNodes(db, machineType) : await nodeNamed(db, name);
  const lines = new Map(nodes.map((node) => [node.id, { node, results: noJobs(), running: null } as NodeLine]));
  const one = name === undefined ? null : nodes[0];
  if (one === undefined) return [];
  const counts = one
    ? new Map([[one.id, { ...noJobs(), ...(await countsOfNode(db, one.id, since)) }]])
    : await countsByNode(db, since);
  for (const [id, line] of lines) line.results = counts.get(id) ?? line.results;
  await addRunning(db, lines);
  return [...lines.values()];
}

async function firstNodes(db: Reader, machineType: string | undefined): Promise<NodeRow[]> {
  const nodes: NodeRow[] = [];
  for await (const rows of nodePages(db, machineType === undefined ? {} : { machine_types: [machineType] })) {
    nodes.push(...rows);
    if (nodes.length >= mostNodes) break;
  }
  return nodes;
}

async function nodeNamed({ kysely }: Reader, name: string): Promise<NodeRow[]> {
  return (await kysely.selectFrom('nodes').selectAll().where('name', '=', name).execute()).map(readNode);
}

async function addRunning(db: Reader, lines: Map<number, NodeLine>): Promise<void> {
  // The status is a literal, because with a parameter PostgreSQL would read all runs. With a join instead of two statements,
  // SQLite would read all jobs.
  const query = db.kysely
    .selectFrom('runs')
    .select(['id', 'name'])
    .where('status', '=', sql.lit('running'))
    .limit(mostRunning);
  const runs = new Map((await query.execute()).map(({ id, name }) => [id, name]));
  if (runs.size === 0) return;
  const running = await db.kysely
    .selectFrom('jobs')
    .select(['id', 'run_id', 'job_id'])
    .where('run_id', 'in', [...runs.keys()])
    .where('status', '=', 'running')
    .execute();
  running.sort((a, b) => a.id - b.id);
  for (const chunk of chunksOf(running, runningAtATime)) {
    const some = new Map(chunk.map((job) => [job.id, job]));
    const links = db.kysely
      .selectFrom('job_nodes')
      .select(['node_id', 'job_id'])
      .where('job_id', 'in', [...some.keys()]);
    for (const { node_id, job_id } of await links.orderBy('job_id').execute()) {
      const line = lines.get(node_id);
      const job = some.get(job_id);
      if (line && job) line.running = { run: runs.get(job.run_id) ?? '', job_id: job.job_id };
    }
  }
}

/** Returns the full name of the node with this name or, if there is only one, with this name and a domain; otherwise `not_found`. */
export async function findNodeName(db: Reader, name: string): Promise<string | Failure> {
  const named = db.kysely.selectFrom('nodes').select('name');
  const exact = await named.where('name', '=', name).executeTakeFirst();
  if (exact !== undefined) return exact.name;
  const [first, second] = await startingWith(db, `${name}.`, 2);
  return first === undefined || second !== undefined ? notFound('node', name) : first;
}

/** The longest prefix that is tried; host names without their domain are shorter. */
const longestPrefix = 24;

/** Returns up to five names of nodes that the user may have meant: names that share a prefix with the name, longest prefix first. */
export async function nearestNodes(db: Reader, name: string): Promise<string[]> {
  const found = new Set<string>();
  for (let prefix = name.slice(0, longestPrefix); prefix.length >= 2 && found.size < 5; prefix = prefix.slice(0, -1)) {
    for (const one of await startingWith(db, prefix, 5)) if (found.size < 5) found.add(one);
  }
  return [...found];
}

async function startingWith({ kysely }: Reader, prefix: string, limit: number): Promise<string[]> {
  const query = kysely.selectFrom('nodes').select('name').where('name', '>=', prefix).orderBy('name').limit(limit);
  return (await query.where('name', '<', `${prefix}\u{10ffff}`).execute()).map(({ name }) => name);
}

/** Returns the internal ids of a node's jobs, newest first, starting after the job with the id `after`; or `not_found`. */
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
