import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A TCP proxy to a server on this machine whose connections can be broken and restored. */
export interface Proxy {
  port: number;
  /** Breaks every connection and refuses new ones. */
  cut(): void;
  /** Forwards new connections again. */
  restore(): Promise<void>;
  /** Stops forwarding on existing connections forever, like a failing network: neither side notices that the other closes one. */
  silence(): void;
  /** Forwards new connections to another port. Existing connections stay. */
  lead(target: number): void;
}

/** Starts a proxy to a port of this machine. The first `together` connections wait for each other. */
export async function startProxy(target: number, together = 1): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const lost = new WeakSet<Socket>();
  const waiting: (() => void)[] = [];
  let met = false;
  let silent = false;
  let destination = target;
  const server = createServer((near) => {
    const far = connect(destination, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        if (lost.has(socket)) return;
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
    lead(other) {
      destination = other;
    },
    silence() {
      silent = true;
      for (const socket of sockets) lost.add(socket.unpipe().pause());
    },
    async restore() {
      silent = false;
      if (!server.listening) await listen(port);
    },
  };
}
