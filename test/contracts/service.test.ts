/** The server as a process: starting, failing to start, logging, stopping, and losing its database. */
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { rowsOf } from '../../bench/database.ts';
import { engines, execute, type TestDatabase } from '../helpers/engines.ts';
import { complaint, type Finished, logLines, newFolder, runProgram, type Service, startService } from './program.ts';
import { startProxy } from './proxy.ts';

let folder: string;
let remove: () => void;
const services: Service[] = [];

beforeEach(() => {
  ({ folder, remove } = newFolder());
});
afterEach(async () => {
  for (const { kill, ended } of services.splice(0)) {
    kill('SIGKILL');
    await ended;
  }
  remove();
});

function run(...args: string[]): Promise<Finished> {
  return runProgram(args, { folder });
}

async function serve(database: string, ...args: string[]): Promise<Service> {
  const service = await startService(['--database', database, ...args], { folder });
  services.push(service);
  return service;
}

async function send(
  url: string,
  method: string,
  body?: object,
): Promise<{ status: number; id: string; json: unknown }> {
  const answer = await fetch(url, { method, body: body === undefined ? null : JSON.stringify(body) });
  return { status: answer.status, id: answer.headers.get('x-request-id') ?? '', json: await answer.json() };
}

/** Begins a POST whose body is incomplete until `finish`. Resolves when the server handles the request. */
async function beginPost(url: string, body: object) {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { 'content-length': bytes.length, expect: '100-continue' };
  const outgoing = request(url, { method: 'POST', headers, agent: false });
  const status = new Promise<number>((resolve, reject) => {
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      incoming.resume();
      incoming.on('end', () => resolve(incoming.statusCode ?? 0));
    });
  });
  await new Promise((resolve, reject) => {
    outgoing.on('continue', resolve);
    status.catch(reject);
    outgoing.flushHeaders();
  });
  outgoing.write(bytes.subarray(0, 10));
  return {
    /** The status of the answer; rejects if the connection breaks before it. */
    status,
    finish: () => {
      outgoing.end(bytes.subarray(10));
      return status;
    },
  };
}

