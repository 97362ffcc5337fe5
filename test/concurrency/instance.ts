import type { AddressInfo, Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { readCommandLine } from '../../src/config.ts';
import { buildApp, type Contract } from '../../src/http/app.ts';
import { type Db, open } from '../../src/store/db.ts';
import { isError, type LogEntry, spawnServer } from '../helpers/process.ts';
import { distinctTimes } from '../helpers/server.ts';

/** A running server. Several may share a PostgreSQL database. */
export interface Instance {
  port: number;
  /** The server's database, or another connection to it when the server is a process. */
  db: Db;
  /** The last errors that it logged. */
  errors: string[];
  /** Returns a port that speaks this contract, and opens it if necessary. */
  openDoor(contract: Contract): Promise<number>;
  stop(): Promise<void>;
}

/** A server in this process. */
export interface LocalInstance extends Instance {
  /** How many bytes it has read from the client with this port. */
  bytesRead(clientPort: number): number;
}

/**
 * Starts a server in this process on a database and a free port. `settings` are command-line flags; `now` is its clock, in microseconds
 * since the Unix epoch.
 */
export async function startInstance(
  url: string,
  settings: string[] = [],
  now: () => number = distinctTimes(),
): Promise<LocalInstance> {
  const { config } = readCommandLine(['--database', url, '--host', '127.0.0.1', '--port', '0', ...settings], {});
  const errors: string[] = [];
  const write = (line: string) => {
    if (isError(JSON.parse(line) as LogEntry) && errors.push(line) > 20) errors.shift();
  };
  const log = pino({ level: 'error' }, { write });
  const db = await open({ url, poolSize: config.pool_size, now });
  const apps: FastifyInstance[] = [];
  const sockets = new Map<number, Socket>();
  const openDoor = async (contract: Contract) => {
    const app = buildApp({ contract, config, db, log, now });
    apps.push(app);
    app.server.on('connection', (socket) => sockets.set(socket.remotePort ?? 0, socket));
    await app.listen({ host: config.host, port: config.port });
    return (app.server.address() as AddressInfo).port;
  };
  const stop = async () => {
    for (const app of apps) {
      app.server.closeAllConnections();
      await app.close();
    }
    await db.close();
  };
  const bytesRead = (clientPort: number) => sockets.get(clientPort)?.bytesRead ?? 0;
  return { port: await openDoor(config.contract), db, errors, openDoor, bytesRead, stop };
}

/** Starts a server as a process, with both ports. */
export async function startProcess(url: string, settings: string[]): Promise<Instance> {
  const server = await spawnServer(url, [...settings, '--teuthology-port=0']);
  const db = await open({ url, poolSize: 2, now: distinctTimes() });
  return {
    port: server.port,
    db,
    errors: server.errors,
    async openDoor(contract) {
      const port = server.ports[contract];
      if (port === undefined) throw new Error(`the server does not speak ${contract}`);
      return port;
    },
    async stop() {
      await db.close();
      const end = await server.kill('SIGTERM');
      if (end !== 0 || server.complaints() !== '')
        throw new Error(`the server ended with ${end}: ${server.complaints()}`);
    },
  };
}
