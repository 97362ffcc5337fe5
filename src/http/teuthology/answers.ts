/** Answers of the contract (teuthology contract §1.3, §1.5): JSON without a charset; conflicts are answered 403. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../config.ts';
import type { Db } from '../../store/db.ts';
import type { BaseOf } from '../addresses.ts';
import { Denial, Refusal } from '../errors.ts';

/** The Content-Type of every answer of this contract. */
export const jsonType = 'application/json';

/** Sends a JSON text. */
export function answerJson(reply: FastifyReply, text: string, status = 200): FastifyReply {
  return reply.code(status).type(jsonType).send(Buffer.from(text));
}

/** Answers a `Refusal` or a `Denial` in the words of this contract. Rethrows other errors. */
export async function answerRefusal(error: unknown, _request: FastifyRequest, reply: FastifyReply) {
  const message = (text: string, status: number) => answerJson(reply, JSON.stringify({ message: text }), status);
  if (error instanceof Denial) return message(error.message, error.statusCode);
  if (!(error instanceof Refusal)) throw error;
  const { failure, words } = error;
  switch (failure.failure) {
    case 'not_found':
      return message(words ?? `${failure.noun} ${failure.name} was not found`, 404);
    case 'already_exists':
      return message(words ?? `${failure.noun} ${failure.name} already exists`, 400);
    case 'invalid':
      return message(failure.reason, 400);
    case 'conflict':
      return message(failure.reason, 403);
    case 'unavailable':
      return message(failure.reason, 503);
  }
}

/** What the routes of the teuthology contract work with. */
export interface TeuthologyContext {
  db: Db;
  config: Config;
  baseOf: BaseOf;
  /** Returns microseconds since the Unix epoch. */
  now: () => number;
}
