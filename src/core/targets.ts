/**
 * The hosts that a job's `targets` name (teuthology contract §3.8): keys are `user@host` or `host`. Anything that
 * cannot be a host name is left out, because each host becomes a node (teuthology contract §7.49). `[]` for anything
 * but an object.
 */
export function hostsOf(targets: unknown): string[] {
  if (typeof targets !== 'object' || targets === null || Array.isArray(targets)) return [];
  const hosts = Object.keys(targets).map((key) => key.slice(key.lastIndexOf('@') + 1));
  const valid = hosts.filter((host) => /^[A-Za-z0-9]([A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/.test(host));
  return [...new Set(valid)].sort().slice(0, mostHosts);
}

/** Of one job: what it brings must not fill a table. Jobs of teuthology have up to ten or twenty, each with a key of 600 characters. */
const mostHosts = 1000;
