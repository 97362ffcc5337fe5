import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoClient } from './client.ts';
import { type JobDocument, targets } from './documents.ts';
import { jobHolder } from './lab.ts';
import { createRandom, int, sample } from './random.ts';
import { liveRun, type PlannedRun } from './runs.ts';
import { brokenNode, fqdn, machineTypes } from './vocabulary.ts';

/** One job of a live run and its two changes. */
interface LiveJob {
  job_id: string;
  start: JobDocument;
  end: JobDocument;
  /** Full names of its machines. */
  nodes: string[];
  /** When it started, in milliseconds; its duration is computed from this. */
  began: number;
}

interface LiveRun {
  name: string;
  user: string;
  jobs: LiveJob[];
  running: LiveJob[];
}

/** The time between two changes of jobs, in milliseconds. */
const pace = 900;

/** The number of jobs of a live run that are running at the same time. */
const machines = 6;

/**
 * Keeps one run moving until `signal` aborts: its jobs wait, run and end, with about one change per second; then the next run follows. Planned
 * runs that have not ended come first, the newest of them before the others.
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
    await play(client, restOf(run, Date.now()), createRandom(seed, 'pace', number), signal);
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

/** The remaining work of a planned run. Jobs that an earlier `--live` has ended are left alone. */
function restOf({ name, user, machine_type, jobs }: PlannedRun, now: number): LiveRun {
  const up = machineTypes[machine_type]!.filter((node) => node !== brokenNode);
  const rest = jobs
    .filter(({ times }) => times === null)
    .map((job): LiveJob & { isRunning: boolean } => {
      const random = createRandom('rest', job.job_id);
      const isRunning = job.outcome === 'running';
      const machines = isRunning ? job.nodes : sample(random, up, 2);
      return {
        ...{ job_id: job.job_id, end: job.ending, nodes: machines.map(fqdn), isRunning },
        start: { status: 'running', pid: int(random, 2_000, 65_000), targets: targets(machines) },
        began: now - job.elapsed * 1000,
      };
    });
  return { name, user, jobs: rest.filter(({ isRunning }) => !isRunning), running: rest.filter((job) => job.isRunning) };
}
