/** Translates nodes between the JSON of the contract (teuthology contract §2.10 to §2.18) and the core. */
import type { FastifyRequest } from 'fastify';
import { filterable, nameProblem } from '../../core/input.ts';
import type { JobStatus } from '../../core/job.ts';
import {
  type LockRequest,
  longestNodeName,
  type NodeChange,
  type NodeFields,
  parseBooleanText,
} from '../../core/node.ts';
import type { JobCounts } from '../../core/run.ts';
import { formatTimestamp } from '../../core/time.ts';
import { nextTurn } from '../../core/turns.ts';
import type { FullNode, NodeFilter, StatusCounts } from '../../store/read/nodes.ts';
import { bodyValue, type JsonBody } from '../body.ts';
import { refuse } from '../errors.ts';
import { booleanValue, integerParameter, parameter, requiredText, textValue } from './values.ts';

/** The keys of a node in the order of teuthology contract §2.10, with its host nested. */
export function wholeNode(node: FullNode): object {
  const { name, description, up, machine_type, is_vm, vm_host, os_type, os_version, arch, locked } = node;
  const { locked_by, mac_address, ssh_pub_key } = node;
  return {
    ...{ name, description, up, machine_type, is_vm, vm_host: vm_host && wholeNode(vm_host) },
    ...{ os_type, os_version, arch, locked, locked_since: formatTimestamp(node.locked_since), locked_by },
    ...{ mac_address, ssh_pub_key },
  };
}

/** The keys of a node in answers to locking and unlocking (teuthology contract §2.10). */
export function lockResult({ name, locked, locked_by, machine_type, is_vm }: NodeFields & { name: string }): object {
  return { name, locked, locked_by, machine_type, is_vm };
}

/** The order of teuthology contract §2.16. */
const statuses: JobStatus[] = ['pass', 'fail', 'queued', 'running', 'dead', 'unknown', 'waiting'];

/** Prints the answer to `GET /nodes/{node}/job_stats`, with every status (teuthology contract §2.16). */
export function printStats(counts: StatusCounts): string {
  return JSON.stringify(Object.fromEntries(statuses.map((status) => [status, counts[status] ?? 0])));
}

/**
 * Prints the answer to `GET /nodes/job_stats` (teuthology contract §2.17) as text, because an object would sort names that look like
 * numbers.
 */
export async function printAllStats(nodes: { node: string; counts: JobCounts }[]): Promise<string> {
  const occurring = (counts: JobCounts) => Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  let text = '';
  for (const [index, { node, counts }] of nodes.entries()) {
    text += `${index === 0 ? '' : ','}${JSON.stringify(node)}:${JSON.stringify(occurring(counts))}`;
    if (index % 5000 === 4999) await nextTurn();
  }
  return `{${text}}`;
}

/** Parses the conditions of `GET /nodes/` (teuthology contract §2.11). */
export function parseNodeFilter(request: FastifyRequest): NodeFilter {
  const filter: NodeFilter = {};
  for (const key of ['locked', 'up'] as const) {
    const text = parameter(request, key);
    if (text === undefined) continue;
    const value = parseBooleanText(text);
    if (value === null) refuse(key, `${key} must be true or false`);
    filter[key] = value;
  }
  for (const key of ['os_type', 'os_version', 'locked_by', 'machine_type'] as const) {
    const text = parameter(request, key);
    if (!text) continue;
    if (key === 'machine_type') filter.machine_types = text.split('|');
    else filter[key] = text;
  }
  return filter;
}

/** Parses `count` of `GET /nodes/` (teuthology contract §2.11), the most nodes in the answer; undefined for all. */
export function parseNodeLimit(request: FastifyRequest): number | undefined {
  const count = parameter(request, 'count');
  if (count === undefined) return undefined;
  if (!/^\d+$/.test(count)) refuse('count', 'count must be an integer');
  // A number beyond the range of the database means all nodes.
  return Math.min(Number(count), Number.MAX_SAFE_INTEGER - 1);
}

