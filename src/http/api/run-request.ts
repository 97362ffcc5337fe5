import type { FastifyReply, FastifyRequest } from 'fastify';
import { isFailure } from '../../core/errors.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import { findRun, type LatestOf } from '../../store/pages/run-page.ts';
import type { ApiContext } from './context.ts';
import { sendFailure } from './problems.ts';

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
