/** A server in this process that speaks both contracts on one database and records faults. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { readCommandLine } from '../../src/config.ts';
import { buildApp } from '../../src/http/app.ts';
import { type Db, type OpenOptions, open } from '../../src/store/db.ts';
import { distinctTimes } from '../helpers/server.ts';

/** The answer to a request. */
export interface Answered {
  status: number;
  retryAfter: string | null;
  message: string | undefined;
}

/** The server. */
export interface TwoPorts {
  db: Db;
  /** Addresses without a trailing slash. */
  urls: { classic: string; teuthology: string };
  /** The HTTP servers at these addresses. */
  servers: Record<'classic' | 'teuthology', Server>;
  /** All errors that were reported as database faults. */
  faults: unknown[];
  /** All errors in the log, except for the lines about answers. */
  errors: { msg: string }[];
  send(method: string, url: string, body?: unknown): Promise<Answered>;
  stop(): Promise<void>;
}

/** Starts the server; `options` as for `open`. */
export async function startTwoPorts(url: string, options: Partial<OpenOptions> = {}): Promise<TwoPorts> {
  const { config } = readCommandLine(['--database', url, '--port', '0'], {});
  const faults: unknown[] = [];
  const errors: { msg: string }[] = [];
  const now = distinctTimes();
  const write = (line: string) => {
    const entry = JSON.parse(line) as { msg: string };
    if (entry.msg !== 'answered') errors.push(entry);
  };
  const log = pino({ level: 'error' }, { write });
  const db = await open({ url, poolSize: 4, now, onFault: (error) => faults.push(error), ...options });
  const apps = (['classic', 'teuthology'] as const).map((contract) => buildApp({ contract, config, db, log, now }));
  const [classic, teuthology] = apps.map(({ server }) => server) as [Server, Server];
  for (const app of apps) await app.listen({ host: '127.0.0.1', port: 0 });
  const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    db,
    urls: { classic: urlOf(classic), teuthology: urlOf(teuthology) },
    servers: { classic, teuthology },
    faults,
    errors,
    async send(method, address, body) {
      const answer = await fetch(address, { method, body: body === undefined ? null : JSON.stringify(body) });
      const json = (await answer.json().catch(() => null)) as { message?: string } | null;
      return { status: answer.status, retryAfter: answer.headers.get('retry-after'), message: json?.message };
    },
    async stop() {
      for (const app of apps) {
        app.server.closeAllConnections();
        await app.close();
      }
      await db.close();
    },
  };
}
