import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoClient } from './client.ts';
import { drawSize, type JobDocument, type JobFacts, jobDocument, targets } from './documents.ts';
import { failureOf } from './failures.ts';
import { jobHolder } from './lab.ts';
import { createRandom, hex, int, pick, sample } from './random.ts';
import type { PlannedRun } from './runs.ts';
import { jobShape } from './shapes.ts';
import { brokenNode, fqdn, machineTypes } from './vocabulary.ts';

/** One job of a live run and the two changes that it goes through. */
interface LiveJob {
  job_id: string;
  document: JobDocument;
  start: JobDocument;
  end: JobDocument;
  /** Full names of its machines. */
  nodes: string[];
  /** When it began, in milliseconds: its duration is what passed since. */
  began: number;
}

interface LiveRun {
  name: string;
  user: string;
  jobs: LiveJob[];
  running: LiveJob[];
}

/** How long it takes until the next job changes, in milliseconds. */
const pace = 900;

/** How many jobs of a live run are running at a time. */
const machines = 6;

/**
 * Keeps one run moving until `signal` aborts: jobs wait, run and end, about one change a second; then the next run. The planned runs
 * that have not ended come first, the newest of them first of all.
 */
export async function keepMoving(
  client: DemoClient,
  planned: readonly PlannedRun[],
  { seed, signal, say }: { seed: number; signal: AbortSignal; say: (line: string) => void },
): Promise<void> {
  for (const [number, run] of planned.toReversed().entries()) {
    const rest = restOf(run, Date.now());
    if (rest.jobs.length + rest.running.length === 0) continue;
    say(`live: ${run.name}`);
    await play(client, rest, createRandom(seed, 'pace of the rest', number), signal);
  }
  for (let number = 0; !signal.aborted; number++) {
    const run = liveRun(seed, number, new Date());
    await client.createRun(run.name);
    say(`live: ${run.name} with ${run.jobs.length} jobs`);
    for (const { document } of run.jobs) await client.createJob(run.name, document);
    await play(client, run, createRandom(seed, 'pace', number), signal);
  }
}

async function play(
  client: DemoClient,
  { name, user, jobs, running }: LiveRun,
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  const queued = [...jobs];
  while (queued.length + running.length > 0) {
    await sleep(pace * (0.5 + random()), undefined, { signal });
    const start = queued.length > 0 && running.length < machines && (running.length < 2 || random() < 0.55);
    if (start) {
      const job = queued.shift()!;
      running.push({ ...job, began: Date.now() });
      await client.lab?.lock(job.nodes, jobHolder({ name, user }, job.job_id));
      await client.updateJob(name, job.job_id, job.start);
    } else {
      const [job] = running.splice(Math.floor(random() * running.length), 1);
      const duration = (Date.now() - job!.began) / 1000;
      await client.updateJob(name, job!.job_id, { ...job!.end, duration });
      await client.lab?.unlock(job!.nodes, jobHolder({ name, user }, job!.job_id));
    }
  }
}

function upMachines(type: string): readonly string[] {
  return machineTypes[type]!.filter((node) => node !== brokenNode);
}

/** What is left to do of a planned run; a job that `--live` has ended before stays as it is. */
function restOf({ name, user, machine_type, jobs }: PlannedRun, now: number): LiveRun {
  const rest = jobs
    .filter(({ times }) => times === null)
    .map((job): LiveJob & { isRunning: boolean } => {
      const random = createRandom('rest', job.job_id);
      const isRunning = job.outcome === 'running';
      const machines = isRunning ? job.nodes : sample(random, upMachines(machine_type), 2);
      return {
        ...{ job_id: job.job_id, document: {}, end: job.ending, nodes: machines.map(fqdn), isRunning },
        start: { status: 'running', pid: int(random, 2_000, 65_000), targets: targets(machines) },
        began: now - job.elapsed * 1000,
      };
    });
  return { name, user, jobs: rest.filter(({ isRunning }) => !isRunning), running: rest.filter((job) => job.isRunning) };
}

function liveRun(seed: number, number: number, now: Date): LiveRun {
  const random = createRandom(seed, 'live', number);
  const { user, suite, branch } = pick(random, [
    { user: 'teuthology', suite: 'smoke', branch: 'main' },
    { user: 'vshankar', suite: 'fs', branch: 'wip-vshankar-testing' },
    { user: 'yuriw', suite: 'rados', branch: 'wip-yuri5-testing' },
    { user: 'cbodley', suite: 'rgw', branch: 'main' },
  ]);
  const stamp = now.toISOString().slice(0, 19).replace('T', '_');
  const sha1 = hex(random, 40);
  const facts = {
    ...{
      name: `${user}-${stamp}-${suite}-${branch}-distro-default-smithi`,
      user,
      suite,
      branch,
      sha1,
      suite_sha1: sha1,
    },
    ...{ flavor: 'default', machine_type: 'smithi', priority: 50, seed: number + 1, subset: '1/120', scheduled: now },
  };
  // Ids that count on from the clock are above those of every planned run and differ from run to run.
  const first = 10_000_000 + (Math.floor(now.getTime() / 1000) % 80_000_000);
  const jobs = Array.from({ length: int(random, 12, 30) }, (_, index) =>
    liveJob(seed, facts, index, String(first + index)),
  );
  return { name: facts.name, user, jobs, running: [] };
}

function liveJob(
  seed: number,
  run: Omit<JobFacts, 'job_id' | 'nodes' | 'shape'>,
  index: number,
  job_id: string,
): LiveJob {
  const random = createRandom(seed, 'live job', run.seed, index);
  const shape = jobShape(seed, run.suite, index, `live ${run.seed}`);
  const nodes = sample(random, upMachines('smithi'), shape.roles.length);
  const failure = failureOf(seed, {
    ...run,
    night: 0,
    random,
    shape,
    nodes,
    at: run.scheduled,
    started: run.scheduled,
  });
  const body = createRandom(seed, 'document', run.suite, index);
  const document = jobDocument(body, { ...run, job_id, nodes: [], shape, bytes: drawSize(body) });
  const end: JobDocument = {
    success: failure === null,
    status: failure ? 'fail' : 'pass',
  };
  if (failure?.reason) end.failure_reason = failure.reason;
  if (failure?.dead) end.status = 'dead';
  return {
    job_id,
    document: { ...document, status: 'queued' },
    start: { status: 'running', pid: int(random, 2_000, 65_000), targets: targets(nodes) },
    end,
    nodes: nodes.map(fqdn),
    began: 0,
  };
}
