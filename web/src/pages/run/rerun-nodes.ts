/** Nodes that failures have in common. */
import type { Job } from '../../lib/jobs.ts';

/** Fewer failures on a node say nothing. */
const leastJobs = 3;

/** The nodes that more than half of some jobs ran on, if at least three did. */
export function sharedNodes(jobs: readonly Pick<Job, 'nodes'>[]): string[] {
  const counts = new Map<string, number>();
  for (const { nodes } of jobs) for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  return [...counts].flatMap(([node, count]) => (count >= leastJobs && 2 * count > jobs.length ? [node] : []));
}
