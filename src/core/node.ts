/** The rules for locking nodes (teuthology contract §2.12 to §2.14). */
import { conflict, type Failure, invalid, isFailure, unavailable } from './errors.ts';

/** The longest node name, in UTF-16 units (teuthology contract §3.1). */
export const longestNodeName = 256;

/** The fields of a node besides its name and its host. Times are in microseconds since the Unix epoch. */
export interface NodeFields {
  description: string | null;
  /** Null means unknown. */
  up: boolean | null;
  machine_type: string | null;
  arch: string | null;
  is_vm: boolean;
  os_type: string | null;
  os_version: string | null;
  locked: boolean;
  locked_by: string | null;
  locked_since: number | null;
  /** When it was last unlocked; null while it is locked, and if it was never locked. */
  unlocked_since: number | null;
  mac_address: string | null;
  ssh_pub_key: string | null;
}

/**
 * What one request changes in a node: absent keys stay as they are, and null clears a field. `vm_host` is the name of a node. Only the server
 * sets since when a node has been locked (teuthology contract §7.67).
 */
export type NodeChange = Partial<Omit<NodeFields, 'locked_since' | 'unlocked_since'>> & { vm_host?: string | null };

/** A request for `count` free nodes; null in a field accepts any value. */
export interface LockRequest {
  count: number;
  locked_by: string;
  machine_types: string[];
  description: string | null;
  os_type: string | null;
  os_version: string | null;
  arch: string | null;
}

/** The fields of a new node. Locking it requires an owner (teuthology contract §7.63); an unlocked node has none. */
export function newNode(change: NodeChange, at: number): NodeFields | Failure {
  const { vm_host: _, ...fields } = change;
  const locked = fields.locked ?? false;
  if (locked && !fields.locked_by) return invalid('locked_by', 'Cannot lock without specifying locked_by');
  const nothing = { description: null, up: null, machine_type: null, arch: null, os_type: null, os_version: null };
  return {
    ...nothing,
    mac_address: null,
    ssh_pub_key: null,
    is_vm: false,
    ...fields,
    locked,
    locked_by: locked ? (fields.locked_by ?? null) : null,
    locked_since: locked ? at : null,
    unlocked_since: null,
  };
}

/** The node after a change, or the failure if the lock rules reject it: `conflict` or `invalid`. The caller checks the host. */
export function changeNode<Node extends NodeFields>(node: Node, change: NodeChange, at: number): Node | Failure {
  const problem = lockProblem(node, change);
  if (problem) return problem;
  const { vm_host: _, ...fields } = change;
  const changed: Node = { ...node, ...fields };
  if (changed.locked !== node.locked) {
    changed.locked_since = changed.locked ? at : null;
    changed.unlocked_since = changed.locked ? null : at;
  }
  if (change.locked === false) changed.locked_by = null;
  return changed;
}

/** Implements the table of teuthology contract §2.14, row by row; null if the change is allowed. */
function lockProblem(node: NodeFields, change: NodeChange): Failure | null {
  const { locked, locked_by = null, description = null } = change;
  if (locked === undefined) {
    // teuthology contract §7.59: to get a new owner, a locked node must first be unlocked.
    const takenOver = node.locked && change.locked_by !== undefined && locked_by !== node.locked_by;
    return takenOver ? conflict('Cannot lock an already-locked node') : null;
  }
  const verb = locked ? 'lock' : 'unlock';
  if (locked === node.locked) {
    const repeated = locked_by === node.locked_by && description !== null && description === node.description;
    return repeated ? null : conflict(`Cannot ${verb} an already-${verb}ed node`);
  }
  if (!locked_by) return invalid('locked_by', `Cannot ${verb} without specifying locked_by`);
  if (locked) return null;
  if (locked_by !== node.locked_by) return conflict('Cannot unlock - locked_by values must match');
  if (description && description !== node.description) {
    return conflict('Cannot unlock - description values must match');
  }
  return null;
}

/**
 * Locks the requested number of `nodes`, starting with those that have been free the longest (teuthology contract §7.33). All nodes are thereby
 * used, and a broken node on which every job fails at once is not chosen again right away. Returns the changed nodes, ordered by name. Locks all
 * or none: returns `unavailable` if fewer are free.
 */
export function lockMany<Node extends NodeFields & { name: string }>(
  nodes: Iterable<Node>,
  request: LockRequest,
  at: number,
): Node[] | Failure {
  const { count, locked_by, description } = request;
  const free = [...nodes].filter((node) => isFree(node, request));
  if (free.length < count) return unavailable(`only ${free.length} nodes available`);
  const taken = free.sort(byTimeUnlocked).slice(0, count).sort(byName);
  const lock = { locked: true, locked_by, locked_since: at, unlocked_since: null, description };
  return taken.map((node) => ({ ...node, ...lock }));
}

function isFree(node: NodeFields, { machine_types, os_type, os_version, arch }: LockRequest): boolean {
  if (node.locked || node.up !== true || node.machine_type === null) return false;
  if (!machine_types.includes(node.machine_type)) return false;
  if (os_type !== null && node.os_type !== os_type) return false;
  if (os_version !== null && node.os_version !== os_version) return false;
  return arch === null || node.arch === arch;
}

/**
 * Unlocks all named nodes or none (teuthology contract §7.64). Returns the changed nodes, ordered by name, or the failure of the first node that
 * cannot be unlocked. `nodeOf` finds a node by its name.
 */
export function unlockMany<Node extends NodeFields & { name: string }>(
  names: string[],
  nodeOf: (name: string) => Node | undefined,
  locked_by: string | null,
  at: number,
): Node[] | Failure {
  const nodes = [...new Set(names)].flatMap((name) => nodeOf(name) ?? []);
  if (nodes.length < names.length) return invalid('names', 'Could not find all nodes!');
  const unlocked: Node[] = [];
  for (const node of nodes.sort(byName)) {
    const changed = changeNode(node, { locked: false, locked_by }, at);
    if (isFailure(changed)) return changed;
    unlocked.push(changed);
  }
  return unlocked;
}

/** Nodes that were never locked come first. */
function byTimeUnlocked(a: NodeFields & { name: string }, b: NodeFields & { name: string }): number {
  return (a.unlocked_since ?? Number.MIN_SAFE_INTEGER) - (b.unlocked_since ?? Number.MIN_SAFE_INTEGER) || byName(a, b);
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** Whether the chain of hosts of `host` leads back to the node itself. `hostOf` returns the host of a node. */
export function wouldHostItself(name: string, host: string, hostOf: (name: string) => string | null): boolean {
  const seen = new Set<string>();
  for (let at: string | null = host; at !== null && !seen.has(at); at = hostOf(at)) {
    if (at === name) return true;
    // Rows that were edited by hand may already contain a cycle.
    seen.add(at);
  }
  return false;
}

/** Parses a filter such as `up=1` (teuthology contract §7.36); null if the value is not understood. */
export function parseBooleanText(text: string): boolean | null {
  if (/^(1|t|true|yes|on)$/i.test(text)) return true;
  return /^(0|f|false|no|off)$/i.test(text) ? false : null;
}
