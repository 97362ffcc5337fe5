import { writeFiles } from './archive.ts';
import { classicClient, type DemoClient, teuthologyClient } from './client.ts';
import { labNodes } from './lab.ts';
import { keepMoving } from './live.ts';
import { type PlannedJob, type PlannedRun, planRuns, timeText } from './runs.ts';

/** Options of the demo. */
interface DemoOptions {
  /** The server to fill, as opened in a browser. */
  url: string;
  /** The URL at which the same server speaks the teuthology contract, which has more features. If absent, the classic contract at `url` is used. */
  teuthologyUrl?: string | undefined;
  seed: number;
  runs: number;
  /** Keeps a run moving afterwards, until `signal` aborts. */
  live: boolean;
  /** The folder for logs and test cases of failed jobs. If absent, none are written. */
  archive?: string | undefined;
  /** Makes one of the logs 200 MB large. */
  bigLog?: boolean | undefined;
  quiet?: boolean;
  signal: AbortSignal;
  /** Writes text without adding a line end. */
  write(text: string): void;
  /** Draws a progress bar; otherwise prints plain lines. */
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
 * Fills a server through its public API with runs of the last three weeks. If it is repeated on the same day with the same seed, everything
 * exists already. Throws `DemoProblem` if the server is unreachable or rejects a request.
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
    // The progress bar may be in the current line, so start a new one for the error message.
    if (options.isTerminal) write('\n');
    if (!signal.aborted) throw error;
    write('Stopped.\n');
  }
}

/** Brings the lab and its runs to the planned state. */
export async function fill(
  client: DemoClient,
  runs: PlannedRun[],
  { seed, signal, archive, bigLog = false }: Pick<DemoOptions, 'seed' | 'signal' | 'archive' | 'bigLog'>,
  report: (tally: Tally) => void = () => {},
): Promise<Tally> {
  const tally: Tally = { nodes: 0, jobs: 0, runsThere: 0, jobsThere: 0 };
  const { lab } = client;
  if (lab) {
    // Nodes come before the jobs, whose targets would otherwise create nodes with only a name.
    const nodes = labNodes(seed, runs);
    await inParallel(nodes, signal, async (node) => void (await lab.createNode(node)));
    tally.nodes = nodes.length;
  }
  const bigJob = runs.at(-1)?.jobs.find(({ outcome }) => outcome === 'fail') ?? null;
  for (const run of runs) {
    if ((await client.createRun(run.name)) === 'already there') {
      tally.runsThere++;
      // A complete run is left alone, because --live may have changed its jobs.
      if ((await client.countJobs(run.name)) >= run.jobs.length) {
        tally.jobs += run.jobs.length;
        tally.jobsThere += run.jobs.length;
        report(tally);
        continue;
      }
    }
    await inParallel(run.jobs, signal, async (job) => {
      // Written before the job ends, because the server then reads it.
      if (archive !== undefined) writeFiles(archive, run, job, bigLog && job === bigJob);
      if ((await client.reportJob(run.name, job)) === 'already there') tally.jobsThere++;
      tally.jobs++;
      report(tally);
    });
    // Jobs are sent concurrently, so the time of the run is set from its last job.
    const last = run.jobs.reduce((latest, job) => (endOf(job) > endOf(latest) ? job : latest));
    if (last.times !== null) await client.updateJob(run.name, last.job_id, { updated: timeText(last.times.ended) });
  }
  return tally;
}

/** When a job ended. A job that has not ended counts as the latest. */
function endOf({ times }: PlannedJob): number {
  return times?.ended.getTime() ?? Number.POSITIVE_INFINITY;
}

async function inParallel<T>(items: T[], signal: AbortSignal, work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of queue) {
      signal.throwIfAborted();
      // Only the first failure is reported, so the remaining work is dropped.
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
