import { drawSize, type JobDocument, type JobFacts, jobDocument } from './documents.ts';
import { type Failure, failureOf } from './failures.ts';
import { chance, createRandom, hex, int, pick, sample } from './random.ts';
import { type JobShape, jobShape } from './shapes.ts';
import { brokenNode, developers, machineTypes, type Nightly, nightly } from './vocabulary.ts';

/** The state of a job at the time of the demo. */
export type Outcome = 'pass' | 'fail' | 'dead' | 'running' | 'waiting' | 'queued';

/** One job. `document` and `summary` are generated on each access, so that 5,000 documents need not be in memory. */
export interface PlannedJob {
  job_id: string;
  outcome: Outcome;
  /** The cause of a failure, or null. It is never sent; tests and evaluations use it. */
  cause: string | null;
  nodes: readonly string[];
  /** The document with which the job is posted. */
  readonly document: JobDocument;
  /** The update when the job has ended; empty before that. */
  readonly summary: JobDocument;
  /** The update for when it ends, without a time; `--live` sends it. */
  readonly ending: JobDocument;
  /** When a finished job started and ended; null for others. */
  times: { started: Date; ended: Date } | null;
  /** How many seconds a running job has been running; 0 for others. */
  elapsed: number;
}

/** One run with its jobs; the oldest job comes first. */
export interface PlannedRun {
  name: string;
  user: string;
  suite: string;
  branch: string;
  machine_type: string;
  sha1: string;
  scheduled: Date;
  priority: number;
  jobs: PlannedJob[];
}

/** Everything that a plan depends on: the same options give the same runs. */
export interface PlanOptions {
  seed: number;
  /** The number of runs. */
  runs: number;
  /** Only shifts the dates. Its time of day does not matter, so that each day has one plan. */
  now: Date;
  /** The number of days over which the runs are spread, at most 60. */
  days: number;
  /** The number of jobs of each run. If absent, as many as such a run has in a lab. */
  jobs?: number;
}

/** The facts of a run, before its jobs are planned. */
interface RunFacts extends Omit<PlannedRun, 'jobs'> {
  seed: number;
  /** Counted back from the newest night, which is 0. */
  night: number;
  slot: number;
  size: number;
  flavor: string;
  suite_sha1: string;
  /** The id of its first job. */
  firstJob: number;
  /** Set if none of its jobs has started. */
  isLive: boolean;
  /** The latest time at which a job can end. For the newest night, this is the last midnight. */
  latest: Date;
}

const day = 86_400_000;

/**
 * The runs of the demo, oldest first. A run depends only on its night and its place in the night, not on the number of runs, so the runs of a
 * small demo are among those of a large one.
 */
export function planRuns({ seed, runs, now, days, jobs }: PlanOptions): PlannedRun[] {
  const perNight = new Array<number>(days).fill(0);
  for (let i = 0; i < runs; i++) perNight[Math.floor((i * days) / runs)]!++;
  const midnight = Math.floor(now.getTime() / day) * day;
  const planned = perNight.flatMap((count, index) =>
    Array.from({ length: count }, (_, slot) => planRun(seed, days - 1 - index, slot, midnight, jobs)),
  );
  return planned.sort((a, b) => a.scheduled.getTime() - b.scheduled.getTime());
}

function planRun(seed: number, night: number, slot: number, midnight: number, size?: number): PlannedRun {
  const suite = nightly[slot % nightly.length]![night % 2]!;
  const usual =
    suite === null ? branchRun(seed, night, slot, midnight) : nightlyRun(seed, night, slot, midnight, suite);
  const facts = { ...usual, size: size ?? usual.size };
  return withJobs(facts);
}

function withJobs(facts: RunFacts): PlannedRun {
  const { name, user, suite, branch, machine_type, sha1, scheduled, priority, size } = facts;
  const jobs = Array.from({ length: size }, (_, index) => planJob(facts, index));
  return { name, user, suite, branch, machine_type, sha1, scheduled, priority, jobs };
}

