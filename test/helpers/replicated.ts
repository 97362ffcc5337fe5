/** A server on a database of a private PostgreSQL that has a streaming standby. */
import { randomBytes } from 'node:crypto';
import { vi } from 'vitest';
import { execute } from './engines.ts';
import { startOwnPostgres } from './postgres.ts';
import { startServer, type TestServer } from './server.ts';
import { type Standby, startStandby } from './standby.ts';

/** A main server that speaks the teuthology contract, and the standby of its database. */
export interface Replicated {
  main: TestServer;
  standby: Standby;
  /** The URL of the main server's database on the standby. */
  replica: string;
  stop(): Promise<void>;
}

/** Starts all three and waits until the standby has the tables of the server. */
export async function startReplicated(): Promise<Replicated> {
  const primary = await startOwnPostgres({ fsync: false });
  const standby = await startStandby(primary);
  const pathname = `/paddles_${randomBytes(6).toString('hex')}`;
  const at = (url: string) => Object.assign(new URL(url), { pathname }).href;
  const createTables = async () => {
    await execute(primary.url, `create database ${pathname.slice(1)}`);
    return { url: at(primary.url), drop: async () => {} };
  };
  const main = await startServer({ createTables }, { contract: 'teuthology' });
  const replica = at(standby.url);
  await vi.waitFor(() => execute(replica, 'select from indexed'), { timeout: 30_000, interval: 50 });
  const stop = async () => {
    await main.stop();
    await standby.remove();
    await primary.stop();
  };
  return { main, standby, replica, stop };
}
