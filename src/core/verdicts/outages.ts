/** Whether several suites and branches were hit by the same thing at the same time. */
import { baseOf } from './baseline.ts';

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
