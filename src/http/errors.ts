/** Failures: how they are thrown, and how they are answered. */
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { type Failure, invalid, isFailure } from '../core/errors.ts';
import { DatabaseFault, type Db } from '../store/db.ts';

/** The Content-Type of every answer of the classic contract. */
export const jsonType = 'application/json; charset=utf-8';

/** Sends `{"message": …}`, the one shape of an error in every contract, to be read and not kept as the file that was asked for. */
export function sendMessage(reply: FastifyReply, status: number, message: string): FastifyReply {
  return sendJson(reply.code(status).removeHeader('content-disposition'), JSON.stringify({ message }));
}

/** Sends a ready JSON text. A Buffer leaves several times as fast as a string (docs/decisions/0002-text-as-sent.md). */
export function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type(jsonType).send(Buffer.from(text));
}

/** The methods of requests that change something. */
const writes = ['POST', 'PUT', 'DELETE'];

/** Sends JSON for everything that goes wrong outside a handler, and for what a handler throws. */
export function answerErrors(app: FastifyInstance, { condition }: Pick<Db, 'condition'>): void {
  app.addHook('onResponse', async ({ method }, { statusCode }) => {
    if (writes.includes(method) && statusCode < 300) condition.wrote();
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return sendMessage(reply, status, error.message);
    // Nobody reads what is answered to a client that hung up before its body was read, and nothing is wrong here.
    if (error === request.raw.errored) return sendMessage(reply, 400, 'the request was cut off');
    if (condition.failed(error, writes.includes(request.method))) return sendFault(reply, error);
    request.log.error({ err: error }, 'request failed');
    return sendMessage(reply, 500, 'internal error; the log has the details under this request id');
  });
}

/** Sends that the database does not work. Only the log has the driver's text, which may name files and addresses. */
export function sendFault(reply: FastifyReply, error: unknown): FastifyReply {
  const sentence = error instanceof DatabaseFault ? error.message : 'the database does not answer';
  return sendMessage(reply.header('retry-after', '5'), 503, `${sentence}; try again`);
}

/** A failure on its way to the error handler of its contract, which alone words it. */
export class Refusal extends Error {
  readonly failure: Failure;
  /** What the contract says here of a thing that is missing or exists already, instead of its usual words. */
  readonly words: string | undefined;

  constructor(failure: Failure, words?: string) {
    super(failure.failure);
    this.name = 'Refusal';
    this.failure = failure;
    this.words = words;
  }
}

/** What is refused in the same words everywhere; each contract sends it in the shape of its errors. */
export class Denial extends Error {
  readonly statusCode: 400 | 401 | 403 | 413 | 415 | 429;

  constructor(statusCode: Denial['statusCode'], message: string) {
    super(message);
    this.name = 'Denial';
    this.statusCode = statusCode;
  }
}

/** What a function of the store or the core answered; throws a `Refusal` when that is a failure. */
export function orThrow<T>(answer: T, words?: string): Exclude<T, Failure> {
  if (isFailure(answer)) throw new Refusal(answer, words);
  return answer as Exclude<T, Failure>;
}

/** Refuses what a client sent, naming the offending key; null when it is the body as a whole. */
export function refuse(key: string | null, reason: string): never {
  throw new Refusal(invalid(key, reason));
}

/** Reads what a client sent. When that is refused, `exists` comes first: it throws when what the path names is not there. */
export async function readKnowing<T>(exists: () => Promise<unknown>, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) await exists();
    throw error;
  }
}
