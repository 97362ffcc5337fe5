import { formatTimestamp } from '../../core/time.ts';
import type { Db } from '../../store/db.ts';
import { machines } from '../../store/takeover/compare.ts';
import type { OldServer } from './old-server.ts';

type OldNode = Record<string, unknown> & { name: string; vm_host: { name: string } | null };
type Node = Awaited<ReturnType<typeof machines>>['nodes'][number];

const plainKeys = [
  'description',
  'up',
  'machine_type',
  'arch',
  'is_vm',
  'os_type',
  'os_version',
  'mac_address',
  'ssh_pub_key',
] as const;

/** Brings nodes, their locks and queues there to where they are here. */
export async function replayMachines(db: Db, server: OldServer): Promise<void> {
  const { nodes, queues } = await machines(db);
  const there = new Map((((await server.get('/nodes/')).json ?? []) as OldNode[]).map((node) => [node.name, node]));
  // Hosts are there before their guests name them.
  const hostsFirst = nodes.toSorted((a, b) => Number(a.is_vm) - Number(b.is_vm));
  for (const node of hostsFirst) {
    const old = there.get(node.name);
    if (old) await replayNode(server, node, old);
    else await server.send('POST', '/nodes/', JSON.stringify({ name: node.name, ...fieldsOf(node), ...lockOf(node) }));
  }
  const paused = ((await server.get('/queue/')).json ?? []) as Record<string, unknown>[];
  for (const { queue, paused_by, paused_since, paused_until } of queues) {
    const old = paused.find((one) => one.queue === queue);
    const times = { paused_since: formatTimestamp(paused_since), paused_until: formatTimestamp(paused_until) };
    const body = { queue, paused_by, ...times };
    if (!old) await server.send('POST', '/queue/', JSON.stringify({ queue }));
    const isEqual = old
      ? old.paused_by === paused_by && sameTime(old.paused_until, times.paused_until)
      : paused_by === null;
    if (!isEqual) await server.send('PUT', '/queue/', JSON.stringify(body));
  }
}

function sameTime(there: unknown, here: string | null): boolean {
  if (typeof there !== 'string' || here === null) return (there ?? null) === here;
  return there.slice(0, 19) === here.slice(0, 19);
}

/** What the old server takes of a node; null would be refused for a host. */
function fieldsOf(node: Node): Record<string, unknown> {
  const fields = Object.fromEntries(plainKeys.map((key) => [key, node[key]]));
  return node.vm_host === null ? fields : { ...fields, vm_host: node.vm_host };
}

function lockOf({ locked, locked_by, locked_since }: Node): object {
  return locked ? { locked, locked_by, locked_since: formatTimestamp(locked_since) } : {};
}

async function replayNode(server: OldServer, node: Node, old: OldNode): Promise<void> {
  const path = `/nodes/${encodeURIComponent(node.name)}/`;
  const { locked, locked_by, description } = node;
  const isSameLock = locked === old.locked && (locked_by ?? null) === (old.locked_by ?? null);
  if (!isSameLock && old.locked === true) {
    await server.send('PUT', `${path}lock`, JSON.stringify({ locked: false, locked_by: old.locked_by }));
  }
  if (!isSameLock && locked)
    await server.send('PUT', `${path}lock`, JSON.stringify({ locked, locked_by, description }));
  const fields = fieldsOf(node);
  const known: Record<string, unknown> = { ...old, vm_host: old.vm_host?.name ?? null };
  if (!isSameLock && locked) known.description = description;
  const changed = Object.entries(fields).filter(([key, value]) => value !== known[key]);
  if (changed.length > 0) await server.send('PUT', path, JSON.stringify(Object.fromEntries(changed)));
}
