import type { FastifyInstance } from 'fastify';
import { isFailure } from '../../core/errors.ts';
import { joinObject, parseUnlessLong } from '../../core/json-text.ts';
import { logLinks } from '../../core/links.ts';
import { nodeRoles } from '../../core/roles.ts';
import {
  descriptionHistory,
  type HistoryScope,
  neighbours,
  reportedKeys,
  wholeJob,
} from '../../store/pages/job-page.ts';
import { jsonType } from '../errors.ts';
import type { ApiContext } from './context.ts';
import { historyJob, runItem } from './items.ts';
import { sendFailure, sendProblem } from './problems.ts';
import { type RunRequest, requestedRun } from './run-request.ts';
import type { JobPage } from './schemas.ts';

interface JobRequest {
  Params: { run: string; job: string };
  Querystring: RunRequest['Querystring'] & { scope?: string };
}

/** `GET /runs/:run/jobs/:job?scope=branch|all|sha1`. */
export function jobPageRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get<JobRequest>('/runs/:run/jobs/:job', async (request, reply) => {
    const { scope = 'branch' } = request.query;
    if (!isScope(scope)) return sendProblem(reply, 400, 'scope must be branch, all or sha1');
    const { db, config } = context;
    const run = await requestedRun(context, request, reply);
    if (!run) return reply;
    const whole = await wholeJob(db, run, request.params.job);
    if (isFailure(whole)) return sendFailure(context, reply, whole);
    const { job, line } = whole;
    const history = await descriptionHistory(db, run, whole, scope);
    const page: Omit<JobPage, 'config'> = {
      run: runItem(run),
      job: historyJob(line),
      roles: nodeRoles(parseUnlessLong(job.roles), parseUnlessLong(job.targets)),
      links: [...logLinks(config.job_log_href_templ, run.name, line), ...line.links],
      history: history.map(historyJob),
      ...(await neighbours(db, run, job.job_id)),
    };
    // The job as it was reported, to the digit: what is parsed and printed again can lose some.
    const text = `${JSON.stringify(page).slice(0, -1)},"config":${joinObject(reportedKeys(job))}}`;
    return reply.type(jsonType).send(Buffer.from(text));
  });
}

function isScope(text: string): text is HistoryScope {
  return text === 'branch' || text === 'all' || text === 'sha1';
}
