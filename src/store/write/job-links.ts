import type { Engine } from '../engine/schema.ts';
import { numbered, repeated, type Statement } from '../engine/transaction.ts';
import type { JobState } from './job-change.ts';

/**
 * The statements that keep `nodes` and `job_nodes` in step with jobs that were created or changed. They come after the
 * jobs are saved. Links that exist are changed last: a node that is being deleted is waited for while it still may remove them.
 */
export function saveLinks(engine: Engine, jobs: JobState[]): Statement[] {
  const moved = jobs.filter(({ row, stored }) => stored !== null && stored !== row.status);
  return [...linkNodes(engine, jobs), ...(moved.length > 0 ? [updateLinks(engine, moved)] : [])];
}

/** Gives the links of jobs their new status; most jobs have none before they run. */
function updateLinks(engine: Engine, jobs: JobState[]): Statement {
  const cast = engine === 'postgres' ? '::bigint' : '';
  const text =
    'update job_nodes set status = changed.column2 ' +
    `from (values ${repeated(`(?${cast}, ?)`, jobs.length)}) as changed ` +
    'where job_id = changed.column1 and status <> changed.column2';
  return { sql: numbered(engine, text), parameters: jobs.flatMap(({ row }) => [row.id, row.status]) };
}

/**
 * The statements that create the nodes that jobs' `targets` name and that do not exist yet, and link the jobs to all of
 * them (teuthology contract §3.8, §7.48: every host that is listed; links stay). New nodes take the machine type of
 * the job.
 */
function linkNodes(engine: Engine, jobs: JobState[]): Statement[] {
  const links = jobs.flatMap(({ hosts, row }) => hosts.map((host) => ({ host, row })));
  if (links.length === 0) return [];
  const machineTypes = new Map(links.map(({ host, row }) => [host, row.machine_type]));
  const nodes = chunksOf([...machineTypes], 500).map((chunk) => insertNodes(engine, chunk));
  return [...nodes, ...chunksOf(links, 500).map((chunk) => insertLinks(engine, chunk))];
}

/**
 * Nearly always all of them exist: leaving those out by a join costs no round trip and, unlike a conflict, no lock and no
 * id. In one order everywhere, so that two processes cannot wait for each other's nodes.
 */
function insertNodes(engine: Engine, nodes: [string, string | null][]): Statement {
  const text =
    `with wanted (name, machine_type) as (values ${repeated('(?, ?)', nodes.length)}) ` +
    'insert into nodes (name, machine_type, is_vm, locked) select name, machine_type, false, false from wanted ' +
    'where not exists (select 1 from nodes where nodes.name = wanted.name) order by name on conflict (name) do nothing';
  return { sql: numbered(engine, text), parameters: nodes.flat() };
}

/** A node that is deleted in the meantime gets no link: the lock waits for its deletion, then the join leaves it out. */
function insertLinks(engine: Engine, links: { host: string; row: JobState['row'] }[]): Statement {
  const [integer, lock] =
    engine === 'postgres' ? ['?::bigint', 'order by nodes.name for key share of nodes '] : ['?', ''];
  const text =
    `with wanted (host, run_id, job_id) as (values ${repeated(`(?, ${integer}, ?)`, links.length)}) ` +
    'insert into job_nodes (node_id, job_id, status) select nodes.id, jobs.id, jobs.status from wanted join nodes on nodes.name = wanted.host ' +
    `join jobs on jobs.run_id = wanted.run_id and jobs.job_id = wanted.job_id where true ${lock}` +
    'on conflict (node_id, job_id) do nothing';
  return { sql: numbered(engine, text), parameters: links.flatMap(({ host, row }) => [host, row.run_id, row.job_id]) };
}

function chunksOf<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
