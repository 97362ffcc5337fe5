import type { Server, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { endWithAnswer } from './errors.ts';

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
