/** The page of a run. */
import { type Static, Type } from 'typebox';
import { changeCounts, pairJobs } from '../../core/compare.ts';
import { orderJobs } from '../../core/job.ts';
import { createPageJobs, type PageJob } from '../../core/page-jobs.ts';
import { jobsTotal } from '../../core/run.ts';
import { deadSignature } from '../../core/signature.ts';
import { causeClasses } from '../../core/signature-class.ts';
import { milliseconds } from '../../core/time.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import { allOf, type JobLine, type JobVerdict, linesOfRun, verdictsOfRun } from '../../store/pages/job-lines.ts';
import { failureCounts, previousRun } from '../../store/pages/run-page.ts';
import { type Compared, verdictsOf } from '../../store/pages/verdicts.ts';
import { caseCounts } from '../../store/read/test-cases.ts';
import { orNull, shape } from '../operations.ts';
import type { ApiContext } from './context.ts';
import { Baseline, baselineItem, decidedAt, PageVerdict, verdictItems } from './run-verdicts.ts';
import { integer, JobStatus, jobFacts, Link, RunItem, runItem, text } from './schema.ts';

/** A cause of failures (core/signature-class.ts). `seen` has the number of its jobs in each of the page's `recent` runs. */
const PageSignature = shape('PageSignature', {
  id: text,
  kind: text,
  title: text,
  class: Type.Enum([...causeClasses]),
  seen: Type.Array(integer),
});
export type PageSignature = Static<typeof PageSignature>;

const Place = orNull(integer);

/**
 * A job on the page of a run (`PageJob` of core/page-jobs.ts). `description`, `failure_reason` and `error` are indexes into `texts`,
 * `signature` and `case_causes` (see `JobItem`) are indexes into `signatures`. Reasons are truncated to 4,000 characters, with an
 * ellipsis. Times are in milliseconds, rounded down to whole seconds.
 */
const pageJob = shape('PageJob', {
  ...jobFacts,
  description: Place,
  failure_reason: Place,
  error: Place,
  signature: Place,
  case_causes: Type.Array(integer),
  /** The status of the same description in the previous run; null if that run has no such job. */
  previous: orNull(JobStatus),
  links: Type.Array(Link),
});

/** The initial data of the page of a run. */
export const RunPage = shape('RunPage', {
  run: RunItem,
  /** The last finished run of the same suite, branch and machine type before this one. */
  previous: orNull(RunItem),
  /** Failing jobs compared with the same descriptions in `previous`. */
  change: orNull(Type.Object({ new: integer, still: integer, fixed: integer })),
  /** The branch of all `recent` runs except the last, which is this run. */
  recent_branch: text,
  /** Up to 12 runs of the same suite and branch with their number of jobs, oldest first, this run last. */
  recent: Type.Array(Type.Object({ name: text, scheduled: Type.Number(), total: integer })),
  /** Failing jobs first, then by id. */
  jobs: Type.Array(pageJob),
  signatures: Type.Array(PageSignature),
  /** The verdict on each cause, in no particular order. */
  verdicts: Type.Array(PageVerdict),
  /** The runs that the verdicts compare with. */
  baseline: Baseline,
  texts: Type.Array(text),
  /** The URL of a job's log with the placeholders {run_name} and {job_id}; empty if it is not known. */
  log_href_template: text,
  /** Whether the server can read logs. */
  reads_logs: Type.Boolean(),
});
export type RunPage = Static<typeof RunPage>;

/** The number of runs in the history of a cause. */
const recentRuns = 12;

/** A branch with at most so many runs has too little history. */
const fewRuns = 3;

/**
 * Identifies the data of the page of the first of these runs: the page stays the same as long as this text does. Whether an outage
 * affected the run also depends on the jobs of other runs, so pages of the last day are rebuilt after a minute. `at` is in microseconds.
 */
export function pageVersion(runs: RunRow[], { base, bases, chosen, baseline, own }: Compared, at: number): string {
  const run = runs[0] as RunRow;
  const minute = (run.updated ?? run.posted) > at - 86_400_000_000 ? Math.floor(at / 60_000_000) : null;
  const states = [...baseline, ...own].map(({ name, revision, updated }) => [name, revision, updated]);
  return JSON.stringify([runs.slice(0, recentRuns), previousRun(runs), base, bases, chosen, states, minute]);
}

