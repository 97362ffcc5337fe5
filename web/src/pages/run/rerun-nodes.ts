/** Nodes that failures have in common. */
import type { Job } from '../../lib/jobs.ts';

/** A node, and how many of some jobs ran on it. */
export interface CommonNode {
  node: string;
  jobs: number;
  /** Whether more than half of them did, and at least three. */
  most: boolean;
}

/** A node is asked about when two jobs ran on it, and no more than three nodes are. */
const leastJobs = 2;
const mostNodes = 3;

/** The nodes that most of some jobs ran on, the most frequent first. */
export function commonNodes(jobs: readonly Pick<Job, 'nodes'>[]): CommonNode[] {
  const counts = new Map<string, number>();
  for (const { nodes } of jobs) for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  const frequent = [...counts].filter(([, count]) => count >= leastJobs).sort((a, b) => b[1] - a[1]);
  return frequent
    .slice(0, mostNodes)
    .map(([node, count]) => ({ node, jobs: count, most: count > leastJobs && 2 * count > jobs.length }));
}
