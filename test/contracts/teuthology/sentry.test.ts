/** Reports of internal errors as received by a Sentry server. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, execute, type TestDatabase } from '../../helpers/engines.ts';
import { spawnServer } from '../../helpers/process.ts';

interface Report {
  type: string;
  url: string;
  auth: string;
  event: {
    contexts: { request: object };
    exception?: { values: { value: string; stacktrace: { frames: object[] } }[] };
    transaction: string;
    release: string;
  };
}

const reports: Report[] = [];
let ingest: Server;

beforeAll(async () => {
  ingest = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [, header = '', event = ''] = Buffer.concat(chunks).toString().split('\n');
    const auth = String(request.headers['x-sentry-auth']);
    reports.push({ type: JSON.parse(header).type, url: request.url ?? '', auth, event: JSON.parse(event) });
    response.end('{}');
    ingest.emit('report');
  });
  ingest.listen(0, '127.0.0.1');
  await once(ingest, 'listening');
});

afterAll(() => ingest.close());

async function arrived(type: string): Promise<Report> {
  for (;;) {
    const found = reports.findIndex((report) => report.type === type);
    if (found >= 0) return reports.splice(found, 1)[0] as Report;
    await once(ingest, 'report');
  }
}

/** Renames a column of jobs under a running server, so that the next read of a job is an internal error. */
function breakDatabase({ url }: TestDatabase): Promise<void> {
  return execute(url, 'alter table jobs rename column job_id to gone');
}

async function startBroken(database: TestDatabase, dsn: string) {
  const server = await spawnServer(database.url, ['--sentry-dsn', dsn, '--contract', 'teuthology']);
  await fetch(`${server.url}/runs/`, { method: 'POST', body: '{"name": "broken"}' });
  await breakDatabase(database);
  return server;
}

describe.each(engines)('reports on $name', (engine) => {
  test('an internal error is reported with the request and the first 1024 bytes of its body', async () => {
    const database = await engine.createTables();
    const { port } = ingest.address() as AddressInfo;
    const server = await startBroken(database, `http://key@127.0.0.1:${port}/1`);
    const body = JSON.stringify({ job_id: '1', description: 'ä'.repeat(2000) });
    const answer = await fetch(`${server.url}/runs/broken/jobs/?why=not`, { method: 'POST', body });
    expect(answer.status).toBe(500);
    const { event, url, auth } = await arrived('event');
    expect(url.split('?')[0]).toBe('/api/1/envelope/');
    expect(url + auth).toContain('sentry_key=key');
    expect(event.contexts.request).toEqual({
      host: `127.0.0.1:${server.port}`,
      method: 'POST',
      path: '/runs/broken/jobs/?why=not',
      // The 1024th byte is the first half of an ä.
      body: Buffer.from(body).subarray(0, 1023).toString(),
    });
    expect(event.exception?.values[0]?.value).toContain('jobs');
    expect(event.exception?.values[0]?.stacktrace.frames.length).toBeGreaterThan(0);
    expect(event.release).toMatch(/^paddles@/);
    expect(await server.kill('SIGTERM')).toBe(0);
    await database.drop();
  });

  test('the duration of some requests is reported', async () => {
    const database = await engine.createTables();
    const { port } = ingest.address() as AddressInfo;
    const server = await spawnServer(database.url, [
      ...['--sentry-dsn', `http://key@127.0.0.1:${port}/1`],
      ...['--contract', 'teuthology'],
    ]);
    reports.length = 0;
    // One in ten is reported; the probability that none of these is reported is 10⁻¹¹.
    for (let count = 0; count < 250; count++) await (await fetch(`${server.url}/runs/nope/`)).text();
    expect(await server.kill('SIGTERM')).toBe(0);
    expect((await arrived('transaction')).event).toMatchObject({
      transaction: expect.stringMatching(/^GET \/runs\/:\w+/),
      contexts: { request: { method: 'GET', path: '/runs/nope/', body: '' }, trace: { status: 'not_found' } },
    });
    expect(reports.filter(({ type }) => type !== 'transaction')).toEqual([]);
    await database.drop();
  });

  test('errors are answered, and the process stops, when nothing listens at the DSN', async () => {
    const database = await engine.createTables();
    const server = await startBroken(database, 'http://key@127.0.0.1:1/1');
    expect((await fetch(`${server.url}/runs/broken/jobs/`)).status).toBe(500);
    expect(await server.kill('SIGTERM')).toBe(0);
    expect(server.complaints()).toBe('');
    await database.drop();
  });

  test('errors are answered, and the process stops, when the host at the DSN is silent', async () => {
    const database = await engine.createTables();
    const sockets: Socket[] = [];
    const silent = createTcpServer((socket) => sockets.push(socket.on('error', () => {}))).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const server = await startBroken(database, `http://key@127.0.0.1:${(silent.address() as AddressInfo).port}/1`);
    for (let count = 0; count < 100; count++) {
      expect((await fetch(`${server.url}/runs/broken/jobs/`)).status).toBe(500);
    }
    const asked = performance.now();
    expect(await server.kill('SIGTERM')).toBe(0);
    // The stop waits for reports for up to two seconds. A report is given up after ten seconds.
    expect(performance.now() - asked).toBeLessThan(9500);
    for (const socket of sockets) socket.destroy();
    silent.close();
    await database.drop();
  });
});
