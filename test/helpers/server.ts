import { Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { type Config, readCommandLine } from '../../src/config.ts';
import type { Actor } from '../../src/core/audit.ts';
import { buildApp } from '../../src/http/app.ts';
import { type Db, open, openReadOnly } from '../../src/store/db.ts';
import { reindex } from '../../src/store/upkeep/reindex.ts';
import { refuseWrongAnswers, watchAnswers } from './answers.ts';
import type { Engine } from './engines.ts';

/** An answer. Header names are in lower case; `json` is undefined when the body is not JSON. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  json: unknown;
}

/** A server in this process with its own database, and an HTTP client for it. */
export interface TestServer {
  /** Without a trailing slash. */
  url: string;
  port: number;
  db: Db;
  /** The URL of its database. */
  database: string;
  app: FastifyInstance;
  /**
   * Sends a request to exactly this path, without resolving or encoding it, and does not follow redirects. A body of bytes or text
   * is sent unchanged, anything else as JSON. undefined means no body.
   */
  request(method: string, path: string, body?: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>;
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>;
  post(path: string, body?: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>;
  put(path: string, body?: unknown, headers?: OutgoingHttpHeaders): Promise<Answer>;
  /** Closes the server and drops the database that was made for it. */
  stop(): Promise<void>;
}

/** The actor of direct writes to the store. */
export const someone: Actor = { name: null, verified: false, address: null, door: 'command', request: null };

const now = distinctTimes();

/**
 * Starts a server on a new database and a free port. An answer that does not match its schema makes the request throw, or `stop` at the
 * latest.
 */
export async function startServer(
  engine: Pick<Engine, 'createTables'>,
  settings: Partial<Config> = {},
): Promise<TestServer> {
  const database = await engine.createTables();
  const config = { ...readCommandLine([], {}).config, database: database.url, ...settings };
  const db = await open({ url: config.database, poolSize: config.pool_size, now });
  // Like `paddles serve` when it starts.
  await reindex(db, { all: false });
  const server = await listen(db, config);
  const stop = async () => {
    try {
      await server.stop();
    } finally {
      await database.drop();
    }
  };
  return { ...server, stop };
}

/** Starts a read-only server on a database that others write to. The database remains when the server stops. */
export async function startReadOnlyServer(database: string, settings: Partial<Config> = {}): Promise<TestServer> {
  const config = { ...readCommandLine([], {}).config, database, read_only: true, ...settings };
  return listen(await openReadOnly({ url: database, poolSize: config.pool_size, now }), config);
}

async function listen(db: Db, config: Config): Promise<TestServer> {
  const app = buildApp({ config, db, log: pino({ level: 'silent' }), now });
  const wrongAnswers = watchAnswers(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const client = createClient(port);
  const request: TestServer['request'] = async (...parts) => {
    const answer = await client.request(...parts);
    refuseWrongAnswers(wrongAnswers);
    return answer;
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    db,
    database: config.database,
    app,
    request,
    get: (path, headers) => request('GET', path, undefined, headers),
    post: (path, body, headers) => request('POST', path, body, headers),
    put: (path, body, headers) => request('PUT', path, body, headers),
    async stop() {
      client.close();
      app.server.closeAllConnections();
      await app.close();
      await db.close();
      refuseWrongAnswers(wrongAnswers);
    },
  };
}

/** Creates an HTTP client of a server on this machine. */
export function createClient(port: number): Pick<TestServer, 'request'> & { close(): void } {
  const agent = new Agent({ keepAlive: true });
  return {
    request: (method, path, body, headers = {}) => exchange(agent, port, { method, path, body, headers }),
    close: () => agent.destroy(),
  };
}

/** A clock in microseconds since the Unix epoch that never returns the same time twice, so that later writes are newer. */
export function distinctTimes(): () => number {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return last;
  };
}

interface Exchange {
  method: string;
  path: string;
  body: unknown;
  headers: OutgoingHttpHeaders;
}

function exchange(agent: Agent, port: number, { method, path, body, headers }: Exchange): Promise<Answer> {
  const bytes = bodyBytes(body);
  const length = bytes === null || 'transfer-encoding' in headers ? {} : { 'content-length': bytes.length };
  return new Promise((resolve, reject) => {
    const outgoing = send({ agent, host: '127.0.0.1', port, method, path, headers: { ...length, ...headers } });
    let answered = false;
    outgoing.on('response', (incoming) => {
      answered = true;
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text, json: parse(text) });
      });
    });
    // A server that refuses a body can close the connection before all of it is written.
    outgoing.on('error', (error) => {
      if (!answered) reject(error);
    });
    outgoing.end(bytes ?? undefined);
  });
}

function bodyBytes(body: unknown): Buffer | null {
  if (body === undefined) return null;
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
