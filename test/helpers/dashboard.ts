/** Data as sent by `/api`, for unit tests of the dashboard. Each function fills in the values that a test does not need. */
import { noJobs } from '../../src/core/run.ts';
import type { DecisionItem } from '../../src/http/api/decisions.ts';
import type { PageSignature, RunPage } from '../../src/http/api/run-document.ts';
import type { PageVerdict } from '../../src/http/api/run-verdicts.ts';
import type { JobItem, RunItem } from '../../src/http/api/schema.ts';

const scheduled = Date.UTC(2026, 10, 23, 9);

/** A run. `total` is the sum of its counts unless given. */
export function aRun(given: Partial<Omit<RunItem, 'counts'>> & { counts?: Partial<RunItem['counts']> } = {}): RunItem {
  const counts = { ...noJobs(), ...given.counts };
  return {
    id: 1,
    name: 'yuriw-2026-11-23_09:00:00-rados-main-distro-default-smithi',
    status: 'finished pass',
    user: 'yuriw',
    suite: 'rados',
    branch: 'main',
    machine_type: 'smithi',
    sha1: '936071df5e4a5ad9c0ffee00000000000000beef',
    flavor: 'default',
    priority: 100,
    scheduled,
    posted: scheduled,
    started: scheduled + 60_000,
    updated: scheduled + 3_660_000,
    total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    tags: [],
    review: null,
    ...given,
    counts,
  };
}

/** A job in a history. */
export function aHistoryJob(given: Partial<JobItem> = {}): JobItem {
  return {
    run: 'yuriw-2026-11-23_09:00:00-rados-main-distro-default-smithi',
    job_id: '1',
    status: 'pass',
    description: 'rados/basic/{a b}',
    suite: 'rados',
    branch: 'main',
    sha1: null,
    os: 'rocky 10.0',
    nodes: [],
    duration: 600,
    posted: scheduled,
    started: scheduled + 60_000,
    updated: scheduled + 660_000,
    signature: null,
    case_causes: [],
    failure_reason: null,
    error: null,
    ...given,
  };
}

/** A cause with its number of jobs in each run. */
export function aCause(id: string, seen: number[], kind = 'command'): PageSignature {
  return { id, kind, title: `cause ${id}`, class: 'unclear', seen };
}

/** A verdict on a cause, by default KNOWN. */
export function aVerdict(cause: string, given: Partial<PageVerdict> = {}): PageVerdict {
  const counts = { c: 1, m: 10, k: 2, n: 100, lo: 0.01, hi: 0.07, runs: 10, runs_with: 2 };
  const nothing = {
    blame: null,
    p: null,
    since: null,
    last_without: null,
    last_with: null,
    outage: null,
    decision: null,
    past: null,
  };
  const sentence = `What is said of ${cause}.`;
  const verdict = given.verdict ?? 'KNOWN';
  return { cause, class: 'unclear', verdict, measured: verdict, sentence, ...counts, ...nothing, ...given };
}

/** A decision on a cause, by default a product bug. */
export function aDecision(given: Partial<DecisionItem> = {}): DecisionItem {
  return {
    ...{ id: 1, cause: 'a', version: 2, kind: 'command', title: 'cause a', class: 'product bug', issue_url: null },
    ...{ note: '', scope: 'base', scope_of: 'main', run: 'before', author: 'ana', verified: false },
    ...{ created: scheduled, replaces: null, until: null, withdrawn_by: null, withdrawn_at: null },
    ...given,
  };
}

/** A job on a page, with its texts. */
export interface SampleJob {
  job_id?: string;
  status?: RunPage['jobs'][number]['status'];
  description?: string | null;
  failure_reason?: string | null;
  error?: string | null;
  cause?: string | null;
  case_causes?: readonly string[];
  os?: string | null;
  nodes?: string[];
  duration?: number | null;
  previous?: RunPage['jobs'][number]['previous'];
  links?: RunPage['jobs'][number]['links'];
}

/** The content of a page. */
export interface SamplePage {
  run?: Parameters<typeof aRun>[0];
  jobs?: readonly SampleJob[];
  causes?: PageSignature[];
  verdicts?: PageVerdict[];
  baseline?: RunPage['baseline'];
  /** The number of earlier runs, one per day. */
  earlier?: number;
  log_href_template?: string;
}

/** The page of a run. Jobs get ids from 1. */
export function aPage({
  run,
  jobs = [],
  causes = [],
  verdicts = [],
  baseline = { base: 'main', bases: ['main'], chosen: false, runs: 0, first: null, last: null },
  earlier = 0,
  log_href_template = '',
}: SamplePage = {}): RunPage {
  const texts: string[] = [];
  const place = (text: string | null | undefined) => (text == null ? null : texts.push(text) - 1);
  const counts = noJobs();
  for (const { status = 'pass' } of jobs) counts[status]++;
  return {
    run: aRun({ ...run, counts: { ...counts, ...run?.counts } }),
    previous: earlier === 0 ? null : aRun({ name: 'before' }),
    change: null,
    verdicts,
    baseline,
    recent_branch: 'main',
    recent: Array.from({ length: earlier + 1 }, (_, at) => ({
      name: `run ${at}`,
      scheduled: scheduled - (earlier - at) * 86_400_000,
      total: 100,
    })),
    jobs: jobs.map((job, index) => ({
      job_id: String(index + 1),
      status: 'pass',
      os: null,
      nodes: [],
      duration: null,
      posted: scheduled,
      started: null,
      updated: scheduled,
      previous: null,
      links: [],
      ...withoutTexts(job),
      description: place(job.description),
      failure_reason: place(job.failure_reason),
      error: place(job.error),
      signature: job.cause == null ? null : causes.findIndex(({ id }) => id === job.cause),
      case_causes: (job.case_causes ?? []).map((cause) => causes.findIndex(({ id }) => id === cause)),
    })),
    signatures: causes,
    texts,
    log_href_template,
    reads_logs: false,
  };
}

function withoutTexts(job: SampleJob) {
  const { description: _, failure_reason: __, error: ___, cause: ____, case_causes: _____, ...rest } = job;
  return rest;
}
