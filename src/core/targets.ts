import { splitObject } from './json-text.ts';

/** The most keys of `targets` that are read: one job must not fill the table of nodes. Jobs of teuthology have up to ten or twenty. */
const mostKeys = 1000;

/**
 * The hosts that the JSON text of a job's `targets` names (teuthology contract §3.8): keys are `user@host` or `host`. Anything that
 * cannot be a host name is left out, because each host becomes a node (teuthology contract §7.49). `[]` for anything but an object.
 */
export function hostsOf(targets: string): string[] {
  if (!targets.startsWith('{')) return [];
  const keys = [...splitObject(targets, mostKeys).keys()];
  const hosts = keys.map((key) => key.slice(key.lastIndexOf('@') + 1));
  return [...new Set(hosts.filter((host) => hostName.test(host)))].sort();
}

const hostName = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/;
