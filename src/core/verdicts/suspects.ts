/** Nodes on which jobs fail more often than on others. */
import { lnHypergeometricTail } from './statistics.ts';

/** How far back jobs count, in milliseconds. */
export const suspectDays = 14 * 86_400_000;

/** A job that ended with a cause of class infra or support. `start` is in milliseconds. */
export interface NodeFailure {
  start: number;
  nodes: readonly string[];
  cause: string;
}

/** The finished jobs of one machine type and the last 14 days. */
export interface NodeHistory {
  /** Ascending by `start`. */
  failures: readonly NodeFailure[];
  /** How many jobs each node had. */
  jobs: ReadonlyMap<string, number>;
  /** How many jobs started in a time, in milliseconds, the end not included. */
  started(from: number, to: number): number;
}

/** A node and its failures, of the jobs that it had. */
export interface Suspect {
  node: string;
  failures: number;
  jobs: number;
  /** For the number of nodes not yet corrected. */
  p: number;
}

/** So many failures of one cause within an hour, with this share of the jobs started, are no fault of a node. */
const burst = { failures: 6, share: 0.2, reach: 3_600_000 };
const leastFailures = 4;
const leastRatio = 3;
const largestP = 0.01;

/** The nodes under suspicion. Each node of a job is charged with its failure. */
export function suspectNodes(history: NodeHistory): Suspect[] {
  const failed = new Map<string, Set<NodeFailure>>();
  let charged = 0;
  for (const failure of withoutBursts(history)) {
    for (const node of failure.nodes) failed.set(node, (failed.get(node) ?? new Set()).add(failure));
    charged += failure.nodes.length;
  }
  let total = 0;
  for (const count of history.jobs.values()) total += count;
  const suspects: Suspect[] = [];
  for (;;) {
    const next = mostSuspect(failed, history.jobs, total, charged);
    if (next === null || next.p * history.jobs.size > largestP * (suspects.length + 1)) return suspects;
    suspects.push(next);
    // What this node explains is no longer held against others that took part.
    for (const failure of failed.get(next.node) ?? []) {
      for (const node of failure.nodes) failed.get(node)?.delete(failure);
      charged -= failure.nodes.length;
    }
  }
}

function mostSuspect(
  failed: ReadonlyMap<string, ReadonlySet<NodeFailure>>,
  jobsOf: ReadonlyMap<string, number>,
  total: number,
  charged: number,
): Suspect | null {
  let found: Suspect | null = null;
  for (const [node, { size: failures }] of failed) {
    const jobs = jobsOf.get(node) ?? 0;
    if (failures < leastFailures || failures * (total - jobs) < leastRatio * (charged - failures) * jobs) continue;
    const p = Math.exp(lnHypergeometricTail(failures, jobs, charged, total));
    if (found === null || p < found.p) found = { node, failures, jobs, p };
  }
  return found;
}

function withoutBursts({ failures, started }: NodeHistory): Set<NodeFailure> {
  const left = new Set(failures);
  for (const failed of Map.groupBy(failures, ({ cause }) => cause).values()) {
    for (let first = 0, after = 0; first < failed.length; first++) {
      const from = failed[first]!.start;
      const to = from + burst.reach;
      while (after < failed.length && failed[after]!.start < to) after++;
      const count = after - first;
      if (count < burst.failures || count < burst.share * started(from, to)) continue;
      for (const failure of failed.slice(first, after)) left.delete(failure);
    }
  }
  return left;
}
