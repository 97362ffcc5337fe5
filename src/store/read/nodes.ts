/** Queries on nodes (teuthology contract §2.10 to §2.18). */
import { type Kysely, type SqlBool, sql } from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import type { JobStatus } from '../../core/job.ts';
import { type JobCounts, jobsTotal, noJobs } from '../../core/run.ts';
import { nextTurn } from '../../core/turns.ts';
import { oneOf, readNode } from '../engine/dialect.ts';
import type { NodeRow, Reader, Schema } from '../engine/schema.ts';
import { chunksOf } from '../engine/transaction.ts';

/** A node and the node that hosts it, which may have a host in turn. */
export type FullNode = Omit<NodeRow, 'vm_host_id'> & { vm_host: FullNode | null };

/** The nodes of a list; all given conditions must hold. */
export interface NodeFilter {
  locked?: boolean;
  up?: boolean;
  /** Any of these. */
  machine_types?: string[];
  os_type?: string;
  os_version?: string;
  locked_by?: string;
}

/** The number of jobs in each status. */
export type StatusCounts = Partial<Record<JobStatus, number>>;

/** The depth of hosts shown. It is bounded because rows that were edited by hand may form a cycle. */
const deepestHost = 8;

/** Returns at most `limit` matching nodes, ordered by name, starting after the name `after` if it is given. */
export async function listNodes(
  db: Reader,
  { machine_types, locked, ...equal }: NodeFilter,
  after: string | undefined,
  limit: number,
): Promise<NodeRow[]> {
  let query = db.kysely.selectFrom('nodes').selectAll().orderBy('name').limit(limit);
  if (after !== undefined) query = query.where('name', '>', after);
  for (const [key, value] of Object.entries(equal)) {
    if (value !== undefined) query = query.where(key as keyof typeof equal, '=', value as never);
  }
  // Not a parameter, so that the partial index of locked nodes is used.
  if (locked === true) query = query.where(sql<SqlBool>`locked`);
  else if (locked === false) query = query.where('locked', '=', false);
  const [type, ...more] = machine_types ?? [];
  if (type !== undefined && more.length === 0 && locked !== true) query = query.where('machine_type', '=', type);
  // `coalesce` defeats the index on types; through it SQLite would read and sort all nodes of these types for every page.
  else if (machine_types) query = query.where(sql`coalesce(machine_type, '')`, 'in', machine_types);
  return (await query.execute()).map(readNode);
}

/** Nodes in a page of a list. SQLite reads a page in some milliseconds. */
export const nodesAtATime = 500;

/** Yields the matching nodes, page by page. */
export async function* nodePages(db: Reader, filter: NodeFilter): AsyncGenerator<NodeRow[]> {
  for (let after: string | undefined; ; await nextTurn()) {
    const rows = await listNodes(db, filter, after, nodesAtATime);
    if (rows.length > 0) yield rows;
    if (rows.length < nodesAtATime) return;
    after = rows.at(-1)?.name;
  }
}

/** Returns a node by its name, or `not_found`. */
export async function findNode(db: Reader, name: string): Promise<FullNode | Failure> {
  const row = await db.kysely.selectFrom('nodes').selectAll().where('name', '=', name).executeTakeFirst();
  if (!row) return notFound('node', name);
  const [node] = await withHosts(db.kysely, [readNode(row)]);
  return node as FullNode;
}

/** The internal id of a node, or `not_found`. */
export async function nodeId(db: Reader, name: string): Promise<number | Failure> {
  const row = await db.kysely.selectFrom('nodes').select('id').where('name', '=', name).executeTakeFirst();
  return row?.id ?? notFound('node', name);
}

/** Adds the hosts of nodes. Needs one query per level of hosts, however many nodes there are. */
export async function withHosts(kysely: Kysely<Schema>, nodes: NodeRow[]): Promise<FullNode[]> {
  const known = new Map<number, NodeRow>();
  let level = nodes;
  for (let depth = 0; depth < deepestHost && level.length > 0; depth++) {
    const ids = new Set(level.flatMap(({ vm_host_id }) => (vm_host_id === null ? [] : [vm_host_id])));
    const missing = [...ids].filter((id) => !known.has(id));
    level = [];
    for (const some of chunksOf(missing, 10_000))
      level.push(...(await kysely.selectFrom('nodes').selectAll().where('id', 'in', some).execute()).map(readNode));
    for (const row of level) known.set(row.id, row);
  }
  return nodes.map((node) => nest(node, known, deepestHost));
}

function nest({ vm_host_id, ...node }: NodeRow, known: Map<number, NodeRow>, depth: number): FullNode {
  const host = vm_host_id === null || depth === 0 ? undefined : known.get(vm_host_id);
  return { ...node, vm_host: host ? nest(host, known, depth - 1) : null };
}

