/** How answers look (teuthology contract §1.3, §1.5): JSON without a charset; refusals are 403. */
import type { FastifyReply } from 'fastify';
import type { Failure } from '../../core/errors.ts';

/** The Content-Type of every answer of this contract. */
export const jsonType = 'application/json';

/** Sends a ready JSON text. */
export function answerJson(reply: FastifyReply, text: string, status = 200): FastifyReply {
  return reply.code(status).type(jsonType).send(Buffer.from(text));
}

/** Sends `{"message": …}` for a failure; `words` are the contract's own for a thing that is missing or exists already. */
export function sendFailure(reply: FastifyReply, failure: Failure, words?: string): FastifyReply {
  const message = (text: string) => JSON.stringify({ message: text });
  switch (failure.failure) {
    case 'not_found':
      return answerJson(reply, message(words ?? `${failure.noun} ${failure.name} was not found`), 404);
    case 'already_exists':
      return answerJson(reply, message(words ?? `${failure.noun} ${failure.name} already exists`), 400);
    case 'invalid':
      return answerJson(reply, message(failure.reason), 400);
    case 'conflict':
      return answerJson(reply, message(failure.reason), 403);
    case 'unavailable':
      return answerJson(reply, message(failure.reason), 503);
  }
}
