import { writeFiles } from './archive.ts';
import { classicClient, type DemoClient, teuthologyClient } from './client.ts';
import { labNodes } from './lab.ts';
import { keepMoving } from './live.ts';
import { type PlannedJob, type PlannedRun, planRuns, timeText } from './runs.ts';

/** What the demo needs to know. */
interface DemoOptions {
  /** The server to fill, as a person opens it. */
  url: string;
  /** Where the same server speaks the teuthology contract, which tells more; absent: the classic contract at `url`. */
  teuthologyUrl?: string | undefined;
  seed: number;
  runs: number;
  /** Keep a run moving afterwards, until `signal` aborts. */
  live: boolean;
  /** Folder for the logs and test cases of failed jobs; absent: none are written. */
  archive?: string | undefined;
  /** One of the logs has 200 MB. */
  bigLog?: boolean | undefined;
  quiet?: boolean;
  signal: AbortSignal;
  /** Writes text as it is, line ends included. */
  write(text: string): void;
  /** Draws a bar that moves; otherwise plain lines. */
  isTerminal: boolean;
  now?: Date;
}

/** What the demo has done so far. */
export interface Tally {
  nodes: number;
  jobs: number;
  runsThere: number;
  jobsThere: number;
}

const days = 21;
const concurrency = 8;

/**
 * Fills a server through its public API with runs of the last three weeks. Doing it again on the same day with the
 * same seed finds everything already there. Throws `DemoProblem` when the server is away or refuses something.
 */
export async function demo(options: DemoOptions): Promise<void> {
  const { url, teuthologyUrl, seed, runs, live, signal } = options;
  const write = options.quiet ? () => {} : options.write;
  const began = performance.now();
  const client = teuthologyUrl === undefined ? classicClient(url, signal) : teuthologyClient(teuthologyUrl, signal);
  const planned = planRuns({ seed, runs, now: options.now ?? new Date(), days });
  try {
    const tally = await fill(client, planned, options, progressBar(planned, options.isTerminal, write));
    write(summary(url, planned, tally, client.requests(), (performance.now() - began) / 1000));
    if (live) {
      write('Keeping runs moving; Ctrl-C stops.\n');
      await keepMoving(client, planned, { seed, signal, say: (line) => write(`${line}\n`) });
    }
  } catch (error) {
    // A line of its own for whoever reports the error: the bar may stand in the current one.
    if (options.isTerminal) write('\n');
    if (!signal.aborted) throw error;
    write('Stopped.\n');
  }
}

/** Brings the lab and its runs to where the plan has them. */
export async function fill(
  client: DemoClient,
  runs: PlannedRun[],
  { seed, signal, archive, bigLog = false }: Pick<DemoOptions, 'seed' | 'signal' | 'archive' | 'bigLog'>,
  report: (tally: Tally) => void = () => {},
): Promise<Tally> {
  const tally: Tally = { nodes: 0, jobs: 0, runsThere: 0, jobsThere: 0 };
  const { lab } = client;
  if (lab) {
    // Before the jobs, whose targets would otherwise make machines of which only the name is known.
    const nodes = labNodes(seed, runs);
    await inParallel(nodes, signal, async (node) => void (await lab.createNode(node)));
    tally.nodes = nodes.length;
  }
  const bigJob = runs.at(-1)?.jobs.find(({ outcome }) => outcome === 'fail') ?? null;
  for (const run of runs) {
    if ((await client.createRun(run.name)) === 'already there') {
      tally.runsThere++;
      // What happened to its jobs since stays: --live moves some.
      if ((await client.countJobs(run.name)) >= run.jobs.length) {
        tally.jobs += run.jobs.length;
        tally.jobsThere += run.jobs.length;
        report(tally);
        continue;
      }
    }
    await inParallel(run.jobs, signal, async (job) => {
      // Before the job has ended: then the server reads it.
      if (archive !== undefined) writeFiles(archive, run, job, bigLog && job === bigJob);
      if ((await client.reportJob(run.name, job)) === 'already there') tally.jobsThere++;
      tally.jobs++;
      report(tally);
    });
    // Jobs are sent side by side: the time of the last one is that of the run.
    const last = run.jobs.reduce((latest, job) => (endOf(job) > endOf(latest) ? job : latest));
    if (last.times !== null) await client.updateJob(run.name, last.job_id, { updated: timeText(last.times.ended) });
  }
  return tally;
}

/** When a job ended; one that has not ends after all others. */
function endOf({ times }: PlannedJob): number {
  return times?.ended.getTime() ?? Number.POSITIVE_INFINITY;
}

async function inParallel<T>(items: T[], signal: AbortSignal, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of queue) {
      signal.throwIfAborted();
      // The first failure is reported: what the others would still send is not wanted any more.
      if (failed) return;
      await work(item).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

function progressBar(runs: PlannedRun[], isTerminal: boolean, write: (text: string) => void): (tally: Tally) => void {
  const total = runs.reduce((sum, run) => sum + run.jobs.length, 0);
  const step = isTerminal ? 1 : 10;
  let shown = -1;
  return ({ jobs }) => {
    const percent = Math.floor((100 * jobs) / total);
    if (percent < shown + step && shown >= 0) return;
    shown = percent - (percent % step);
    if (!isTerminal) return write(`${percent} % (${jobs} of ${total} jobs)\n`);
    const filled = Math.round(percent * 0.4);
    write(`\r[${'#'.repeat(filled)}${'.'.repeat(40 - filled)}] ${percent} % ${jobs}/${total} jobs `);
    if (jobs === total) write('\n');
  };
}

function summary(url: string, runs: PlannedRun[], tally: Tally, requests: number, seconds: number): string {
  const there =
    tally.runsThere + tally.jobsThere > 0
      ? `, of them already there: ${tally.runsThere} runs, ${tally.jobsThere} jobs`
      : '';
  const nodes = tally.nodes > 0 ? `, ${tally.nodes} nodes` : '';
  const figures = `${runs.length} runs, ${tally.jobs} jobs${nodes}${there}; ${requests} requests in ${seconds.toFixed(1)} s`;
  return `Done: ${figures}.\nOpen ${url.replace(/\/+$/, '')}/ in a browser.\n`;
}
