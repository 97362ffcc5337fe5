import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isFailure } from '../../core/errors.ts';
import { findRun, type LatestOf, runsUpTo } from '../../store/run-page.ts';
import type { RunRow } from '../../store/schema.ts';
import type { ApiContext } from './context.ts';
import { runItem } from './items.ts';
import { createPageCache, sendPage } from './page-cache.ts';
import { sendFailure } from './problems.ts';
import { buildRunPage, pageVersion } from './run-document.ts';

/** What routes below a run get; `suite` and `branch` matter for the run `latest` alone. */
export interface RunRequest {
  Params: { run: string };
  Querystring: LatestOf;
}

/** The run that a request names, or null after an answer that there is none. */
export async function requestedRun(
  context: ApiContext,
  request: FastifyRequest<RunRequest>,
  reply: FastifyReply,
): Promise<RunRow | null> {
  const run = await findRun(context.db, request.params.run, request.query);
  if (!isFailure(run)) return run;
  await sendFailure(context, reply, run);
  return null;
}

/** `GET /runs/:run` and `GET /runs/:run/page`. */
export function runPageRoutes(app: FastifyInstance, context: ApiContext): void {
  const cache = createPageCache();

  app.get<RunRequest>('/runs/:run', async (request, reply) => {
    const run = await requestedRun(context, request, reply);
    return run ? runItem(run) : reply;
  });

  app.get<RunRequest>('/runs/:run/page', async (request, reply) => {
    const run = await requestedRun(context, request, reply);
    if (!run) return reply;
    const runs = await runsUpTo(context.db, run);
    const build = async () => Buffer.from(JSON.stringify(await buildRunPage(context, runs)));
    return sendPage(request, reply, await cache.get(String(run.id), pageVersion(runs), build));
  });
}
