import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, expect } from 'vitest';
import { readCommandLine } from '../../../src/config.ts';
import { buildApp } from '../../../src/http/app.ts';
import { type Db, open } from '../../../src/store/db.ts';
import { reindex } from '../../../src/store/upkeep/reindex.ts';
import { refuseWrongAnswers, watchAnswers } from '../../helpers/answers.ts';
import type { Engine, TestDatabase } from '../../helpers/engines.ts';
import { createClient } from '../../helpers/server.ts';

/** An answer; `json` is undefined when the body is not JSON. */
export interface Reply {
  status: number;
  json: unknown;
  headers: Record<string, unknown>;
}

/** A server of the teuthology contract with a clock that the test controls. */
export interface Teuthology {
  db: Db;
  /** Sends a request. Text is sent as it is, anything else as JSON; undefined means no body. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  get(path: string): Promise<Reply>;
  post(path: string, body?: unknown): Promise<Reply>;
  put(path: string, body?: unknown): Promise<Reply>;
  /** Advances the clock, which also advances by a microsecond with every reading. */
  passSeconds(seconds: number): void;
  stop(): Promise<void>;
}

/** The initial time of the clock: 2024-03-01 00:00:00 UTC, in microseconds. */
export const start = Date.UTC(2024, 2, 1) * 1000;

/** Builds a server on the database at `url`. `stop` throws if an answer did not match its schema. */
export async function startTeuthology(url: string): Promise<Teuthology> {
  let time = start;
  const now = () => ++time;
  const { config } = readCommandLine(['--database', url], {});
  const db = await open({ url, poolSize: 4, now });
  // Like `paddles serve` when it starts.
  await reindex(db, { all: false });
  const app = buildApp({ contract: 'teuthology', config, db, log: pino({ level: 'silent' }), now });
  const wrongAnswers = watchAnswers(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const client = createClient((app.server.address() as AddressInfo).port);
  const call: Teuthology['call'] = (method, path, body, headers) =>
    client.request(method, path, body, { host: 'localhost:80', ...headers });
  return {
    db,
    call,
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    passSeconds: (seconds) => {
      time += seconds * 1_000_000;
    },
    async stop() {
      client.close();
      await app.close();
      await db.close();
      refuseWrongAnswers(wrongAnswers);
    },
  };
}

/** Starts a server on a new database before the tests of a suite, and stops it afterwards. */
export function useTeuthology(engine: Engine): Teuthology {
  let database: TestDatabase;
  let server: Teuthology;
  beforeAll(async () => {
    database = await engine.createTables();
    server = await startTeuthology(database.url);
  });
  afterAll(async () => {
    await server.stop();
    await database.drop();
  });
  return new Proxy({} as Teuthology, { get: (_none, key) => server[key as keyof Teuthology] });
}

/** A node with a unique name and machine type. */
export interface NewNode {
  name: string;
  machine_type: string;
  path: string;
}

let nodes = 0;

/** Creates a node that is up. */
export async function createNode(server: Teuthology, fields: object = {}): Promise<NewNode> {
  const name = `node${++nodes}`;
  const machine_type = `type${nodes}`;
  const sent = { name, machine_type, up: true, ...fields };
  expect(await server.post('/nodes/', sent)).toMatchObject({ status: 200, json: {} });
  return { name: sent.name, machine_type: sent.machine_type, path: `/nodes/${sent.name}` };
}

/** Expects `{"message": …}` with a status. */
export async function expectRefused(reply: Promise<Reply>, status: number, message: string): Promise<void> {
  expect(await reply).toMatchObject({ status, json: { message } });
}
