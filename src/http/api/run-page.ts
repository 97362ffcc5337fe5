import { type Static, Type } from 'typebox';
import { causeClasses } from '../../core/signature-class.ts';
import { nextTurn } from '../../core/turns.ts';
import { decisionState } from '../../store/pages/decisions.ts';
import { findRun, runsUpTo } from '../../store/pages/run-page.ts';
import { orThrow, sendJson } from '../errors.ts';
import { orNull, shape } from '../operations.ts';
import { large, ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { createKeptPages } from './kept-pages.ts';
import { reviewRoutes } from './reviews.ts';
import { buildRunPage, pageVersion } from './run-document.ts';
import { runJobsRoutes } from './run-jobs.ts';
import { atParameter, Baseline, baseParameter, comparisonOf, PageVerdict, runVerdictRoutes } from './run-verdicts.ts';
import {
  answers,
  integer,
  JobStatus,
  jobFacts,
  Link,
  latestOf,
  only,
  RunItem,
  runItem,
  runPath,
  text,
} from './schema.ts';

const oneRun = {
  summary: 'A run; "latest" is the newest of a suite and branch',
  params: runPath,
  querystring: only(latestOf),
  response: answers(RunItem),
};

/** A cause of failures (core/signature-class.ts). `seen` counts its jobs in each of the page's `recent` runs. */
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
 * A job on the page of a run (`PageJob` of core/page-jobs.ts). `description`, `failure_reason` and `error` are places in `texts`, `signature` and
 * `case_causes` (see `JobItem`) are such in `signatures`. Reasons are cut after 4,000 characters, with an ellipsis; times are whole seconds, in milliseconds.
 */
const PageJob = shape('PageJob', {
  ...jobFacts,
  description: Place,
  failure_reason: Place,
  error: Place,
  signature: Place,
  case_causes: Type.Array(integer),
  /** The status of the same description in `previous`; null when that has no such job. */
  previous: orNull(JobStatus),
  links: Type.Array(Link),
});

/** Everything the page of a run shows at first. */
const RunPage = shape('RunPage', {
  run: RunItem,
  /** The last finished run of the same suite, branch and machine type before this one. */
  previous: orNull(RunItem),
  /** Failing jobs against the same descriptions in `previous`. */
  change: orNull(Type.Object({ new: integer, still: integer, fixed: integer })),
  /** The branch of all `recent` runs but the last, which is this one. */
  recent_branch: text,
  /** Up to 12 runs of the same suite and branch with their numbers of jobs, oldest first, this one last. */
  recent: Type.Array(Type.Object({ name: text, scheduled: Type.Number(), total: integer })),
  /** Failing jobs first, then by id. */
  jobs: Type.Array(PageJob),
  signatures: Type.Array(PageSignature),
  /** What is said of each cause, in no order. */
  verdicts: Type.Array(PageVerdict),
  /** What the verdicts compare with. */
  baseline: Baseline,
  texts: Type.Array(text),
  /** Where a job's log is, with {run_name} and {job_id}; empty when it is not known. */
  log_href_template: text,
  /** Whether the server can read logs. */
  reads_logs: Type.Boolean(),
});
export type RunPage = Static<typeof RunPage>;

const runPage = {
  summary: 'What the page of a run shows',
  params: runPath,
  querystring: only({ base: baseParameter, at: atParameter, ...latestOf }),
  response: answers(RunPage),
};

/** Jobs and texts that are printed at a time. */
const printedAtATime = 500;

/** The JSON text of a page. Of hostile data it has megabytes, for which others would wait. */
async function printRunPage({ jobs, texts, verdicts, ...rest }: RunPage): Promise<string> {
  let text = JSON.stringify(rest).slice(0, -1);
  for (const [key, items] of Object.entries({ jobs, texts, verdicts })) {
    text += `,"${key}":[`;
    for (let at = 0; at < items.length; at += printedAtATime) {
      const some = JSON.stringify(items.slice(at, at + printedAtATime)).slice(1, -1);
      text += at === 0 ? some : `,${some}`;
      await nextTurn();
    }
    text += ']';
  }
  return `${text}}`;
}

/** `GET /runs/:run`, `/runs/:run/page` and `/runs/:run/jobs`. */
export function runPageRoutes(app: ApiServer, context: ApiContext): void {
  const pages = createKeptPages();
  const unsubscribe = context.db.live.subscribe((event) => {
    if (event.type === 'jobs') pages.delete(event.run);
    else if (event.type === 'reset') pages.clear();
  });
  app.addHook('preClose', async () => {
    unsubscribe();
  });
  runJobsRoutes(app, context);
  runVerdictRoutes(app, context);
  reviewRoutes(app, context);

  app.get('/runs/:run', { schema: oneRun, config: ordinary }, async ({ params, query }) =>
    runItem(orThrow(await findRun(context.db, params.run, query))),
  );

  app.get('/runs/:run/page', { schema: runPage, config: large }, async ({ params, query }, reply) => {
    const run = orThrow(await findRun(context.db, params.run, query));
    const runs = await runsUpTo(context.db, run);
    const compared = await comparisonOf(context, run, query.base);
    const build = async () => printRunPage(await buildRunPage(context, runs, compared, query.at));
    // Whoever looks back does not take the place of those who look now.
    if (query.at !== undefined) return sendJson(reply, await build());
    const version = `${await decisionState(context.db)} ${pageVersion(runs, compared, context.now())}`;
    return sendJson(reply, await pages.get(run.name, version, build));
  });
}
