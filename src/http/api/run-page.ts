import { findRun, runsUpTo } from '../../store/pages/run-page.ts';
import { sendJson } from '../errors.ts';
import { orThrow } from '../refusal.ts';
import { large, ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { runItem } from './items.ts';
import { createKeptPages } from './kept-pages.ts';
import { buildRunPage, pageVersion } from './run-document.ts';
import { runJobsRoutes } from './run-jobs.ts';
import { runItem as runItemSchema, runPage } from './run-page-schema.ts';

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

  app.get('/runs/:run', { schema: runItemSchema, config: ordinary }, async ({ params, query }) =>
    runItem(orThrow(await findRun(context.db, params.run, query))),
  );

  app.get('/runs/:run/page', { schema: runPage, config: large }, async ({ params, query }, reply) => {
    const run = orThrow(await findRun(context.db, params.run, query));
    const runs = await runsUpTo(context.db, run);
    const build = async () => JSON.stringify(await buildRunPage(context, runs));
    return sendJson(reply, await pages.get(run.name, pageVersion(runs), build));
  });
}
