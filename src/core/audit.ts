/** What is kept of who changed what. */
import type { NodeFields } from './node.ts';

/** Where a change came in. */
export const doors = ['classic', 'teuthology', 'api', 'command'] as const;
/** One of them. */
export type Door = (typeof doors)[number];

/** Who changes something, and from where. */
export interface Actor {
  /** null: nobody said so. */
  name: string | null;
  /** Whether a token, a trusted proxy or the operating system vouches for the name. */
  verified: boolean;
  /** The IP address; null for a command. */
  address: string | null;
  door: Door;
  /** The id of the request, which the log has too; null for a command. */
  request: string | null;
}

/** The server itself. */
export const serverActor: Actor = { name: 'paddles', verified: true, address: null, door: 'command', request: null };

/** What a change can be about. */
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

/** One change. `before` and `after` hold what it changed, null where there is nothing to say. */
export interface Change {
  action: string;
  kind: (typeof auditKinds)[number];
  /** The name of what was changed; of a job RUN/JOB, of a decision its cause. */
  target: string;
  before?: object | null;
  after?: object | null;
}

/** What a write did to a node; nothing when all that is kept of it is as before. `before` is null for a new one, `after` for a deleted one. */
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

/** What is told of a node whenever it is locked or unlocked: who has it, and what for. */
const lockFields: (keyof NodeFields)[] = ['locked_by', 'description'];

const createdFields: (keyof NodeFields)[] = ['machine_type', ...lockFields];

/** What follows from the action and its time. */
const derivedFields: ReadonlySet<string> = new Set(['locked', 'locked_since', 'unlocked_since']);

function pick(node: NodeFields | null, keys: (keyof NodeFields)[]): object {
  return Object.fromEntries(keys.map((key) => [key, node?.[key] ?? null]));
}
