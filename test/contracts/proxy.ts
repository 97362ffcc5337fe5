import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A cable to a server on this machine that can be pulled out and plugged in again. */
export interface Proxy {
  port: number;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Passes new connections on. */
  restore(): Promise<void>;
  /** Passes nothing on any more, and says nothing about it, as a network that lost its way. */
  silence(): void;
}

/** Passes connections on to a port of this machine; the first `together` of them wait for each other. */
export async function startProxy(target: number, together = 1): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const waiting: (() => void)[] = [];
  let met = false;
  let silent = false;
  const server = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    waiting.push(() => {
      if (!silent) near.pipe(far).pipe(near);
    });
    met ||= waiting.length === together;
    if (met) for (const go of waiting.splice(0)) go();
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  return {
    port,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    silence() {
      silent = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    async restore() {
      silent = false;
      if (!server.listening) await listen(port);
    },
  };
}
