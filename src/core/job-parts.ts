/** What the configuration of a job says it does and on what: the names of its tasks and its roles. */

/** The names of tasks: each of them is an object with its name as the key, or the name alone. */
export function taskNames(tasks: unknown): string[] {
  if (!Array.isArray(tasks)) return [];
  return tasks.flatMap((task) => {
    if (typeof task === 'string') return [task];
    return typeof task === 'object' && task !== null && !Array.isArray(task) ? Object.keys(task) : [];
  });
}

/** All roles once, whatever node has them. */
export function roleNames(roles: unknown): string[] {
  if (!Array.isArray(roles)) return [];
  return [...new Set(roles.flat().filter((role) => typeof role === 'string'))];
}
