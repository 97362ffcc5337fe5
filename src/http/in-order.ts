/** Requests that a client sends on one connection before it has read the answers to earlier ones. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

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
export function handleInOrder(server: Server): void {
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
