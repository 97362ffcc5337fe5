import type { FastifyInstance } from 'fastify';
import { changeClasses } from '../../core/compare.ts';
import { isFailure } from '../../core/errors.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import { type ComparedPair, compareRuns } from '../../store/pages/compare.ts';
import type { JobVerdict } from '../../store/pages/job-lines.ts';
import { findRun, previousRun, runsUpTo } from '../../store/pages/run-page.ts';
import type { ApiContext } from './context.ts';
import { runItem } from './items.ts';
import { sendFailure, sendProblem } from './problems.ts';
import { type RunRequest, requestedRun } from './run-request.ts';
import type { Compare } from './schemas.ts';

interface CompareRequest extends RunRequest {
  Querystring: RunRequest['Querystring'] & { with?: string };
}

/** `GET /runs/:run/compare?with=`: another run, or the one before when it is absent, empty or `prev`. */
export function compareRoutes(app: FastifyInstance, context: ApiContext): void {
  app.get<CompareRequest>('/runs/:run/compare', async (request, reply) => {
    const { db } = context;
    const run = await requestedRun(context, request, reply);
    if (!run) return reply;
    const { with: wanted = '' } = request.query;
    const before = wanted === '' || wanted === 'prev';
    const other = before ? previousRun(await runsUpTo(db, run)) : await findRun(db, wanted, request.query);
    if (other === null) return sendProblem(reply, 404, `there is no finished run like '${run.name}' before it`, []);
    if (isFailure(other)) return sendFailure(context, reply, other);
    return compareAnswer(other, run, await compareRuns(db, other.id, run.id));
  });
}

function compareAnswer(a: RunRow, b: RunRow, pairs: ComparedPair[]): Compare {
  const counts = Object.fromEntries(changeClasses.map((name) => [name, 0])) as Compare['counts'];
  for (const { change } of pairs) counts[change]++;
  const rows = pairs.map(({ a, b, change }) => ({
    description: b?.description ?? a?.description ?? '',
    change,
    a: comparedJob(a),
    b: comparedJob(b),
  }));
  return { a: runItem(a), b: runItem(b), counts, rows };
}

function comparedJob(job: JobVerdict | null) {
  if (job === null) return null;
  const { job_id, status, duration, signature } = job;
  return { job_id, status, duration, signature };
}
