import { commonPart } from '../../core/common-part.ts';
import { parseUnlessLong } from '../../core/json-text.ts';
import { nextTurn } from '../../core/turns.ts';
import { findRun, reportedKeys, sampleJobs } from '../../store/pages/run-page.ts';
import { jobById } from '../../store/read/jobs.ts';
import { orThrow } from '../refusal.ts';
import { large } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { type RunConfig, runConfig } from './run-page-schema.ts';

/** Keys that are results of one job, not a part of its configuration. */
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

/** The most characters of configurations that are compared; forty ordinary jobs have half a million. */
const mostCompared = 8_000_000;

/** `GET /runs/:run/config`: what the configurations of its jobs have in common. */
export function runConfigRoutes(app: ApiServer, { db }: ApiContext): void {
  app.get('/runs/:run/config', { schema: runConfig, config: large }, async ({ params, query }) => {
    const { id } = orThrow(await findRun(db, params.run, query));
    const { ids, total } = await sampleJobs(db, id);
    const configs: Record<string, unknown>[] = [];
    let length = 0;
    // One after the other: any of them can be as long as all together are allowed to be.
    for (const jobId of ids) {
      if (length > mostCompared) break;
      const job = await jobById(db, jobId);
      if (!job) continue;
      const reported = reportedKeys(job).filter(([key]) => !results.has(key));
      configs.push(Object.fromEntries(reported.map(([key, text]) => [key, parseUnlessLong(text)])));
      for (const [, text] of reported) length += text.length;
      await nextTurn();
    }
    const common = (configs.length === 0 ? undefined : commonPart(configs)) ?? {};
    return { common: common as RunConfig['common'], jobs: total, compared: configs.length };
  });
}
