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

/** One request to change nodes, and whose. `at` in microseconds since the Unix epoch. */
export type NodeWrite = { at: number; by: Actor } & (
  | { kind: 'create' | 'change'; name: string; change: NodeChange }
  | { kind: 'delete'; name: string }
  | { kind: 'lock_many'; request: LockRequest }
  | { kind: 'unlock_many'; names: string[]; locked_by: string | null }
);

/** Carries out writes of nodes, one after the other. */
export interface NodeWriter {
  /**
   * Resolves when the write is durable with the nodes as it left them (none for a deletion; of several, ordered by
   * name), otherwise with the failure of a rule in core/node.ts, `not_found`, `already_exists`, `invalid` (host) or
   * `unavailable` (too much is waiting). `size` is the length of the request, for the bound on what waits.
   */
  write(write: NodeWrite, size: number): Promise<NodeRow[] | Failure>;
  /** Resolves when everything accepted has been carried out. */
  drain(): Promise<void>;
}

/** Bytes of requests that wait in memory before new ones are turned away. */
const mostWaiting = 64 << 20;

/**
 * Makes the writer of one database; there is one for each process, so that its clients wait for the lock on one
 * connection, not on all of them. `onChange` hears after each commit which nodes changed; it must not throw.
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

/** Whoever is in here is alone with the nodes, among all processes: what it reads stays true until it commits. */
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

/** Where one write works, and what it records. */
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

/** The internal id of the new host (null = none), undefined when the change says nothing of it. */
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

/** Guests of a node that is gone have no host, and jobs no link to it: the database sees to both. */
async function remove({ transaction, record }: Nodes, name: string): Promise<NodeRow[] | Failure> {
  const deleted = await transaction.deleteFrom('nodes').where('name', '=', name).returningAll().executeTakeFirst();
  if (!deleted) return notFound('node', name);
  await record(nodeChange(name, readNode(deleted), null));
  return [];
}

/** Rows in one statement: they take 16 parameters each, and SQLite allows some 32,000. */
const rowsAtATime = 1000;

/** Always in the order of their ids, so that nobody who locks nodes waits for somebody who waits for him. */
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

/** Which node hosts which, by names. */
async function readHosts({ transaction }: Nodes): Promise<Map<string, string>> {
  const rows = await transaction
    .selectFrom('nodes as guest')
    .innerJoin('nodes as host', 'host.id', 'guest.vm_host_id')
    .select(['guest.name as guest', 'host.name as host'])
    .execute();
  return new Map(rows.map(({ guest, host }) => [guest, host]));
}

/** Writes changed rows, and what was changed of those `known`. They exist and are locked: this is an update of many rows in one statement for both engines. */
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
