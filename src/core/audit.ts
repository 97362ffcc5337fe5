/** The audit log: who changed what. */
import type { NodeFields } from './node.ts';

/** The interfaces through which a change can arrive. */
export const doors = ['classic', 'teuthology', 'api', 'command'] as const;
/** One of `doors`. */
export type Door = (typeof doors)[number];

/** Who makes a change, and from where. */
export interface Actor {
  /** Null if the client gave no name. */
  name: string | null;
  /** Whether a token, a trusted proxy or the operating system vouches for the name. */
  verified: boolean;
  /** The IP address; null for a command. */
  address: string | null;
  door: Door;
  /** The id of the request, as in the server log; null for a command. */
  request: string | null;
}

/** The server itself. */
export const serverActor: Actor = { name: 'paddles', verified: true, address: null, door: 'command', request: null };

/** The kinds of objects that a change can affect. */
export const auditKinds = [
  'run',
  'job',
  'node',
  'queue',
  'token',
  'database',
  'decision',
  'review',
  'subscription',
] as const;

/** One change. `before` and `after` hold the changed values, null if there are none to record. */
export interface Change {
  action: string;
  kind: (typeof auditKinds)[number];
  /** The name of the changed object: RUN/JOB for a job, the cause for a decision. */
  target: string;
  before?: object | null;
  after?: object | null;
}

/** The change that a write made to a node; empty if no recorded field changed. `before` is null for a new node, `after` for a deleted one. */
export function nodeChange(target: string, before: NodeFields | null, after: NodeFields | null): Change[] {
  const change = { kind: 'node', target } as const;
  if (before === null) return [{ ...change, action: 'create', after: pick(after, createdFields) }];
  if (after === null) return [{ ...change, action: 'delete', before: pick(before, createdFields) }];
  const action = before.locked === after.locked ? 'edit' : after.locked ? 'lock' : 'unlock';
  const fields = new Set([...lockFields, ...(Object.keys(after) as (keyof NodeFields)[])]);
  const keys = [...fields].filter((key) => {
    if (derivedFields.has(key)) return false;
    return before[key] !== after[key] || (action !== 'edit' && lockFields.includes(key));
  });
  return keys.length === 0 ? [] : [{ ...change, action, before: pick(before, keys), after: pick(after, keys) }];
}

/** Recorded whenever a node is locked or unlocked: who holds it, and why. */
const lockFields: (keyof NodeFields)[] = ['locked_by', 'description'];

const createdFields: (keyof NodeFields)[] = ['machine_type', ...lockFields];

/** Fields that follow from the action and its time. */
const derivedFields: ReadonlySet<string> = new Set(['locked', 'locked_since', 'unlocked_since']);

function pick(node: NodeFields | null, keys: (keyof NodeFields)[]): object {
  return Object.fromEntries(keys.map((key) => [key, node?.[key] ?? null]));
}
