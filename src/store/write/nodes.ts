import type { Kysely, Transaction } from 'kysely';
import { alreadyExists, type Failure, invalid, isFailure, notFound, unavailable } from '../../core/errors.ts';
import {
  changeNode,
  type LockRequest,
  lockMany,
  type NodeChange,
  newNode,
  unlockMany,
  wouldHostItself,
} from '../../core/node.ts';
import { lockNodeChanges } from '../engine/dialect.ts';
import { isDatabaseFault } from '../engine/faults.ts';
import type { Engine, NodeRow, Schema } from '../engine/schema.ts';
import { repeat } from '../engine/transaction.ts';
import { type FullNode, withHosts } from '../read/nodes.ts';
import { createBatcher } from './batch.ts';
import { hostId, type NodeBatch, type NodeState, readHosts, readNodes, saveNodes } from './node-sql.ts';

/** One request to change nodes. `at` in microseconds since the Unix epoch. */
export type NodeWrite = { at: number } & (
  | { kind: 'create' | 'change'; name: string; change: NodeChange }
  | { kind: 'delete'; name: string }
  | { kind: 'lock_many'; request: LockRequest }
  | { kind: 'unlock_many'; names: string[]; locked_by: string | null }
);

/** Carries out writes of nodes, many in one transaction. */
export interface NodeWriter {
  /**
   * Resolves when the write is durable with the nodes as it left them (none for a deletion; of several, ordered by
   * name), otherwise with the failure of a rule in core/node.ts, `not_found`, `already_exists`, `invalid` (host) or
   * `unavailable` (too much is waiting). `size` is the length of the request, for the bound on what waits.
   */
  write(write: NodeWrite, size: number): Promise<FullNode[] | Failure>;
  /** Resolves when everything accepted has been carried out. */
  drain(): Promise<void>;
}

/** A node as one write left it; a later one in the same transaction may change it again. */
type Left = Pick<NodeState, 'row' | 'host'>;

/**
 * Makes the writer of one database; there is one for each process, so that all its clients share transactions. `onChange`
 * hears after each commit which nodes changed; it must not throw.
 */
export function createNodeWriter(
  kysely: Kysely<Schema>,
  engine: Engine,
  onChange: (names: string[]) => void,
): NodeWriter {
  const flush = async (writes: NodeWrite[]) => {
    const results = await repeat(() => writeBatch(kysely, engine, writes));
    const deleted = writes.flatMap((write, index) =>
      write.kind === 'delete' && !isFailure(results[index]) ? [write.name] : [],
    );
    const names = results.flatMap((result) => (isFailure(result) ? [] : result.map(({ name }) => name)));
    if (names.length + deleted.length > 0) onChange([...names, ...deleted]);
    return results;
  };
  const batcher = createBatcher(flush, (error) => !isDatabaseFault(error));
  return {
    async write(write, size) {
      return batcher.push(write, size) ?? unavailable('too many writes are waiting for the database');
    },
    drain: batcher.drain,
  };
}

/** Whoever is in here is alone with the nodes: what it reads stays true until it commits. */
async function writeBatch(kysely: Kysely<Schema>, engine: Engine, writes: NodeWrite[]) {
  return kysely.transaction().execute(async (transaction) => {
    await lockNodeChanges(transaction, engine);
    const nodes = await readNodes(transaction, engine, {
      names: namesIn(writes),
      machineTypes: machineTypesIn(writes),
    });
    const hosts = writes.some(namesHost) ? await readHosts(transaction) : new Map<string, string>();
    const batch: NodeBatch = { nodes, deleted: [], hosts };
    const results = writes.map((write) => decide(batch, write));
    await saveNodes(transaction, batch);
    return showResults(transaction, batch, results);
  });
}

function namesIn(writes: NodeWrite[]): string[] {
  const names = writes.flatMap((write) => {
    if (write.kind === 'lock_many') return [];
    if (write.kind === 'unlock_many') return write.names;
    const host = write.kind === 'delete' ? null : write.change.vm_host;
    return host ? [write.name, host] : [write.name];
  });
  return [...new Set(names)];
}

function machineTypesIn(writes: NodeWrite[]): string[] {
  return [...new Set(writes.flatMap((write) => (write.kind === 'lock_many' ? write.request.machine_types : [])))];
}

