import type { FastifyInstance } from 'fastify';
import { runsUpTo } from '../../store/pages/run-page.ts';
import type { ApiContext } from './context.ts';
import { runItem } from './items.ts';
import { createPageCache, sendPage } from './page-cache.ts';
import { buildRunPage, pageVersion } from './run-document.ts';
import { runJobsRoutes } from './run-jobs.ts';
import { type RunRequest, requestedRun } from './run-request.ts';

/** `GET /runs/:run`, `/runs/:run/page` and `/runs/:run/jobs`. */
export function runPageRoutes(app: FastifyInstance, context: ApiContext): void {
  const cache = createPageCache();
  const unsubscribe = context.db.live.subscribe((event) => {
    if (event.type === 'jobs') cache.forget(event.run);
    else if (event.type === 'reset') cache.forgetAll();
  });
  app.addHook('preClose', async () => {
    unsubscribe();
  });
  runJobsRoutes(app, context);

  app.get<RunRequest>('/runs/:run', async (request, reply) => {
    const run = await requestedRun(context, request, reply);
    return run ? runItem(run) : reply;
  });

  app.get<RunRequest>('/runs/:run/page', async (request, reply) => {
    const run = await requestedRun(context, request, reply);
    if (!run) return reply;
    const runs = await runsUpTo(context.db, run);
    const build = async () => Buffer.from(JSON.stringify(await buildRunPage(context, runs)));
    return sendPage(request, reply, await cache.get(run.name, pageVersion(runs), build));
  });
}
