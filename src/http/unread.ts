/** What is left of a request when its answer has been sent. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Bytes of the longest body, a document of test cases: 100,000 of them have 15 to 30 MB. It is read as it arrives and never held as a whole. */
export const longestBody = 64 << 20;

/** The last request of a connection that was answered before its end. */
const answered = new WeakMap<Socket, IncomingMessage>();

/** Whether a request that is still arriving on this connection has been answered. */
export function isAnswered(socket: Socket): boolean {
  return answered.get(socket)?.complete === false;
}

/**
 * Reads and drops the rest of every request that is answered before its end: otherwise a client that writes its whole body before it reads
 * would wait for ever, and closing the connection over unread data would take the answer back. A client that sends more than any body may
 * have is cut off, and one that is too slow by the `requestTimeout` of the server. So a route may stop reading a request whenever it likes,
 * but must not destroy it, because nothing reads its connection any more then.
 */
export function readToTheEnd(server: Server): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    // Before the listener of Node, which closes a connection that is not kept.
    response.prependOnceListener('finish', () => {
      if (!request.complete && !socket.destroyed) dropRest(server, socket, request);
    });
  });
}

function dropRest(server: Server, socket: Socket, request: IncomingMessage): void {
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
