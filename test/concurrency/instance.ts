import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { readCommandLine } from '../../src/config.ts';
import { buildApp } from '../../src/http/app.ts';
import { type Db, open } from '../../src/store/db.ts';

/** One server in this process; several may share a PostgreSQL database. */
export interface Instance {
  port: number;
  db: Db;
  /** What it logged as errors, the last ones, for the message of a failing test. */
  errors: string[];
  stop(): Promise<void>;
}

/** Starts a server on a database and a free port; `settings` are command-line flags. */
export async function startInstance(url: string, settings: string[] = []): Promise<Instance> {
  const { config } = readCommandLine(['--database', url, '--host', '127.0.0.1', '--port', '0', ...settings], {});
  const errors: string[] = [];
  const log = pino({ level: 'error' }, { write: (line) => void (errors.push(line) > 20 && errors.shift()) });
  const now = distinctTimes();
  const db = await open({ url, poolSize: config.pool_size, now });
  const app = buildApp({ config, db, log, now });
  await app.listen({ host: config.host, port: config.port });
  const stop = async () => {
    app.server.closeAllConnections();
    await app.close();
    await db.close();
  };
  return { port: (app.server.address() as AddressInfo).port, db, errors, stop };
}

/** No time is given twice, so that every write shows in the digest of ledger.ts. */
function distinctTimes(): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return last;
  };
}
