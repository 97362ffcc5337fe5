import type { Transaction } from 'kysely';
import { lockRowsNoKey, readNode } from '../engine/dialect.ts';
import type { Engine, NodeRow, Schema } from '../engine/schema.ts';

/** A node while a transaction works on it. */
export interface NodeState {
  /** As it will be; replaced by another object with every change. Its id is 0 until a new node is stored. */
  row: NodeRow;
  created: boolean;
  changed: boolean;
  /** The name of its new host (null = none), undefined when `row.vm_host_id` holds. */
  host?: string | null;
}

/** What a transaction over nodes has read, and has changed in memory and has to save. */
export interface NodeBatch {
  nodes: Map<string, NodeState>;
  deleted: number[];
  /** The host of every node that has one, by names; filled only when a write names a host. */
  hosts: Map<string, string>;
}

/** Which nodes a transaction needs: by name, and all that are free among some machine types. */
export interface NodesWanted {
  names: string[];
  machineTypes: string[];
}

/** Rows in one statement: they take 15 parameters each, and SQLite allows some 32,000. */
const rowsAtATime = 1000;

/** Locks and reads the nodes, always in the order of their ids. */
export async function readNodes(
  transaction: Transaction<Schema>,
  engine: Engine,
  { names, machineTypes }: NodesWanted,
): Promise<Map<string, NodeState>> {
  const nodes = new Map<string, NodeState>();
  const all = transaction.selectFrom('nodes').selectAll().orderBy('id');
  const read = async (query: typeof all) => {
    for (const row of await lockRowsNoKey(engine, query).execute()) {
      nodes.set(row.name, { row: readNode(row), created: false, changed: false });
    }
  };
  for (let from = 0; from < names.length; from += rowsAtATime) {
    await read(all.where('name', 'in', names.slice(from, from + rowsAtATime)));
  }
  if (machineTypes.length > 0) {
    await read(all.where('machine_type', 'in', machineTypes).where('up', '=', true).where('locked', '=', false));
  }
  return nodes;
}

/** Which node hosts which, by names. */
export async function readHosts(transaction: Transaction<Schema>): Promise<Map<string, string>> {
  const rows = await transaction
    .selectFrom('nodes as guest')
    .innerJoin('nodes as host', 'host.id', 'guest.vm_host_id')
    .select(['guest.name as guest', 'host.name as host'])
    .execute();
  return new Map(rows.map(({ guest, host }) => [guest, host]));
}

/** A node that this transaction wanted to create was created by another one: it has to be done again. */
class CreatedMeanwhile extends Error {
  /** PostgreSQL's code for "try again", which this is. */
  code = '40001';
}

/** Writes everything that changed, with few statements: on PostgreSQL each one costs a round trip. */
export async function saveNodes(transaction: Transaction<Schema>, batch: NodeBatch): Promise<void> {
  for (let from = 0; from < batch.deleted.length; from += rowsAtATime) {
    const ids = batch.deleted.slice(from, from + rowsAtATime);
    await transaction.deleteFrom('nodes').where('id', 'in', ids).execute();
  }
  const states = [...batch.nodes.values()].filter((state) => state.changed);
  await insertNodes(
    transaction,
    states.filter((state) => state.created),
  );
  for (const state of states) state.row = { ...state.row, vm_host_id: hostId(batch, state) };
  const changed = states.filter((state) => !state.created || state.row.vm_host_id !== null);
  for (let from = 0; from < changed.length; from += rowsAtATime) {
    await updateNodes(
      transaction,
      changed.slice(from, from + rowsAtATime).map((state) => state.row),
    );
  }
}

/** The internal id of a node's host, as soon as the host is stored. */
export function hostId(batch: NodeBatch, { row, host }: Pick<NodeState, 'row' | 'host'>): number | null {
  if (host === undefined) return row.vm_host_id;
  return host === null ? null : (batch.nodes.get(host)?.row.id ?? null);
}

/** In the order of their names: two transactions that create the same nodes must not wait for each other. */
async function insertNodes(transaction: Transaction<Schema>, states: NodeState[]): Promise<void> {
  const byName = new Map(states.map((state) => [state.row.name, state]));
  const rows = states.map(({ row: { id: _, ...columns } }) => ({ ...columns, vm_host_id: null }));
  rows.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (let from = 0; from < rows.length; from += rowsAtATime) {
    const some = rows.slice(from, from + rowsAtATime);
    const stored = await transaction
      .insertInto('nodes')
      .values(some)
      .onConflict((conflict) => conflict.column('name').doNothing())
      .returning(['id', 'name'])
      .execute();
    if (stored.length < some.length) throw new CreatedMeanwhile('a node was created in the meantime');
    for (const { id, name } of stored) {
      const state = byName.get(name);
      if (state) state.row = { ...state.row, id };
    }
  }
}

async function updateNodes(transaction: Transaction<Schema>, rows: NodeRow[]): Promise<void> {
  await transaction
    .insertInto('nodes')
    .values(rows)
    // The rows exist and are locked: this is an update of many rows in one statement that both engines understand.
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet(({ ref }) => ({
        description: ref('excluded.description'),
        up: ref('excluded.up'),
        machine_type: ref('excluded.machine_type'),
        arch: ref('excluded.arch'),
        is_vm: ref('excluded.is_vm'),
        os_type: ref('excluded.os_type'),
        os_version: ref('excluded.os_version'),
        vm_host_id: ref('excluded.vm_host_id'),
        locked: ref('excluded.locked'),
        locked_by: ref('excluded.locked_by'),
        locked_since: ref('excluded.locked_since'),
        mac_address: ref('excluded.mac_address'),
        ssh_pub_key: ref('excluded.ssh_pub_key'),
      })),
    )
    .execute();
}
