/** Nodes and queues are few: all are copied whenever anything is. */
import type { Transaction } from 'kysely';
import { longestNodeName } from '../../core/node.ts';
import { longestQueueName } from '../../core/queue.ts';
import { lockOut } from '../engine/dialect.ts';
import type { NodeRow, QueueRow, Reader, Schema } from '../engine/schema.ts';
import { chunksOf } from '../engine/transaction.ts';
import { timeReader } from './clean.ts';
import type { Findings } from './findings.ts';
import { addressable, uniqueNames } from './names.ts';
import type { OldRow } from './old-database.ts';
import { giveUpNames, whileWriting } from './target.ts';

/** The longest text of a node that is copied, in UTF-16 units: lists show all of them, and the longest keys have some thousand. */
const longestText = 16_384;

const nodeTexts = `description machine_type arch os_type os_version locked_by mac_address ssh_pub_key`.split(' ');

/** Nodes as they are stored here. */
export function cleanNodes(rows: OldRow[], findings: Findings): NodeRow[] {
  const unique = uniqueNames(longestNodeName);
  return rows.map((row) => {
    const id = row.id as number;
    const about = { table: 'nodes', id } as const;
    const name = unique(addressable(row.name as string, longestNodeName, `old-${id}`), id);
    if (name !== row.name)
      findings.add({ ...about, key: 'name', problem: 'cannot be its name', was: row.name, now: name });
    const texts = nodeTexts.map((key) => {
      const text = (row[key] ?? null) as string | null;
      if (text === null || text.length <= longestText) return [key, text];
      findings.add({ ...about, key, problem: 'is too long', was: text, now: `its first ${longestText} characters` });
      return [key, text.slice(0, longestText).toWellFormed()];
    });
    return {
      id,
      name,
      ...(Object.fromEntries(texts) as Pick<NodeRow, 'description'>),
      up: row.up as boolean | null,
      is_vm: row.is_vm === true,
      locked: row.locked === true,
      locked_since: timeReader(row, about, findings)('locked_since'),
      unlocked_since: null,
      vm_host_id: (row.vm_host_id ?? null) as number | null,
    } as NodeRow;
  });
}

/** Queues as they are stored here. */
export function cleanQueues(rows: OldRow[], findings: Findings): QueueRow[] {
  const unique = uniqueNames(longestQueueName);
  return rows.map((row) => {
    const id = row.queue as string;
    const about = { table: 'queue', id } as const;
    const queue = unique(addressable(id, longestQueueName, 'old'), '2');
    if (queue !== id) findings.add({ ...about, key: 'queue', problem: 'cannot be its name', was: id, now: queue });
    const time = timeReader(row, about, findings);
    return {
      queue,
      paused_by: row.paused_by as string | null,
      paused_since: time('paused_since'),
      paused_until: time('paused_until'),
      pause_duration: row.pause_duration as number | null,
    };
  });
}

/** Makes the nodes and queues here those of the old database; links of jobs to nodes that stay are kept. */
export async function saveMachines(db: Reader, nodes: NodeRow[], queues: QueueRow[]): Promise<void> {
  await whileWriting(db, async (transaction) => {
    await lockOut(transaction, db.engine, 'nodes');
    await saveNodes(transaction, nodes);
    await transaction.deleteFrom('queues').execute();
    for (const some of chunksOf(queues, 100)) await transaction.insertInto('queues').values(some).execute();
  });
}

async function saveNodes(transaction: Transaction<Schema>, nodes: NodeRow[]): Promise<void> {
  const stored = await transaction.selectFrom('nodes').select(['id', 'name']).execute();
  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const gone = stored.filter(({ id }) => !names.has(id)).map(({ id }) => id);
  for (const ids of chunksOf(gone, 500)) await transaction.deleteFrom('nodes').where('id', 'in', ids).execute();
  const renamed = stored.filter(({ id, name }) => names.has(id) && names.get(id) !== name).map(({ id }) => id);
  for (const ids of chunksOf(renamed, 500)) await giveUpNames(transaction, 'nodes', ids);
  const rows = nodes.map((node) => ({ ...node, vm_host_id: null }));
  for (const some of chunksOf(rows, 100)) {
    await transaction
      .insertInto('nodes')
      .values(some)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet(({ ref }) => {
          const columns = Object.keys(some[0] as object).filter(
            (column) => column !== 'id' && column !== 'unlocked_since',
          );
          return Object.fromEntries(columns.map((column) => [column, ref(`excluded.${column}` as 'excluded.name')]));
        }),
      )
      .execute();
  }
  // Hosts come when all nodes are there; one that the old database lost with its constraint is none.
  for (const { id, vm_host_id } of nodes) {
    if (vm_host_id === null || !names.has(vm_host_id)) continue;
    await transaction.updateTable('nodes').set({ vm_host_id }).where('id', '=', id).execute();
  }
}
