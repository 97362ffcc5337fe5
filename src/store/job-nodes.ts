import type { Engine } from './dialect.ts';
import type { JobState } from './job-state.ts';
import { numbered, repeated, type Send, type Statement } from './transaction.ts';

/**
 * Creates the nodes that jobs' `targets` name and that are not known yet, and answers the statements that link the jobs
 * to all of them (teuthology contract 3.8, advice 48: every host that is listed; links stay). New nodes take the machine
 * type of the job. The statements come after the jobs are saved.
 */
export async function linkNodes(engine: Engine, send: Send, jobs: JobState[]): Promise<Statement[]> {
  const links = jobs.flatMap(({ hosts, row }) => hosts.map((host) => ({ host, row })));
  if (links.length === 0) return [];
  const machineTypes = new Map(links.map(({ host, row }) => [host, row.machine_type]));
  const names = [...machineTypes.keys()];
  const known = `select name from nodes where name in (${repeated('?', names.length)})`;
  const [rows = []] = await send([{ sql: numbered(engine, known), parameters: names }]);
  for (const { name } of rows) machineTypes.delete(name as string);
  // In one order everywhere, so that two processes cannot wait for each other's nodes.
  const missing = [...machineTypes].sort(([a], [b]) => (a < b ? -1 : 1));
  links.sort((a, b) => (a.host < b.host ? -1 : a.host > b.host ? 1 : 0));
  const inserts = missing.length > 0 ? [insertNodes(engine, missing)] : [];
  return [...inserts, ...chunksOf(links, 500).map((chunk) => insertLinks(engine, chunk))];
}

function insertNodes(engine: Engine, nodes: [string, string | null][]): Statement {
  const text =
    `insert into nodes (name, machine_type, is_vm, locked) values ${repeated('(?, ?, false, false)', nodes.length)} ` +
    'on conflict (name) do nothing';
  return { sql: numbered(engine, text), parameters: nodes.flat() };
}

/** A node that is deleted in the meantime gets no link: the lock waits for its deletion, then the join leaves it out. */
function insertLinks(engine: Engine, links: { host: string; row: JobState['row'] }[]): Statement {
  const [integer, lock] =
    engine === 'postgres' ? ['?::bigint', 'order by nodes.name for key share of nodes '] : ['?', ''];
  const text =
    `with wanted (host, run_id, job_id) as (values ${repeated(`(?, ${integer}, ?)`, links.length)}) ` +
    'insert into job_nodes (node_id, job_id) select nodes.id, jobs.id from wanted join nodes on nodes.name = wanted.host ' +
    `join jobs on jobs.run_id = wanted.run_id and jobs.job_id = wanted.job_id where true ${lock}` +
    'on conflict (node_id, job_id) do nothing';
  return { sql: numbered(engine, text), parameters: links.flatMap(({ host, row }) => [host, row.run_id, row.job_id]) };
}

function chunksOf<T>(items: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