/** A run for `--live`, in which no job has started. */
export function liveRun(seed: number, number: number, now: Date): PlannedRun {
  const random = createRandom(seed, 'live', number);
  const of = pick(random, [
    { user: 'teuthology', suite: 'smoke', branch: 'main' },
    { user: 'vshankar', suite: 'fs', branch: 'wip-vshankar-testing' },
    { user: 'yuriw', suite: 'rados', branch: 'wip-yuri5-testing' },
    { user: 'cbodley', suite: 'rgw', branch: 'main' },
  ]);
  const sha1 = hex(random, 40);
  return withJobs({
    ...{ ...of, seed, sha1, suite_sha1: sha1, flavor: 'default', machine_type: 'smithi', priority: 50 },
    name: `${of.user}-${stampOf(now)}-${of.suite}-${of.branch}-distro-default-smithi`,
    // Far more than any planned run has before it in its night.
    ...{ night: 0, slot: 1000 + number, size: int(random, 12, 30), scheduled: now, latest: now, isLive: true },
    // Ids that are derived from the clock are larger than those of every planned run and differ between runs.
    firstJob: 10_000_000 + (Math.floor(now.getTime() / 1000) % 80_000_000),
  });
}

function stampOf(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', '_');
}

function nightlyRun(seed: number, night: number, slot: number, midnight: number, of: Nightly): RunFacts {
  const random = createRandom(seed, 'nightly', night, slot);
  const { suite, branch, machineType, hour, jobs } = of;
  const weekly = suite === 'rados' && branch === 'main' && night % 7 === 3;
  const size = weekly ? 500 : int(random, ...jobs);
  const run = { user: 'teuthology', suite, branch, machine_type: machineType, priority: weekly ? 70 : 100, size };
  // All runs of one branch in one night use the same build.
  const sha1 = hex(createRandom(seed, 'build', branch, night), 40);
  return named({ ...run, seed, night, slot, sha1, suite_sha1: sha1 }, midnight, hour);
}

function branchRun(seed: number, night: number, slot: number, midnight: number): RunFacts {
  const random = createRandom(seed, 'branch', night, slot);
  // Developers run a branch again after they have changed something, so the date in its name stays for two days.
  const pair = Math.floor(night / 2);
  const { user, branch, suite, machineType } = developers[(pair + slot - 3 + developers.length) % developers.length]!;
  const built = new Date(midnight - (pair * 2 + 3) * day).toISOString().slice(0, 10);
  const size = user === 'yuriw' ? int(random, 130, 160) : int(random, 35, 70);
  const run = {
    user,
    suite,
    branch: `${branch}-${built}`,
    machine_type: machineType,
    priority: pick(random, [50, 70, 75, 101]),
    size,
  };
  const [sha1, suite_sha1] = [hex(random, 40), hex(random, 40)];
  return named({ ...run, seed, night, slot, sha1, suite_sha1 }, midnight, int(random, 8, 18));
}

/**
 * Gives a run its time and its name. Minute and second depend on seed, night and slot, so that a demo with another seed or on another day creates
 * its own runs instead of adding jobs to existing ones.
 */
function named(
  run: Omit<RunFacts, 'name' | 'scheduled' | 'flavor' | 'firstJob' | 'isLive' | 'latest'>,
  midnight: number,
  hour: number,
): RunFacts {
  const minute = (run.seed - 1 + run.slot * 7) % 60;
  const second = (15 + run.night * 7) % 60;
  const scheduled = new Date(midnight - (run.night + 1) * day + ((hour * 60 + minute) * 60 + second) * 1000);
  const flavor = run.suite === 'crimson-rados' ? 'crimson' : 'default';
  return {
    ...run,
    flavor,
    scheduled,
    // With 100,000 ids per night and 600 per run there are gaps, as if other labs used ids too, and ids never depend on the number of runs.
    firstJob: 9_000_000 - run.night * 100_000 + run.slot * 600,
    isLive: false,
    latest: new Date(midnight - run.night * day + (run.night > 0 ? day : 0)),
    name: `${run.user}-${stampOf(scheduled)}-${run.suite}-${run.branch}-distro-${flavor}-${run.machine_type}`,
  };
}

