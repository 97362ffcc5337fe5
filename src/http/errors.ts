/** Throws and answers failures. */
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { type Failure, invalid, isFailure } from '../core/errors.ts';
import { DatabaseFault, type Db } from '../store/db.ts';

/** The Content-Type of every answer of the classic contract. */
export const jsonType = 'application/json; charset=utf-8';

/** Sends `{"message": …}`, the shape of errors in every contract. Browsers display it instead of saving it as the requested file. */
export function sendMessage(reply: FastifyReply, status: number, message: string): FastifyReply {
  return sendJson(reply.code(status).removeHeader('content-disposition'), JSON.stringify({ message }));
}

/** Sends a JSON text. A Buffer is sent several times as fast as a string (docs/decisions/0002-text-as-sent.md). */
export function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type(jsonType).send(Buffer.from(text));
}

/** The methods of requests that change something. */
const writes = ['POST', 'PUT', 'DELETE'];

/** Answers errors outside of handlers, and those that handlers throw, in JSON. */
export function answerErrors(app: FastifyInstance, { condition }: Pick<Db, 'condition'>): void {
  app.addHook('onResponse', async ({ method }, { statusCode }) => {
    if (writes.includes(method) && statusCode < 300) condition.wrote();
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status < 500) return sendMessage(reply, status, error.message);
    // The client hung up before its body was read. It does not read the answer, and this is not an error of the server.
    if (error === request.raw.errored) return sendMessage(reply, 400, 'the request was cut off');
    if (condition.failed(error, writes.includes(request.method))) return sendFault(reply, error);
    request.log.error({ err: error }, 'request failed');
    return sendMessage(reply, 500, 'internal error; see the log for this request id');
  });
}

/** Answers that the database does not work. Only the log has the driver's message, which can contain file names and addresses. */
export function sendFault(reply: FastifyReply, error: unknown): FastifyReply {
  const sentence = error instanceof DatabaseFault ? error.message : 'the database does not answer';
  return sendMessage(reply.header('retry-after', '5'), 503, `${sentence}; try again`);
}

/** A failure on its way to the error handler of its contract, which words the answer. */
export class Refusal extends Error {
  readonly failure: Failure;
  /** The message for something that is missing or exists already, instead of the contract's default. */
  readonly words: string | undefined;

  constructor(failure: Failure, words?: string) {
    super(failure.failure);
    this.name = 'Refusal';
    this.failure = failure;
    this.words = words;
  }
}

/** A refusal with the same message in every contract. Each contract sends it in the shape of its errors. */
export class Denial extends Error {
  readonly statusCode: 400 | 401 | 403 | 413 | 415 | 429;

  constructor(statusCode: Denial['statusCode'], message: string) {
    super(message);
    this.name = 'Denial';
    this.statusCode = statusCode;
  }
}

/** Returns the result of a function of the store or the core, or throws a `Refusal` if it is a failure. */
export function orThrow<T>(answer: T, words?: string): Exclude<T, Failure> {
  if (isFailure(answer)) throw new Refusal(answer, words);
  return answer as Exclude<T, Failure>;
}

/** Refuses a value that a client sent, naming the offending key; null stands for the body as a whole. */
export function refuse(key: string | null, reason: string): never {
  throw new Refusal(invalid(key, reason));
}

/** Reads a value that a client sent. If it is refused, first calls `exists`, which throws if the resource in the path is missing. */
export async function readKnowing<T>(exists: () => Promise<unknown>, read: () => T): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) await exists();
    throw error;
  }
}
