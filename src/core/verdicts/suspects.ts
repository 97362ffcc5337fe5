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
  /** The same of the nodes that are not suspect, all together. */
  others: { failures: number; jobs: number };
  /** For the number of nodes not yet corrected. */
  p: number;
}

/** So many failures of one cause within an hour, with this share of the jobs started, are no fault of a node. */
const burst = { failures: 6, share: 0.2, reach: 3_600_000 };
const leastFailures = 4;
const leastRatio = 3;
const largestP = 0.03;

/** What is held against the nodes of a machine type. */
export interface NodeVerdicts {
  suspects: Suspect[];
  /** The failures of each node that are not part of a burst. */
  charged: ReadonlyMap<string, readonly NodeFailure[]>;
}

/** The nodes under suspicion, the worst first. */
export function suspectNodes(history: NodeHistory): Suspect[] {
  return judgeNodes(history).suspects;
}

/** The nodes under suspicion, the worst first, and what each node is charged with: each node of a job with its failure. */
export function judgeNodes(history: NodeHistory): NodeVerdicts {
  const failed = new Map<string, Set<NodeFailure>>();
  let charged = 0;
  for (const failure of withoutBursts(history)) {
    for (const node of failure.nodes) failed.set(node, (failed.get(node) ?? new Set()).add(failure));
    charged += failure.nodes.length;
  }
  const all = new Map([...failed].map(([node, failures]) => [node, [...failures]]));
  let total = 0;
  for (const count of history.jobs.values()) total += count;
  const found: Omit<Suspect, 'others'>[] = [];
  for (;;) {
    const next = mostSuspect(failed, history.jobs, total, charged);
    if (next === null || next.p * history.jobs.size > largestP * (found.length + 1)) break;
    found.push(next);
    // What this node explains is no longer held against others that took part.
    for (const failure of failed.get(next.node) ?? []) {
      for (const node of failure.nodes) failed.get(node)?.delete(failure);
      charged -= failure.nodes.length;
    }
  }
  const others = { failures: charged, jobs: found.reduce((left, { jobs }) => left - jobs, total) };
  // A person who counts finds these: also those that a worse node explains.
  const suspects = found.map((one) => ({ ...one, failures: all.get(one.node)?.length ?? 0, others }));
  return { suspects, charged: all };
}

/** Why a node is suspect, in a sentence: "7 infra failures in 20 jobs here, 3 of 410 on the other smithi nodes." */
export function suspectText({ failures, jobs, others }: Suspect, machineType: string, suspects: number): string {
  const nodes = machineType === '' ? 'nodes' : `${machineType} nodes`;
  const where = suspects > 1 ? `on the ${nodes} that are not suspect` : `on the other ${nodes}`;
  return `${failures} infra failures in ${jobs} jobs here, ${others.failures} of ${others.jobs} ${where}.`;
}

function mostSuspect(
  failed: ReadonlyMap<string, ReadonlySet<NodeFailure>>,
  jobsOf: ReadonlyMap<string, number>,
  total: number,
  charged: number,
): Omit<Suspect, 'others'> | null {
  let found: Omit<Suspect, 'others'> | null = null;
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
  const dropped = new Map<readonly NodeFailure[], number>();
  for (const { from, to, failed, first, after } of crowdedHours(failures)) {
    if (after - first < burst.share * started(from, to)) continue;
    for (let at = Math.max(first, dropped.get(failed) ?? 0); at < after; at++) left.delete(failed[at]!);
    dropped.set(failed, after);
  }
  return left;
}

/** An hour, by its moments in milliseconds, in which the failures `first` to `after` (not included) of one cause began. */
interface CrowdedHour {
  from: number;
  to: number;
  failed: readonly NodeFailure[];
  first: number;
  after: number;
}

/** The hours in which one cause hit so many jobs that it is a burst if that is a fifth of those that started. */
export function* crowdedHours(failures: readonly NodeFailure[]): Generator<CrowdedHour> {
  for (const failed of Map.groupBy(failures, ({ cause }) => cause).values()) {
    for (let first = 0, after = 0; first < failed.length; first++) {
      const from = failed[first]!.start;
      const to = from + burst.reach;
      while (after < failed.length && failed[after]!.start < to) after++;
      if (after - first >= burst.failures) yield { from, to, failed, first, after };
    }
  }
}
