/** A node and the roles it played in a job. */
interface NodeRoles {
  node: string;
  roles: string[];
}

/**
 * The roles of each node: teuthology gives the first list of `roles` to the first of `targets`, and so on. Empty when there
 * are not as many lists as hosts.
 */
export function nodeRoles(roles: unknown, targets: unknown): NodeRoles[] {
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
