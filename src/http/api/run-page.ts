import { nextTurn } from '../../core/turns.ts';
import { decisionState } from '../../store/pages/decisions.ts';
import { findRun, runsUpTo } from '../../store/pages/run-page.ts';
import { orThrow, sendJson } from '../errors.ts';
import { large, ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { createKeptPages } from './kept-pages.ts';
import { reviewRoutes } from './reviews.ts';
import { buildRunPage, pageVersion, RunPage } from './run-document.ts';
import { runJobsRoutes } from './run-jobs.ts';
import { atParameter, baseParameter, comparisonOf, runVerdictRoutes } from './run-verdicts.ts';
import { answers, latestOf, only, RunItem, runItem, runPath } from './schema.ts';

const oneRun = {
  summary: 'A run; "latest" is the newest run of a suite and branch',
  params: runPath,
  querystring: only(latestOf),
  response: answers(RunItem),
};

const runPage = {
  summary: 'The data of the page of a run',
  params: runPath,
  querystring: only({ base: baseParameter, at: atParameter, ...latestOf }),
  response: answers(RunPage),
};

/** Jobs and texts printed at a time. */
const printedAtATime = 500;

/** Prints a page as JSON in turns. With hostile data it has megabytes, which would delay other requests. */
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
    // Pages of the past are not cached, so that they do not evict current ones.
    if (query.at !== undefined) return sendJson(reply, await build());
    const version = `${await decisionState(context.db)} ${pageVersion(runs, compared, context.now())}`;
    return sendJson(reply, await pages.get(run.name, version, build));
  });
}