/** Parses `since_days` (teuthology contract §2.17): at least 1, default 14. */
export function parseSinceDays(request: FastifyRequest): number {
  const days = integerParameter(request, 'since_days');
  if (days !== undefined && days < 1) refuse('since_days', 'since_days must be a positive integer');
  // Nothing is older than a hundred thousand days, and more would exceed the range of times.
  return Math.min(days ?? 14, 100_000);
}

/**
 * Segments after /nodes/ that have another meaning. A node with such a name could not be reached (teuthology contract §1.1).
 */
const reserved = ['lock_many', 'unlock_many', 'job_stats', 'machine_types'];

/** Parses the `name` of a new node. */
export function parseNodeName(body: JsonBody): string {
  const name = requiredText(body, 'name');
  const problem = reserved.includes(name) ? `must not be '${name}'` : nameProblem(name, longestNodeName);
  return problem === null ? name : refuse('name', `invalid value for key 'name': ${problem}`);
}

/** The keys of a node whose values are texts. */
export const textKeys = [
  'arch',
  'description',
  'os_type',
  'os_version',
  'locked_by',
  'mac_address',
  'machine_type',
  'ssh_pub_key',
  'vm_host',
] as const;

/** Parses the updatable keys of a body (teuthology contract §2.13). Ignores others. */
export function parseNodeChange(body: JsonBody): NodeChange {
  const change: NodeChange = {};
  for (const key of textKeys) {
    if (!body.texts.has(key)) continue;
    const text = textValue(body, key);
    change[key] = key === 'machine_type' && text !== null ? filterable(text) : text;
  }
  for (const key of ['is_vm', 'locked', 'up'] as const) {
    if (!body.texts.has(key)) continue;
    if (key === 'up' && bodyValue(body, key) === null) change.up = null;
    else change[key] = booleanValue(body, key);
  }
  return change;
}

const lockManyKeys = ['count', 'locked_by', 'machine_type', 'description'];

/** Parses the body of `lock_many` (teuthology contract §2.12). Checks follow the order of the table there. */
export function parseLockMany(body: JsonBody): LockRequest {
  if (!lockManyKeys.every((key) => body.texts.has(key))) {
    refuse(null, `must pass these fields: ${lockManyKeys.join(', ')}`);
  }
  const count = bodyValue(body, 'count');
  if (!Number.isInteger(count)) refuse('count', "invalid value for key 'count': must be a whole number");
  if ((count as number) < 1) refuse('count', 'cannot lock less than 1 node');
  const wanted: Record<string, string | null> = {};
  for (const key of ['machine_type', 'locked_by', 'description', 'os_type', 'os_version', 'arch']) {
    wanted[key] = textValue(body, key);
  }
  const { machine_type, locked_by, description = null, os_type, os_version, arch } = wanted;
  if (!machine_type) refuse('machine_type', 'must specify machine_type');
  if (!locked_by) refuse('locked_by', 'Cannot lock without specifying locked_by');
  return {
    count: count as number,
    locked_by,
    machine_types: machine_type.split('|'),
    description,
    os_type: os_type || null,
    os_version: os_version || null,
    arch: arch || null,
  };
}

/** Parses the body of `unlock_many` (teuthology contract §2.12). Checks follow the order of the table there. */
export function parseUnlockMany(body: JsonBody): { names: string[]; locked_by: string | null } {
  const { texts } = body;
  if ([...texts.keys()].sort().join() !== 'locked_by,names') {
    refuse(null, 'must pass these fields: names, locked_by');
  }
  const names = bodyValue(body, 'names');
  if (!Array.isArray(names)) {
    const type = pythonType(names, texts.get('names') as string);
    refuse('names', `'names' must be a list; got: <class '${type}'>`);
  }
  const couldBeNode = (name: unknown) => typeof name === 'string' && !name.includes('\0');
  if (!names.every(couldBeNode)) refuse('names', 'Could not find all nodes!');
  return { names, locked_by: textValue(body, 'locked_by') };
}

/** The old server's name for the type of a JSON value. `text` is the raw JSON. */
function pythonType(value: unknown, text: string): string {
  if (value === null) return 'NoneType';
  if (typeof value === 'number') return /^-?\d+$/.test(text) ? 'int' : 'float';
  return { string: 'str', boolean: 'bool', object: 'dict' }[typeof value as string] ?? 'object';
}
