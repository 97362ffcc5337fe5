/** All changes that clients make to nodes (teuthology contract §2.10 to §2.16). */
import type { Kysely, Transaction } from 'kysely';
import { type Actor, type Change, nodeChange } from '../../core/audit.ts';
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
import { createQueue } from '../../core/turns.ts';
import { lockOut, lockRows, readNode } from '../engine/dialect.ts';
import type { Engine, NodeRow, Schema } from '../engine/schema.ts';
import { chunksOf, repeat } from '../engine/transaction.ts';
import { audit } from './audit.ts';

/** One request to change nodes, and its author. `at` in microseconds since the Unix epoch. */
export type NodeWrite = { at: number; by: Actor } & (
  | { kind: 'create' | 'change'; name: string; change: NodeChange }
  | { kind: 'delete'; name: string }
  | { kind: 'lock_many'; request: LockRequest }
  | { kind: 'unlock_many'; names: string[]; locked_by: string | null }
);

/** Executes writes of nodes, one after the other. */
export interface NodeWriter {
  /**
   * Resolves when the write is durable, with the nodes after the write, ordered by name (none after a deletion). Otherwise resolves
   * with the failure of a rule in core/node.ts, `not_found`, `already_exists`, `invalid` (host) or `unavailable` (too many writes are
   * waiting). `size` is the length of the request in bytes, which counts towards the bound on waiting requests.
   */
  write(write: NodeWrite, size: number): Promise<NodeRow[] | Failure>;
  /** Resolves when all accepted writes have been executed. */
  drain(): Promise<void>;
}

/** Bytes of requests that may wait in memory; beyond that, new requests are refused. */
const mostWaiting = 64 << 20;

/**
 * Creates the writer of one database. There is one per process, so that its clients wait for the lock on one connection, not on all
 * of them. `onChange` is called after each commit with the names of the changed nodes; it must not throw.
 */
export function createNodeWriter(
  kysely: Kysely<Schema>,
  engine: Engine,
  onChange: (names: string[]) => void,
): NodeWriter {
  const inTurn = createQueue();
  let waiting = 0;
  return {
    async write(write, size) {
      if (waiting > 0 && waiting + size > mostWaiting)
        return unavailable('too many writes are waiting for the database');
      waiting += size;
      const result = await inTurn(() => repeat(() => writeNodes(kysely, engine, write))).finally(() => {
        waiting -= size;
      });
      const changed = isFailure(result) ? [] : write.kind === 'delete' ? [write] : result;
      if (changed.length > 0) onChange(changed.map(({ name }) => name));
      return result;
    },
    drain: () => inTurn(async () => {}),
  };
}

/** Locks out all other writers of nodes, in all processes, so that what it reads stays true until it commits. */
function writeNodes(kysely: Kysely<Schema>, engine: Engine, write: NodeWrite): Promise<NodeRow[] | Failure> {
  return kysely.transaction().execute(async (transaction) => {
    await lockOut(transaction, engine, 'nodes');
    const nodes: Nodes = { transaction, engine, record: (changes) => audit(transaction, engine, write, changes) };
    switch (write.kind) {
      case 'create':
        return create(nodes, write);
      case 'change':
        return change(nodes, write);
      case 'delete':
        return remove(nodes, write.name);
      case 'lock_many': {
        const free = selectNodes(nodes)
          .where('machine_type', 'in', write.request.machine_types)
          .where('up', '=', true)
          .where('locked', '=', false);
        const found = await read(nodes, free);
        return replace(nodes, found, lockMany(found, write.request, write.at));
      }
      case 'unlock_many': {
        const known = new Map((await readNamed(nodes, write.names)).map((row) => [row.name, row]));
        const unlocked = unlockMany(write.names, (name) => known.get(name), write.locked_by, write.at);
        return replace(nodes, [...known.values()], unlocked);
      }
    }
  });
}

/** The transaction of one write, and the function that records its changes in the audit log. */
interface Nodes {
  transaction: Transaction<Schema>;
  engine: Engine;
  record: (changes: Change[]) => Promise<void>;
}

type Named = { name: string; change: NodeChange; at: number };