/** The jobs of a run in the order of its page, each paired with the job of the same description in the previous run. */
export async function jobsWithPrevious({ db }: ApiContext, runs: RunRow[]) {
  const previous = previousRun(runs);
  const lines = orderJobs(await allOf(linesOfRun(db, (runs[0] as RunRow).id)));
  const before = previous ? await allOf(verdictsOfRun(db, previous.id)) : [];
  // The first pairs belong to the jobs of this run, in the same order.
  return { lines, previous, pairs: pairJobs<JobLine | JobVerdict>(before, lines) };
}

/**
 * Builds the page of the first of these runs, which `runsUpTo` returned. Its verdicts compare with `compared` and use the decisions in
 * force at `at`, in milliseconds, or now.
 */
export async function buildRunPage(
  context: ApiContext,
  runs: RunRow[],
  compared: Compared,
  at?: number,
): Promise<RunPage> {
  const run = runs[0] as RunRow;
  const { lines, previous, pairs } = await jobsWithPrevious(context, runs);
  const { row, texts, signatures } = createPageJobs();
  const jobs: PageJob[] = [];
  for await (const [index, line] of inTurns(lines.entries())) {
    const times = {
      posted: wholeSeconds(line.posted),
      started: line.started === null ? null : wholeSeconds(line.started),
      updated: wholeSeconds(line.updated),
    };
    jobs.push(row({ ...line, ...times, previous: pairs[index]?.a?.status ?? null }));
  }
  await nextTurn();
  const line = lineOf(runs, compared);
  const recent = line.toReversed();
  return {
    run: runItem(run),
    previous: previous && runItem(previous),
    change: previous && changeCounts(pairs),
    recent_branch: recent.length < 2 ? run.branch : (recent[0] as RunRow).branch,
    recent: recent.map((one) => ({ name: one.name, scheduled: milliseconds(one.scheduled), total: jobsTotal(one) })),
    jobs,
    signatures: await signaturesSeen(context, line, signatures()),
    verdicts: verdictItems(await verdictsOf(context.db, compared, lines, context.now(), decidedAt(at))),
    baseline: baselineItem(compared),
    texts: texts(),
    log_href_template: context.config.job_log_href_templ,
    reads_logs: context.archive.isOpen(),
  };
}

/**
 * This run and the earlier runs in the history of a cause, newest first: runs of its own branch, or of the base branch if its own has
 * few, because most branches of developers are tested once.
 */
function lineOf(runs: RunRow[], { baseline }: Compared): RunRow[] {
  if (runs.length > fewRuns || baseline.length < runs.length) return runs.slice(0, recentRuns);
  return [runs[0] as RunRow, ...baseline.slice(1 - recentRuns).reverse()];
}

/** Rounds times down to seconds, in milliseconds. Milliseconds are not needed, and would be a tenth of the compressed page. */
function wholeSeconds(micros: number): number {
  return Math.floor(micros / 1_000_000) * 1000;
}

/** Adds the number of jobs with each cause in the earlier runs. Those of this run are known already. */
async function signaturesSeen(
  context: ApiContext,
  runs: RunRow[],
  signatures: (Omit<PageSignature, 'seen'> & { count: number })[],
): Promise<PageSignature[]> {
  if (signatures.length === 0) return [];
  const seenEarlier = await readSeenEarlier(context, runs, signatures);
  return signatures.map(({ count, ...cause }) => ({ ...cause, seen: [...seenEarlier(cause.id), count] }));
}

/** Counts the jobs with each of these causes in all of these runs except the first, oldest first. */
async function readSeenEarlier(
  { db }: ApiContext,
  runs: RunRow[],
  causes: readonly Pick<PageSignature, 'id' | 'kind'>[],
): Promise<(cause: string) => number[]> {
  const counts: Map<string, number>[] = [];
  const earlier = runs.slice(1).reverse();
  const ids = earlier.map(({ id }) => id);
  const ofCases = Map.groupBy(await caseCounts(db, ids, causes), ({ run_id }) => run_id);
  for (const run of earlier) {
    const failed = run.fail + run.dead > 0;
    const ofRun = failed ? countsById(await failureCounts(db, run.id)) : new Map<string, number>();
    for (const { cause, jobs } of ofCases.get(run.id) ?? []) ofRun.set(cause, (ofRun.get(cause) ?? 0) + jobs);
    counts.push(ofRun);
    if (failed) await nextTurn();
  }
  return (cause) => counts.map((ofRun) => ofRun.get(cause) ?? 0);
}

function countsById(rows: Awaited<ReturnType<typeof failureCounts>>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { status, signature, count } of rows) {
    const id = signature ?? deadSignature(status as 'fail' | 'dead').id;
    counts.set(id, (counts.get(id) ?? 0) + count);
  }
  return counts;
}
