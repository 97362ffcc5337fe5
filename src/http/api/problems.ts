import type { FastifyReply } from 'fastify';
import type { Failure } from '../../core/errors.ts';
import { nearestRuns } from '../../store/pages/run-page.ts';
import type { ApiContext } from './context.ts';
import type { Problem } from './schemas.ts';

/** Answers with a `Problem`; `nearest` names runs like the one that was not found. */
export function sendProblem(reply: FastifyReply, status: number, message: string, nearest?: string[]): FastifyReply {
  const problem: Problem = { message, request_id: reply.request.id, ...(nearest && { nearest }) };
  return reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send(Buffer.from(JSON.stringify(problem)));
}

/** Answers for a run, or something of it, that does not exist. */
export async function sendFailure({ db }: ApiContext, reply: FastifyReply, failure: Failure): Promise<FastifyReply> {
  if (failure.failure !== 'not_found') {
    return sendProblem(reply, 400, 'reason' in failure ? failure.reason : `${failure.noun} ${failure.name} exists`);
  }
  const { noun, name } = failure;
  return sendProblem(
    reply,
    404,
    `there is no ${noun} '${name.slice(0, 200)}'`,
    noun === 'run' ? await nearestRuns(db, name) : undefined,
  );
}