function planJob(run: RunFacts, index: number): PlannedJob {
  const job_id = String(run.firstJob + index);
  const random = createRandom(run.seed, 'job', run.night, run.slot, index);
  const shape = jobShape(run.seed, run.suite, index, `${run.night} ${run.slot}`);
  const machines = machineTypes[run.machine_type]!.filter((node) => run.night > 0 || node !== brokenNode);
  const nodes = sample(random, machines, shape.roles.length);
  const seconds = duration(run.seed, shape) * (0.9 + random() * 0.25);
  const usual = timesOf(run, index, seconds);
  const failure = failureOf(run.seed, { ...run, random, shape, nodes, at: usual.ended, started: usual.started });
  const times = failure === null ? usual : timesOf(run, index, secondsUntil(failure, seconds, random()));
  const unfinished = progress(run, index);
  const outcome = unfinished ?? (failure ? (failure.dead ? 'dead' : 'fail') : 'pass');
  const given = outcome === 'queued' || outcome === 'waiting' ? [] : nodes;
  const ending = () => ended(run, { job_id, shape, times, failure });
  return {
    job_id,
    outcome,
    cause: unfinished || !failure ? null : failure.cause,
    nodes: given,
    get document() {
      const random = createRandom(run.seed, 'document', run.suite, index);
      const status = unfinished ?? 'running';
      const facts: JobFacts = {
        ...run,
        job_id,
        seed: 1000 + run.night * 37 + run.slot,
        subset: `${run.night + 1}/120`,
        nodes: given,
        shape,
      };
      return { ...jobDocument(random, { ...facts, bytes: drawSize(random) }), status };
    },
    get summary() {
      return unfinished ? {} : { ...ending(), updated: timeText(times.ended) };
    },
    get ending() {
      return ending();
    },
    times: unfinished ? null : times,
    elapsed: outcome === 'running' ? Math.round(seconds * (0.1 + 0.8 * random())) : 0,
  };
}

/** A time in the format of reports, in UTC. */
export function timeText(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

/** Jobs start one after the other as machines become free: within two and a half hours, or one every 40 seconds. */
function timesOf(
  { scheduled, size, latest }: RunFacts,
  index: number,
  seconds: number,
): { started: Date; ended: Date } {
  const begin = scheduled.getTime() + (120 + index * Math.max(40, 9000 / size)) * 1000;
  const end = Math.min(begin + seconds * 1000, latest.getTime() - index * 1000);
  const started = Math.min(begin, Math.max(scheduled.getTime() + index * 1000, end - seconds * 1000));
  return { started: wholeSecond(started), ended: wholeSecond(end) };
}

function wholeSecond(time: number): Date {
  return new Date(Math.floor(time / 1000) * 1000);
}

/** How long a job runs before it fails, given how many seconds it would take; `share` is random. */
function secondsUntil({ reason, cause }: Failure, seconds: number, share: number): number {
  if (reason === 'hit max job timeout') return 43_200 + share * 60;
  // Machines are reimaged first.
  return cause.startsWith('reimage') ? 600 + share * 300 : seconds * (0.3 + share * 0.7);
}

/** The newest night is still in progress: the status of a job of this night, or null if it has ended. */
function progress(
  { night, slot, size, seed, isLive }: RunFacts,
  index: number,
): 'running' | 'waiting' | 'queued' | null {
  if (isLive) return 'queued';
  if (night > 0) return null;
  const ended = Math.floor(size * (slot === 0 ? 0.4 : 0.7));
  const started = ended + Math.ceil(size * 0.2);
  if (index >= started + 2) return 'queued';
  if (index >= started) return 'waiting';
  // Jobs do not end in the order in which they started.
  return index >= ended || chance(createRandom(seed, 'progress', slot, index), 0.06) ? 'running' : null;
}

/** How long a job of this shape usually takes, in seconds: from five minutes to about four hours. */
function duration(seed: number, shape: JobShape): number {
  const random = createRandom(seed, 'duration', shape.subSuite, shape.workload);
  return 400 + 2_200 * Math.exp((random() + random() + random() - 1.5) * 1.4);
}

function ended(
  run: RunFacts,
  job: { job_id: string; shape: JobShape; times: { started: Date; ended: Date }; failure: Failure | null },
): JobDocument {
  const random = createRandom(run.seed, 'summary', job.job_id);
  const { failure, times } = job;
  const kernel = hex(createRandom('kernel', job.shape.os.os_version), 40);
  const seconds = (times.ended.getTime() - times.started.getTime()) / 1000 - random();
  const ending: JobDocument = {
    success: failure === null,
    status: failure ? (failure.dead ? 'dead' : 'fail') : 'pass',
    duration: Number(seconds.toFixed(9)),
    description: job.shape.description,
    flavor: run.flavor,
    owner: `scheduled_${run.user}@teuthology`,
    'mon.a_kernel_sha1': kernel,
    pid: int(random, 2_000, 65_000),
  };
  if (failure && failure.reason !== null) ending.failure_reason = failure.reason;
  if (failure && !failure.dead)
    ending.sentry_event = `https://sentry.ceph.com/organizations/ceph/?query=${hex(random, 32)}`;
  return ending;
}