describe.each(engines)('the service on $name', (engine) => {
  let database: TestDatabase;

  beforeAll(async () => {
    database = await engine.createTables();
  });
  afterAll(() => database.drop());

  test('migrates once and has nothing to do the second time', async () => {
    const fresh = await engine.createDatabase();
    onTestFinished(() => fresh.drop());
    const [first, second] = [
      await run('migrate', '--database', fresh.url),
      await run('migrate', '--database', fresh.url),
    ];
    expect([first.code, first.stderr, first.stdout]).toEqual([0, '', expect.stringMatching(/: applied .+\n$/)]);
    expect([second.code, second.stderr, second.stdout]).toEqual([
      0,
      '',
      expect.stringMatching(/: already up to date\n$/),
    ]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'answers the current request after %s, stores it and ends with 0',
    async (signal) => {
      const service = await serve(database.url);
      const slow = await beginPost(`${service.url}/runs/`, { name: `slow-${signal}`, padding: 'x'.repeat(1000) });
      service.kill(signal);
      await service.said('stopping');
      await expect.poll(() => fetch(`${service.url}/healthz`).then(String, () => 'refused')).toBe('refused');
      expect(await slow.finish()).toBe(200);
      const { code, stdout, stderr } = await service.ended;
      expect([code, stderr]).toEqual([0, '']);
      expect(logLines(stdout).at(-1)?.msg).toBe('stopped');
      const stored = await rowsOf(database.url, `select name from runs where name = 'slow-${signal}'`);
      expect(stored).toHaveLength(1);
    },
  );

  test('treats two signals in quick succession as one', async () => {
    const service = await serve(database.url);
    const slow = await beginPost(`${service.url}/runs/`, { name: 'signalled-twice', padding: 'x'.repeat(1000) });
    for (const signal of ['SIGTERM', 'SIGINT'] as const) service.kill(signal);
    await service.said('already stopping');
    expect(await slow.finish()).toBe(200);
    expect((await service.ended).code).toBe(0);
  });

  test('closes connections at a second signal after a second', async () => {
    const service = await serve(database.url);
    const slow = await beginPost(`${service.url}/runs/`, { name: 'cut-off', padding: 'x'.repeat(1000) });
    let isCut = false;
    slow.status.catch(() => {
      isCut = true;
    });
    // The signals of the first second count as one. No signal is sent after the cut, because it could kill the ending process.
    const insist = () => {
      if (!isCut) service.kill('SIGTERM');
      return isCut;
    };
    await expect.poll(insist, { interval: 500 }).toBe(true);
    await service.said('already stopping');
    expect((await service.ended).code).toBe(0);
  });

  test('logs every answer as a line of JSON with request id, status and duration, and stops without waiting for idle connections', async () => {
    const service = await serve(database.url);
    const answers = [
      { method: 'GET', url: '/runs/', ...(await send(`${service.url}/runs/`, 'GET')) },
      { method: 'POST', url: '/runs', ...(await send(`${service.url}/runs`, 'POST', { name: '' })) },
      { method: 'PUT', url: '/runs/a/jobs/1/', ...(await send(`${service.url}/runs/a/jobs/1/`, 'PUT', {})) },
      { method: 'DELETE', url: '/runs/', ...(await send(`${service.url}/runs/`, 'DELETE')) },
      { method: 'GET', url: '/runs/%zz/', ...(await send(`${service.url}/runs/%zz/`, 'GET')) },
      { method: 'PROPFIND', url: '/runs/', ...(await send(`${service.url}/runs/`, 'PROPFIND')) },
      { method: 'PROPFIND', url: '/runs/%zz/', ...(await send(`${service.url}/runs/%zz/`, 'PROPFIND')) },
    ];
    const leave = new AbortController();
    const { headers } = await fetch(`${service.url}/api/events`, { signal: leave.signal });
    leave.abort();
    await service.said('answered', (line) => 'left' in line);
    // fetch keeps its connection open.
    service.kill('SIGTERM');
    const { code, stdout } = await service.ended;
    expect(code).toBe(0);
    const lines = logLines(stdout);
    const left = { request: headers.get('x-request-id'), url: '/api/events', status: 200 };
    expect(lines.filter((line) => 'left' in line)).toEqual([expect.objectContaining(left)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 404, 405, 400, 405, 400]);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(7);
    for (const { id, method, url, status } of answers) {
      const own = lines.filter(({ request }) => request === id);
      expect(own).toEqual([
        expect.objectContaining({ method, url, status, ms: expect.any(Number), time: expect.any(Number) }),
      ]);
    }
  });

  test('ends with 2, names a port that is in use, and leaves the database alone', async () => {
    const first = await serve(database.url);
    const { port } = new URL(first.url);
    const other = await engine.createDatabase();
    onTestFinished(() => other.drop());
    const finished = await run('serve', '--database', other.url, '--port', port);
    // Nothing was done before that: no migration, and no line about one.
    expect(complaint(finished, 2)).toContain(port);
    const tables = engine.name === 'sqlite' ? 'sqlite_schema' : "pg_tables where schemaname = 'public'";
    expect(await rowsOf(other.url, `select * from ${tables}`)).toEqual([]);
  });

  test('ends with 2 for a database of a newer version', async () => {
    const newer = await engine.createTables();
    onTestFinished(() => newer.drop());
    await execute(newer.url, "insert into migrations (id, name, applied) values (9999, 'from-the-future', 0)");
    for (const command of [['serve', '--port', '0'], ['migrate']])
      expect(complaint(await run(...command, '--database', newer.url), 2)).toContain('from-the-future');
  });
});

describe('the service started with bin/paddles', () => {
  const launched = async () => {
    const service = await startService([], { folder, launched: true });
    services.push(service);
    return service;
  };

  test.each(['SIGTERM', 'SIGINT'] as const)('answers the current request and ends with 0 after %s', async (signal) => {
    const service = await launched();
    const slow = await beginPost(`${service.url}/runs/`, { name: 'launched', padding: 'x'.repeat(1000) });
    service.kill(signal);
    await service.said('stopping');
    expect(await slow.finish()).toBe(200);
    expect((await service.ended).code).toBe(0);
  });

  test('is the process that was started, without a launcher beside it', async () => {
    const service = await launched();
    service.kill('SIGKILL');
    // Another process would keep the port open.
    await expect.poll(() => fetch(`${service.url}/healthz`).then(String, () => 'refused')).toBe('refused');
    expect((await service.ended).code).toBeNull();
  });

  test('ends with the exit code of the program', async () => {
    complaint(await runProgram(['serve', '--port', 'x'], { folder, launched: true }), 2);
  });
});

describe('the service when PostgreSQL goes away', () => {
  test('answers 503 except at /healthz, and recovers when PostgreSQL is back', async () => {
    const postgres = engines.find(({ name }) => name === 'postgres');
    const database = await postgres!.createDatabase();
    const proxy = await startProxy(Number(new URL(database.url).port));
    onTestFinished(async () => {
      proxy.cut();
      await database.drop();
    });
    const url = new URL(database.url);
    url.port = String(proxy.port);
    const service = await serve(url.href);
    const status = async (path: string) => (await send(`${service.url}${path}`, 'GET')).status;
    await send(`${service.url}/runs/`, 'POST', { name: 'before' });
    expect(await status('/readyz')).toBe(200);

    proxy.cut();
    for (let times = 0; times < 3; times++) {
      expect(await status('/readyz')).toBe(503);
      expect(await status('/healthz')).toBe(200);
      const refused = await send(`${service.url}/runs/`, 'POST', { name: 'lost' });
      expect(refused).toMatchObject({ status: 503, json: { message: expect.stringMatching(/database/) } });
      expect(await status('/runs/before/jobs/')).toBe(503);
      expect((await send(`${service.url}/runs/before/jobs/`, 'POST', { job_id: 1 })).status).toBe(503);
    }

    await proxy.restore();
    await expect.poll(() => status('/readyz')).toBe(200);
    expect((await send(`${service.url}/runs/before/jobs/`, 'POST', { job_id: 1 })).status).toBe(200);
    expect(Object.keys((await send(`${service.url}/runs/`, 'GET')).json as object)).toEqual(['before']);
    service.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });
});