/** The machine types of nodes, by their names. */
export async function nodeTypes({ engine, kysely }: Reader, names: string[]): Promise<Map<string, string | null>> {
  const rows = await kysely
    .selectFrom('nodes')
    .select(['name', 'machine_type'])
    .where(oneOf(engine, 'name', names))
    .execute();
  return new Map(rows.map(({ name, machine_type }) => [name, machine_type]));
}

/** The machine types that nodes have, in order. */
export async function machineTypes(db: Reader): Promise<string[]> {
  const rows = await db.kysely
    .selectFrom('nodes')
    .select('machine_type')
    .distinct()
    .where('machine_type', '<>', '')
    .orderBy('machine_type')
    .execute();
  return rows.flatMap(({ machine_type }) => machine_type ?? []);
}

/** Counts the jobs of a node by status: all jobs, or those posted after `since` (microseconds). */
export async function countsOfNode(db: Reader, nodeId: number, since?: number): Promise<StatusCounts> {
  let query = db.kysely
    .selectFrom('job_nodes')
    .select(({ fn }) => ['status', fn.countAll<number>().as('count')])
    .where('node_id', '=', nodeId);
  if (since !== undefined) query = query.where('posted', '>', since);
  const rows = await query.groupBy('status').execute();
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

/**
 * Counts the jobs of each node that were posted after `since` (microseconds), by status. The node with the fewest jobs comes first.
 * `machineType` must be the type of the node, and of the job unless the job's type is `multi`. Nodes without such jobs are left out.
 */
export async function allJobStats(
  db: Reader,
  since: number,
  machineType: string | undefined,
): Promise<{ node: string; counts: JobCounts }[]> {
  const counts = await countsByNode(db, since, machineType === undefined ? undefined : [machineType, 'multi']);
  const filter = machineType === undefined ? {} : { machine_types: [machineType] };
  const nodes: { node: string; counts: JobCounts; total: number }[] = [];
  for await (const rows of nodePages(db, filter)) {
    for (const { id, name } of rows) {
      const found = counts.get(id);
      if (found) nodes.push({ node: name, counts: found, total: jobsTotal(found) });
    }
  }
  return nodes.sort((a, b) => a.total - b.total);
}

/** Links between jobs and nodes counted by one statement. SQLite needs 10 ms for 10,000, and blocks all other requests meanwhile. */
const linksAtATime = 10_000;

/**
 * Counts the jobs of each node by status, by the internal id of the node. Counts jobs that were posted after `since` (microseconds)
 * and, if `machineTypes` is given, whose own machine type is one of these. Nodes without such jobs are left out.
 */
export async function countsByNode(
  db: Reader,
  since: number,
  machineTypes?: string[],
): Promise<Map<number, JobCounts>> {
  const counts = new Map<number, JobCounts>();
  for (let after = since; ; await nextTurn()) {
    const last = await db.kysely
      .selectFrom('job_nodes')
      .select('posted')
      .where('posted', '>', after)
      .orderBy('posted')
      .limit(1)
      .offset(linksAtATime - 1)
      .executeTakeFirst();
    const upTo = last?.posted ?? Number.MAX_SAFE_INTEGER;
    for (const { node_id, status, count } of await countLinks(db, after, upTo, machineTypes)) {
      const known = counts.get(node_id) ?? noJobs();
      known[status] += count;
      counts.set(node_id, known);
    }
    if (!last) return counts;
    after = last.posted;
  }
}

/**
 * Counts the jobs posted after one time and up to another. Both bounds are always given, because with only one SQLite would read all
 * links in the order of their nodes.
 */
function countLinks({ kysely }: Reader, after: number, upTo: number, machineTypes: string[] | undefined) {
  if (!machineTypes) {
    return kysely
      .selectFrom('job_nodes')
      .select(({ fn }) => ['node_id', 'status', fn.countAll<number>().as('count')])
      .where('posted', '>', after)
      .where('posted', '<=', upTo)
      .groupBy(['node_id', 'status'])
      .execute();
  }
  return (
    kysely
      .selectFrom('jobs')
      // SQLite reads the tables of a cross join in the order in which they are written.
      .crossJoin('job_nodes')
      .select(({ fn }) => ['job_nodes.node_id', 'job_nodes.status', fn.countAll<number>().as('count')])
      .whereRef('job_nodes.job_id', '=', 'jobs.id')
      .where('jobs.posted', '>', after)
      .where('jobs.posted', '<=', upTo)
      .where('jobs.machine_type', 'in', machineTypes)
      .groupBy(['job_nodes.node_id', 'job_nodes.status'])
      .execute()
  );
}