async function create(nodes: Nodes, { name, change, at }: Named): Promise<NodeRow[] | Failure> {
  const [known] = await readNamed(nodes, [name]);
  if (known) return alreadyExists('node', name);
  const fields = newNode(change, at);
  if (isFailure(fields)) return fields;
  const host = await hostOf(nodes, name, change);
  if (isFailure(host)) return host;
  const created = await nodes.transaction
    .insertInto('nodes')
    .values({ name, ...fields, vm_host_id: host ?? null })
    // A job that names the node may have created it in the meantime.
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst();
  if (!created) return alreadyExists('node', name);
  await nodes.record(nodeChange(name, null, created));
  return [readNode(created)];
}

async function change(nodes: Nodes, { name, change, at }: Named): Promise<NodeRow[] | Failure> {
  const [known] = await readNamed(nodes, [name]);
  if (!known) return notFound('node', name);
  const row = changeNode(known, change, at);
  if (isFailure(row)) return row;
  const host = await hostOf(nodes, name, change);
  if (isFailure(host)) return host;
  return replace(nodes, [known], [host === undefined ? row : { ...row, vm_host_id: host }]);
}

/** Returns the internal id of the new host (null = none), or undefined if the change does not set the host. */
async function hostOf(
  nodes: Nodes,
  name: string,
  { vm_host }: NodeChange,
): Promise<number | null | undefined | Failure> {
  if (vm_host === undefined || vm_host === null) return vm_host;
  const hosts = await readHosts(nodes);
  if (vm_host === name || wouldHostItself(name, vm_host, (guest) => hosts.get(guest) ?? null)) {
    return invalid('vm_host', `invalid value for key 'vm_host': ${name} would host itself`);
  }
  const [host] = await readNamed(nodes, [vm_host]);
  return host?.id ?? invalid('vm_host', `invalid value for key 'vm_host': there is no node ${vm_host}`);
}

/** Deletes a node. Foreign keys clear the host of its guests and delete its links to jobs. */
async function remove({ transaction, record }: Nodes, name: string): Promise<NodeRow[] | Failure> {
  const deleted = await transaction.deleteFrom('nodes').where('name', '=', name).returningAll().executeTakeFirst();
  if (!deleted) return notFound('node', name);
  await record(nodeChange(name, readNode(deleted), null));
  return [];
}

/** Rows in one statement. A row takes 16 parameters, and SQLite allows some 32,000. */
const rowsAtATime = 1000;

/** Selects nodes in the order of their ids, so that transactions that lock nodes cannot deadlock. */
function selectNodes({ transaction }: Nodes) {
  return transaction.selectFrom('nodes').selectAll().orderBy('id');
}

async function read({ engine }: Nodes, query: ReturnType<typeof selectNodes>): Promise<NodeRow[]> {
  return (await lockRows(engine, query, 'no key update').execute()).map(readNode);
}

async function readNamed(nodes: Nodes, names: string[]): Promise<NodeRow[]> {
  const rows: NodeRow[] = [];
  for (const some of chunksOf(names, rowsAtATime))
    rows.push(...(await read(nodes, selectNodes(nodes).where('name', 'in', some))));
  return rows;
}

/** Returns the host of each node, by names. */
async function readHosts({ transaction }: Nodes): Promise<Map<string, string>> {
  const rows = await transaction
    .selectFrom('nodes as guest')
    .innerJoin('nodes as host', 'host.id', 'guest.vm_host_id')
    .select(['guest.name as guest', 'host.name as host'])
    .execute();
  return new Map(rows.map(({ guest, host }) => [guest, host]));
}

/**
 * Writes changed rows, and records how they differ from `known`. The rows exist and are locked, so the upsert is only a way to update
 * many rows in one statement on both engines.
 */
async function replace(
  { transaction, record }: Nodes,
  known: NodeRow[],
  rows: NodeRow[] | Failure,
): Promise<NodeRow[] | Failure> {
  if (isFailure(rows)) return rows;
  const before = new Map(known.map((row) => [row.id, row]));
  await record(rows.flatMap((row) => nodeChange(row.name, before.get(row.id) ?? null, row)));
  const columns = Object.keys(rows[0] ?? {}) as (keyof NodeRow)[];
  const changing = columns.filter((column) => column !== 'id' && column !== 'name');
  for (const some of chunksOf(rows, rowsAtATime)) {
    await transaction
      .insertInto('nodes')
      .values(some)
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(({ ref }) => Object.fromEntries(changing.map((column) => [column, ref(`excluded.${column}`)]))),
      )
      .execute();
  }
  return rows;
}