function namesHost(write: NodeWrite): boolean {
  return (write.kind === 'create' || write.kind === 'change') && typeof write.change.vm_host === 'string';
}

/** Applies one write in memory; the nodes it touches are locked. */
function decide(batch: NodeBatch, write: NodeWrite): Left[] | Failure {
  const { nodes } = batch;
  switch (write.kind) {
    case 'create':
      return nodes.has(write.name) ? alreadyExists('node', write.name) : create(batch, write);
    case 'change':
      return change(batch, write);
    case 'delete':
      return remove(batch, write.name);
    case 'lock_many': {
      const rows = [...nodes.values()].map((state) => state.row);
      return replaceRows(batch, lockMany(rows, write.request, write.at));
    }
    case 'unlock_many': {
      const rowOf = (name: string) => nodes.get(name)?.row;
      return replaceRows(batch, unlockMany(write.names, rowOf, write.locked_by, write.at));
    }
  }
}

type Named = { name: string; change: NodeChange; at: number };

function create(batch: NodeBatch, { name, change, at }: Named): Left[] | Failure {
  const fields = newNode(change, at);
  if (isFailure(fields)) return fields;
  const problem = changeHost(batch, name, change);
  if (problem) return problem;
  const row: NodeRow = { id: 0, name, vm_host_id: null, ...fields };
  const state: NodeState = { row, created: true, changed: true, host: change.vm_host ?? null };
  batch.nodes.set(name, state);
  return [{ ...state }];
}

function change(batch: NodeBatch, { name, change, at }: Named): Left[] | Failure {
  const state = batch.nodes.get(name);
  if (!state) return notFound('node', name);
  const row = changeNode(state.row, change, at);
  if (isFailure(row)) return row;
  const problem = changeHost(batch, name, change);
  if (problem) return problem;
  if (change.vm_host !== undefined) state.host = change.vm_host;
  state.row = row;
  state.changed = true;
  return [{ ...state }];
}

/** Checks a new host and, when nothing speaks against it, remembers it for the checks that follow. */
function changeHost({ nodes, hosts }: NodeBatch, name: string, { vm_host }: NodeChange): Failure | null {
  if (vm_host === undefined) return null;
  if (vm_host === null) {
    hosts.delete(name);
    return null;
  }
  if (vm_host === name || wouldHostItself(name, vm_host, (guest) => hosts.get(guest) ?? null)) {
    return invalid('vm_host', `invalid value for key 'vm_host': ${name} would host itself`);
  }
  if (!nodes.has(vm_host)) return invalid('vm_host', `invalid value for key 'vm_host': there is no node ${vm_host}`);
  hosts.set(name, vm_host);
  return null;
}

/** Guests of a node that is gone have no host; the database sees to those that are not in memory. */
function remove({ nodes, deleted, hosts }: NodeBatch, name: string): Left[] | Failure {
  const state = nodes.get(name);
  if (!state) return notFound('node', name);
  nodes.delete(name);
  if (!state.created) deleted.push(state.row.id);
  for (const guest of nodes.values()) {
    const hosted = guest.host === undefined ? guest.row.vm_host_id === state.row.id : guest.host === name;
    if (hosted) guest.host = null;
  }
  hosts.delete(name);
  for (const [guest, host] of hosts) if (host === name) hosts.delete(guest);
  return [];
}

function replaceRows({ nodes }: NodeBatch, rows: NodeRow[] | Failure): Left[] | Failure {
  if (isFailure(rows)) return rows;
  return rows.map((row) => {
    const state = nodes.get(row.name) as NodeState;
    state.row = row;
    state.changed = true;
    return { ...state };
  });
}

/** Results with the hosts of their nodes: one query for all of them, and none when no node has a host. */
async function showResults(transaction: Transaction<Schema>, batch: NodeBatch, results: (Left[] | Failure)[]) {
  const rows = results.flatMap((result) =>
    isFailure(result) ? [] : result.map((left) => ({ ...left.row, vm_host_id: hostId(batch, left) })),
  );
  const shown = await withHosts(transaction, rows);
  let from = 0;
  return results.map((result) => {
    if (isFailure(result)) return result;
    from += result.length;
    return shown.slice(from - result.length, from);
  });
}
