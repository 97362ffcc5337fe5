/** Client connections: their number, their end, and data that arrives before and after requests. */
import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Connections that are being refused with an answer at the same time. Further ones are closed without an answer. */
const mostLeaving = 32;

/** File descriptors for other purposes than clients: the database, the log, libraries, and connections that are being refused. */
const reserved = 64 + mostLeaving;

/**
 * Limits the client connections to all ports, also by the number of files that the system lets the process open. Beyond that number
 * the system would close connections, including those to the database, and no log would say why. Further connections are answered
 * 503, and `onRefused` is called for each.
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
      : `EMFILE: the process can open only ${files} files and connections`;
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
 * When the server stops, closes connections without a request so far. Browsers open them in advance; Node does not count them as
 * idle and would wait for them.
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

/** The soft limit of open files, or null if there is none. */
function openFilesLimit(): number | null {
  // Network information would cause lookups of host names.
  Object.assign(process.report, { excludeNetwork: true });
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isFinite(soft) ? soft : null;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** The most pipelined requests that wait on one connection. Each takes 6 KB, and no client sends so many ahead. */
const mostWaiting = 100;

/**
 * Handles the requests of a connection one after the other, and reads no further ones while some wait. Node would start all requests
 * of a packet at once, about a thousand, and hold a part of each answer until the previous ones were read.
 * Cuts off a client that sends more than `mostWaiting` ahead.
 *
 * A stopping server closes a connection after its last answer; Node would wait until the client closes it.
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

/** Bytes of the longest body, a document of test cases: 100,000 cases take 15 to 30 MB. It is parsed as it arrives, never held as a whole. */
export const longestBody = 64 << 20;

/** The last request of a connection that was answered before all of it had arrived. */
const answered = new WeakMap<Socket, IncomingMessage>();

/** Whether a request that is still arriving on this connection has been answered. */
function isAnswered(socket: Socket): boolean {
  return answered.get(socket)?.complete === false;
}

/**
 * Reads and drops the rest of every request that is answered before all of it has arrived. Otherwise a client that writes its whole body
 * before it reads would wait forever, and closing a connection with unread data would discard the answer. A client that sends more than
 * `longestBody` is cut off, and one that is too slow by the server's `requestTimeout`. So a route can stop reading a request at any time,
 * but must not destroy it, because nothing would read its connection then.
 */
export function readToTheEnd(server: HttpServer): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // Runs before Node's listener, which closes a connection that is not kept alive.
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

/** Answers in JSON on the bare socket, because data that Node's parser refuses never becomes a request. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // An earlier request on the same connection is still in progress: its answer must be sent first.
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

/** Drops further data: the parser would refuse it again, and unread data would make the system discard the answer. */
function takeFromParser(socket: Socket): void {
  socket.removeAllListeners('data').on('data', () => {});
  // Node may have removed its own listener, and an error without a listener ends the process.
  socket.on('error', () => {});
}

/** How long a client has to read why its connection ends, in milliseconds. */
const lastAnswer = 1000;

/**
 * Answers on a bare socket and ends the connection, even if the client keeps sending or breaks it. `status` can be followed by header
 * lines.
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
  CONNECT: ['405 Method Not Allowed', 'this server is not a proxy'],
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'the request line and headers are too large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request took too long to arrive'],
};
