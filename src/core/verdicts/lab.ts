/** Whether the lab is at fault: outages that hit several suites and branches at once, and nodes on which jobs fail more often than on others. */
import { baseOf } from './baseline.ts';
import { lnHypergeometricTail } from './statistics.ts';

/** From the middle job of a cause an outage is looked for this long before and after, in milliseconds. */
const reach = 3_600_000;
const leastHits = 3;
const leastShare = 0.2;
const leastInside = 0.8;

/** Other runs of one suite and branch: how many jobs they started in the time of an outage, and how many of those the cause hit. */
export interface Around {
  suite: string;
  branch: string;
  jobs: number;
  hits: number;
}

/** What an outage hit beside the run: how many of the jobs that other runs started, and which runs those were. */
export interface Outage {
  jobs: number;
  hits: number;
  hit: Around[];
}

/** The time that is looked at for the jobs of a cause that started at `starts` (not empty), all in milliseconds. */
export function outageWindow(starts: readonly number[]): { from: number; to: number } {
  const middle = starts.toSorted((a, b) => a - b)[Math.floor((starts.length - 1) / 2)]!;
  return { from: middle - reach, to: middle + reach };
}

/** A job of another run as far as outages go; when it started in milliseconds, and the cause of its failure. */
export interface StartedJob {
  suite: string;
  branch: string;
  start: number;
  cause: string | null;
}

/** How many of the jobs that started in a time a cause hit, by suite and branch. */
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
 * The outage that hit a run, if there was one: jobs of other runs, of two branches and two suites with this run. Instead of two
 * suites two bases do when nearly all jobs of this run (`starts`, in milliseconds) failed at that time: what is broken on a base
 * reaches its branches, and what is broken on several does not last for an hour. Suites are mostly tested on several bases at night.
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

/**
 * The nodes of a machine type under suspicion, the worst first, and the failures that each node is charged with, which are those of its jobs
 * that are not part of a burst.
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
