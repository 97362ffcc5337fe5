/** Detects faults of the lab: outages that hit several suites and branches at once, and nodes on which jobs fail more often than on others. */
import { baseOf } from './baseline.ts';
import { lnHypergeometricTail } from './statistics.ts';

/** An outage is searched for within this many milliseconds before and after the start of the median job of a cause. */
const reach = 3_600_000;
const leastHits = 3;
const leastShare = 0.2;
const leastInside = 0.8;

/** Other runs of one suite and branch: how many jobs they started during an outage, and how many of these the cause hit. */
export interface Around {
  suite: string;
  branch: string;
  jobs: number;
  hits: number;
}

/** The jobs that other runs started during an outage, how many of them it hit, and the runs that it hit. */
export interface Outage {
  jobs: number;
  hits: number;
  hit: Around[];
}

/** The period to search for an outage, given when the jobs of a cause started (`starts`, not empty). All times are in milliseconds. */
export function outageWindow(starts: readonly number[]): { from: number; to: number } {
  const middle = starts.toSorted((a, b) => a - b)[Math.floor((starts.length - 1) / 2)]!;
  return { from: middle - reach, to: middle + reach };
}

/** The properties of a job of another run that matter for outages: its start in milliseconds and the cause of its failure. */
export interface StartedJob {
  suite: string;
  branch: string;
  start: number;
  cause: string | null;
}

/** Counts, by suite and branch, the jobs that started in a period and how many of them a cause hit. */
export function countAround(cause: string, { from, to }: { from: number; to: number }, jobs: Iterable<StartedJob>) {
  const found = new Map<string, Around>();
  for (const job of jobs) {
    if (job.start < from || job.start > to) continue;
    const key = JSON.stringify([job.suite, job.branch]);
    const one = found.get(key) ?? { suite: job.suite, branch: job.branch, jobs: 0, hits: 0 };
    found.set(key, one);
    one.jobs++;
    if (job.cause === cause) one.hits++;
  }
  return [...found.values()];
}

/**
 * The outage that hit a run, or null. It must have hit jobs of other runs so that, with this run, two branches and two suites are affected. Two
 * base branches count instead of two suites if nearly all jobs of this run (`starts`, in milliseconds) failed in that period: a fault on one base
 * branch reaches only the branches of this base, and a fault on several bases does not disappear after an hour. At night, a suite is usually
 * tested on several bases.
 */
export function outageOf(
  run: { suite: string; branch: string },
  starts: readonly number[],
  around: readonly Around[],
  bases: readonly string[],
): Outage | null {
  const hit = around.filter(({ hits }) => hits > 0).sort((a, b) => b.hits - a.hits);
  const jobs = around.reduce((total, one) => total + one.jobs, 0);
  const hits = hit.reduce((total, one) => total + one.hits, 0);
  const different = (of: (one: { suite: string; branch: string }) => string) => new Set([run, ...hit].map(of)).size;
  if (hits < leastHits || hits < leastShare * jobs || different(({ branch }) => branch) < 2) return null;
  const { from, to } = outageWindow(starts);
  const isBrief = starts.filter((start) => start >= from && start <= to).length >= leastInside * starts.length;
  const isWide =
    different(({ suite }) => suite) >= 2 || (isBrief && different(({ branch }) => baseOf(branch, bases)) >= 2);
  return isWide ? { jobs, hits, hit } : null;
}

/** How far back jobs are counted, in milliseconds. */
export const suspectDays = 14 * 86_400_000;

/** A job that ended with a cause of class infra or support. `start` is in milliseconds. */
export interface NodeFailure {
  start: number;
  nodes: readonly string[];
  cause: string;
}

/** The finished jobs of one machine type in the last 14 days. */
export interface NodeHistory {
  /** Ascending by `start`. */
  failures: readonly NodeFailure[];
  /** The number of jobs of each node. */
  jobs: ReadonlyMap<string, number>;
  /** The number of jobs that started from `from` until before `to`, both in milliseconds. */
  started(from: number, to: number): number;
}

/** A node with the number of its failures and of its jobs. */
export interface Suspect {
  node: string;
  failures: number;
  jobs: number;
  /** The totals of all nodes that are not suspect. */
  others: { failures: number; jobs: number };
  /** Not corrected for the number of nodes. */
  p: number;
}

/** At least this many failures of one cause within an hour, if they make up this share of the started jobs, are not the fault of a node. */
const burst = { failures: 6, share: 0.2, reach: 3_600_000 };
const leastFailures = 4;
const leastRatio = 3;
const largestP = 0.03;

/**
 * Returns the suspect nodes of a machine type, the worst first, and the failures each node is charged with: the failures of its jobs that are not
 * part of a burst.
 */
export function judgeNodes(history: NodeHistory): {
  suspects: Suspect[];
  charged: ReadonlyMap<string, readonly NodeFailure[]>;
} {
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
    // Failures that this node explains no longer count against the other nodes of the job.
    for (const failure of failed.get(next.node) ?? []) {
      for (const node of failure.nodes) failed.get(node)?.delete(failure);
      charged -= failure.nodes.length;
    }
  }
  const others = { failures: charged, jobs: found.reduce((left, { jobs }) => left - jobs, total) };
  // Report every failure of the node, even those that a worse node explains, so that the number matches what a user counts.
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

/** An hour from `from` to `to`, in milliseconds, in which the failures `first` to `after` (exclusive) of one cause began. */
interface CrowdedHour {
  from: number;
  to: number;
  failed: readonly NodeFailure[];
  first: number;
  after: number;
}

/** The hours in which one cause hit enough jobs for a burst. It is a burst if these are at least a fifth of all jobs that started. */
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
