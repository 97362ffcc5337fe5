import { findRun, runsUpTo } from '../../store/pages/run-page.ts';
import { orThrow } from '../refusal.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { runItem } from './items.ts';
import { createPageCache, sendPage } from './page-cache.ts';
import { buildRunPage, pageVersion } from './run-document.ts';
import { runJobsRoutes } from './run-jobs.ts';
import { runItem as runItemSchema, runPage } from './run-page-schema.ts';

/** `GET /runs/:run`, `/runs/:run/page` and `/runs/:run/jobs`. */
export function runPageRoutes(app: ApiServer, context: ApiContext): void {
  const cache = createPageCache();
  const unsubscribe = context.db.live.subscribe((event) => {
    if (event.type === 'jobs') cache.forget(event.run);
    else if (event.type === 'reset') cache.forgetAll();
  });
  app.addHook('preClose', async () => {
    unsubscribe();
  });
  runJobsRoutes(app, context);

  app.get('/runs/:run', { schema: runItemSchema }, async ({ params, query }) =>
    runItem(orThrow(await findRun(context.db, params.run, query))),
  );

  app.get('/runs/:run/page', { schema: runPage }, async (request, reply) => {
    const { params, query } = request;
    const run = orThrow(await findRun(context.db, params.run, query));
    const runs = await runsUpTo(context.db, run);
    const build = async () => Buffer.from(JSON.stringify(await buildRunPage(context, runs)));
    return sendPage(request, reply, await cache.get(run.name, pageVersion(runs), build));
  });
}
