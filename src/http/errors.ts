import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { DatabaseFault, type Db } from '../store/db.ts';
import { isAnswered } from './unread.ts';

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

/** What Node's parser refuses never becomes a request: answer in JSON on the bare socket. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // A request before it on the same connection is still being carried out: its answer must arrive first.
  const pending = (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage;
  if (pending?.req.complete && !pending.writableFinished && !socket.destroyed) {
    takeFromParser(socket);
    pending.once('close', () => answerClientError(error, socket));
    return;
  }
  if (!socket.writable || error.code === 'ECONNRESET' || isAnswered(socket)) {
    socket.destroy();
    return;
  }
  const [status, message] = parserAnswers[error.code ?? ''] ?? ['400 Bad Request', 'the request is not valid HTTP'];
  endWithAnswer(socket, status, message);
}

/** Drops what arrives: the parser would refuse all of it anew, and unread data would make the system take the answer back. */
function takeFromParser(socket: Socket): void {
  socket.removeAllListeners('data').on('data', () => {});
  // Node may have taken its own listener away, and an error without one ends the process.
  socket.on('error', () => {});
}

/** How long a client may take to read why its connection ends, in milliseconds. */
const lastAnswer = 1000;

/**
 * Answers on a bare socket and ends the connection, also when the client goes on sending or breaks it; `status` may be followed by
 * lines of headers.
 */
export function endWithAnswer(socket: Socket, status: string, message: string): void {
  takeFromParser(socket);
  const timer = setTimeout(() => socket.destroy(), lastAnswer).unref();
  socket.once('close', () => clearTimeout(timer));
  const body = JSON.stringify({ message });
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json; charset=utf-8\r\nAccess-Control-Allow-Origin: *\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const parserAnswers: Record<string, [string, string]> = {
  CONNECT: ['405 Method Not Allowed', 'this server is no proxy'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the request line and headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long to arrive'],
};
