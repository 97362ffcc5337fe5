/** The connections of clients: how many there are, how they end, and what arrives on them before and after a request. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Connections that are being turned away at a time: further ones are closed without an answer. */
const mostLeaving = 32;

/** Files and connections beside those of clients: the database's, the log, those that libraries open, those being turned away. */
const reserved = 64 + mostLeaving;

/**
 * Bounds the connections of clients to all ports, also by what the system lets the process open. Without that it closes connections,
 * those to the database included, and no log says why. Further connections are answered 503; `onRefused` hears of each.
 */
export function boundConnections(
  servers: Server[],
  { max_connections, pool_size }: { max_connections: number; pool_size: number },
  onRefused: (error: Error) => void,
): void {
  const files = openFilesLimit() ?? Number.POSITIVE_INFINITY;
  const forClients = Math.floor(Math.max(files - reserved - pool_size, files / 2));
  const most = Math.min(max_connections, forClients);
  const reason =
    most < forClients
      ? `PADDLES_MAX_CONNECTIONS is ${most}`
      : `EMFILE: the process may open ${files} files and connections`;
  let open = 0;
  let leaving = 0;
  for (const server of servers) {
    const [accept] = server.rawListeners('connection') as [(socket: Socket) => void];
    server.off('connection', accept).on('connection', (socket: Socket) => {
      if (open < most) {
        open++;
        socket.once('close', () => open--);
        return accept.call(server, socket);
      }
      onRefused(new Error(reason));
      if (leaving >= mostLeaving) return socket.destroy();
      leaving++;
      socket.once('close', () => leaving--);
      endWithAnswer(socket, '503 Service Unavailable\r\nRetry-After: 5', 'too many connections are open');
    });
  }
}

/**
 * Closes connections on which nothing has been asked yet when the server stops. Browsers open such ones ahead; for Node they are not
 * idle, and it would wait for them.
 */
export function closeUnused(app: FastifyInstance): void {
  const unused = new Set<Socket>();
  let isStopping = false;
  app.server.prependListener('connection', (socket: Socket) => {
    if (isStopping) socket.destroy();
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.prependListener('request', ({ socket }) => unused.delete(socket));
  app.addHook('preClose', async () => {
    isStopping = true;
    for (const socket of unused) socket.destroy();
  });
}

/** Null when there is none. */
function openFilesLimit(): number | null {
  // Names of hosts would be looked up for it.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isFinite(soft) ? soft : null;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** The most requests that wait on one connection: one that waits takes 6 KB, and no client sends so many ahead. */
const mostWaiting = 100;

/**
 * Handles the requests of a connection one after the other, and reads no further ones while some wait. Node would begin all that fit
 * into one packet at once, about a thousand, and hold a piece of each answer until those before it were read.
 * A client that sends more than `mostWaiting` ahead is cut off.
 *
 * A server that stops closes a connection after its last answer: Node would wait until the client closes it.
 */
export function handleInOrder(server: HttpServer): void {
  const [handle] = server.rawListeners('request') as [Handle];
  const waiting = new WeakMap<Socket, (() => void)[]>();
  const next = (socket: Socket) => {
    const others = waiting.get(socket);
    const begin = socket.destroyed ? undefined : others?.shift();
    if (begin) begin();
    else {
      waiting.delete(socket);
      if (!server.listening) socket.destroySoon();
    }
    if (others?.length === 0) socket.resume();
  };
  server.off('request', handle).prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const begin = () => {
      response.once('close', () => next(socket));
      handle.call(server, request, response);
    };
    const others = waiting.get(socket);
    if (others === undefined) {
      waiting.set(socket, []);
      begin();
    } else if (others.length < mostWaiting) {
      others.push(begin);
      socket.pause();
    } else socket.destroy();
  });
}

/** Bytes of the longest body, a document of test cases: 100,000 of them have 15 to 30 MB. It is read as it arrives and never held as a whole. */
export const longestBody = 64 << 20;

/** The last request of a connection that was answered before its end. */
const answered = new WeakMap<Socket, IncomingMessage>();

/** Whether a request that is still arriving on this connection has been answered. */
function isAnswered(socket: Socket): boolean {
  return answered.get(socket)?.complete === false;
}

/**
 * Reads and drops the rest of every request that is answered before its end: otherwise a client that writes its whole body before it reads
 * would wait for ever, and closing the connection over unread data would take the answer back. A client that sends more than any body may
 * have is cut off, and one that is too slow by the `requestTimeout` of the server. So a route may stop reading a request whenever it likes,
 * but must not destroy it, because nothing reads its connection any more then.
 */
export function readToTheEnd(server: HttpServer): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // Before the listener of Node, which closes a connection that is not kept.
    response.prependOnceListener('finish', () => {
      if (!request.complete && !socket.destroyed) dropRest(server, socket, request);
    });
  });
}

function dropRest(server: HttpServer, socket: Socket, request: IncomingMessage): void {
  let bytes = 0;
  let isKept = true;
  answered.set(socket, request);
  const close = socket.destroySoon;
  socket.destroySoon = () => {
    isKept = false;
    socket.end();
  };
  request
    .unpipe()
    .removeAllListeners('data')
    .removeAllListeners('readable')
    .on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > longestBody) socket.destroy();
    })
    .once('end', () => {
      socket.destroySoon = close;
      if (!isKept || !server.listening) socket.destroySoon();
    })
    .resume();
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
function endWithAnswer(socket: Socket, status: string, message: string): void {
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
