/** Reads the configuration of a job: its tasks, roles and hosts. Also finds what several configurations have in common. */
import { splitObject } from './json-text.ts';

/** The names of tasks. A task is an object with its name as the key, or the name alone. */
export function taskNames(tasks: unknown): string[] {
  if (!Array.isArray(tasks)) return [];
  return tasks.flatMap((task) => (isObject(task) ? Object.keys(task) : typeof task === 'string' ? task : []));
}

/** The distinct roles of all nodes. */
export function roleNames(roles: unknown): string[] {
  if (!Array.isArray(roles)) return [];
  return [...new Set(roles.flat().filter((role) => typeof role === 'string'))];
}

/**
 * The roles of each node: teuthology assigns the first list of `roles` to the first of `targets`, and so on. Empty if the numbers of lists and
 * hosts differ.
 */
export function nodeRoles(roles: unknown, targets: unknown): { node: string; roles: string[] }[] {
  if (!Array.isArray(roles) || typeof targets !== 'object' || targets === null) return [];
  const hosts = Array.isArray(targets) ? textsOf(targets) : Object.keys(targets);
  if (hosts.length !== roles.length) return [];
  return hosts.map((host, index) => ({ node: withoutUser(host), roles: textsOf(roles[index]) }));
}

function withoutUser(host: string): string {
  return host.slice(host.lastIndexOf('@') + 1);
}

function textsOf(roles: unknown): string[] {
  if (typeof roles === 'string') return [roles];
  return Array.isArray(roles) ? roles.filter((role) => typeof role === 'string') : [];
}

/** The most keys of `targets` to read, so that one job cannot fill the table of nodes. Jobs of teuthology have at most ten or twenty. */
const mostKeys = 1000;

/**
 * The hosts in the JSON text of a job's `targets` (teuthology contract §3.8). Keys are `user@host` or `host`. Anything that cannot be a host name
 * is left out, because each host becomes a node (teuthology contract §7.49). Returns `[]` for anything but an object.
 */
export function hostsOf(targets: string): string[] {
  if (!targets.startsWith('{')) return [];
  const hosts = [...splitObject(targets, mostKeys).keys()].map(withoutUser);
  return [...new Set(hosts.filter((host) => hostName.test(host)))].sort();
}

const hostName = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/;

/** Configurations come from clients, and no sensible one nests deeper than this. */
const deepest = 50;

/**
 * The common part of JSON values. For objects, these are the keys that all of them have, with the common part of their values; for anything else,
 * the value if it is the same everywhere. Undefined if nothing is common.
 */
export function commonPart(values: readonly unknown[], depth = 0): unknown {
  const [first, ...others] = values;
  if (!values.every(isObject) || depth === deepest) {
    const text = JSON.stringify(first);
    return others.every((other) => JSON.stringify(other) === text) ? first : undefined;
  }
  const common: [string, unknown][] = [];
  for (const key of Object.keys(first as object)) {
    if (!values.every((value) => Object.hasOwn(value, key))) continue;
    const part = commonPart(
      values.map((value) => value[key]),
      depth + 1,
    );
    if (part !== undefined) common.push([key, part]);
  }
  // `fromEntries` keeps a key named __proto__ as a key.
  return common.length > 0 ? Object.fromEntries(common) : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
