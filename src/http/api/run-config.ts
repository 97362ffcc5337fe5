import type { FastifyInstance } from 'fastify';
import { commonPart } from '../../core/common-part.ts';
import { parseUnlessLong } from '../../core/json-text.ts';
import { reportedKeys } from '../../store/job-page.ts';
import { sampleJobs } from '../../store/run-page.ts';
import { type ApiContext, beginRead } from './context.ts';
import { type RunRequest, requestedRun } from './run-request.ts';
import type { RunConfig } from './schemas.ts';

/** What says nothing of the configuration: it is told of each job by itself. */
const results = new Set([
  'job_id',
  'name',
  'status',
  'success',
  'failure_reason',
  'duration',
  'sentry_event',
  'pid',
  'log_href',
]);

/** `GET /runs/:run/config`: what the configurations of its jobs have in common. */
export function runConfigRoutes(app: FastifyInstance, api: ApiContext): void {
  app.get<RunRequest>('/runs/:run/config', async (request, reply) => {
    const context = beginRead(api);
    const run = await requestedRun(context, request, reply);
    if (!run) return reply;
    const { jobs, total } = await sampleJobs(context.db, run.id);
    const configs = jobs.map((job) =>
      Object.fromEntries(
        reportedKeys(job)
          .filter(([key]) => !results.has(key))
          .map(([key, text]) => [key, parseUnlessLong(text)]),
      ),
    );
    const common = (configs.length === 0 ? undefined : commonPart(configs)) ?? {};
    return { common: common as RunConfig['common'], jobs: total, compared: jobs.length } satisfies RunConfig;
  });
}
