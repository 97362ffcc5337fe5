/** Clients that disconnect at unusual moments, and clients that never disconnect. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openWire } from '../concurrency/raw-http.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { startTwoPorts } from './two-ports.ts';

const postgres = engines.find(({ name }) => name === 'postgres') ?? expect.fail();

test('responses whose clients have disconnected do not use up the memory for later responses', async () => {
  const server = await startServer(postgres, { contract: 'teuthology' });
  onTestFinished(() => server.stop());
  // Its lock delays responses as long as the test needs.
  const locker = new pg.Client({ connectionString: server.database });
  await locker.connect();
  onTestFinished(() => locker.end());
  const page = '/api/runs/large/jobs';
  const failure_reason = 'x'.repeat(20_000);
  for (let job_id = 0; job_id < 100; job_id++) {
    await server.post('/runs/large/jobs/', {
      job_id,
      status: 'fail',
      description: `${job_id}${'x'.repeat(20_000)}`,
      failure_reason,
    });
  }
  // Eight responses of 2 MB exceed the memory for all responses. At most two are created at a time, and some are given up before.
  for (let round = 0; round < 12; round++) {
    await locker.query('begin; lock table jobs in access exclusive mode');
    const clients: { client: Socket; left: Promise<unknown> }[] = [];
    for (let count = 0; count < 2; count++) {
      const arrived = once(server.app.server, 'request');
      const client = connect(server.port, '127.0.0.1');
      client.write(`GET ${page} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      const [, response] = await arrived;
      clients.push({ client, left: once(response, 'close') });
    }
    for (const { client } of clients) client.destroy();
    await Promise.all(clients.map(({ left }) => left));
    await locker.query('commit');
  }
  const { status, text } = await server.get(page);
  expect(status).toBe(200);
  expect(text.length).toBeGreaterThan(2_000_000);
});

let server: TestServer;
beforeAll(async () => {
  server = await startServer(postgres, { contract: 'teuthology' });
});
afterAll(() => server.stop());

/** Opens a connection whose client never ends its side. Returns both sockets. */
async function open(text: string): Promise<{ client: Socket; accepted: Socket }> {
  const arrived = once(server.app.server, 'connection');
  const client = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => {});
  client.write(text);
  const [accepted] = await arrived;
  return { client, accepted };
}

test('pipelined requests are handled one after the other', async () => {
  const wire = await openWire(server.port);
  onTestFinished(() => wire.destroy());
  const names = Array.from({ length: 40 }, (_, index) => `in-order-${index}`);
  const pair = (name: string) => {
    const body = JSON.stringify({ name, padding: 'x'.repeat(5000) });
    const post = `POST /runs/ HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    return `${post}GET /runs/${name}/ HTTP/1.1\r\nHost: x\r\n\r\n`;
  };
  wire.write(Buffer.from(names.map(pair).join('')));
  const statuses: (number | undefined)[] = [];
  for (const _ of [...names, ...names]) statuses.push((await wire.answer(10_000))?.status);
  expect(statuses).toEqual(statuses.map(() => 200));
});

test('a client that pipelines hundreds of requests is disconnected', async () => {
  const wire = await openWire(server.port);
  onTestFinished(() => wire.destroy());
  wire.write(Buffer.from('GET /runs/ HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(300)));
  let answers = 0;
  while ((await wire.answer(10_000)) !== null) answers++;
  expect(answers).toBeLessThan(300);
  expect((await server.get('/healthz')).status).toBe(200);
});

test('a stopping server answers the current request, and does not wait for clients to disconnect', async () => {
  const { app, port, stop } = await startServer(postgres, { contract: 'teuthology' });
  onTestFinished(stop);
  const [wire, unused] = [await openWire(port), await openWire(port)];
  onTestFinished(() => {
    wire.destroy();
    unused.destroy();
  });
  const arrived = once(app.server, 'request');
  wire.write(Buffer.from('POST /runs/ HTTP/1.1\r\nHost: x\r\nContent-Length: 16\r\n\r\n{"name": '));
  await arrived;
  const closed = app.close();
  await expect.poll(() => app.server.listening).toBe(false);
  wire.write(Buffer.from('"late"}'));
  expect((await wire.answer(10_000))?.status).toBe(200);
  for (const left of [wire, unused]) expect(await left.answer(10_000)).toBeNull();
  await closed;
});

/** Node's error when a request takes too long to arrive. */
const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });

describe('a connection that the server ends with an answer', () => {
  test('may be reset by a client that requested a tunnel', async () => {
    const { client, accepted } = await open('CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1\.1 405 /);
    // Unlike `once`, this does not handle the `error` event, which the server must handle.
    const closed = new Promise((resolve) => accepted.once('close', resolve));
    client.resetAndDestroy();
    await closed;
    expect((await server.get('/healthz')).status).toBe(200);
  });

  test('is closed although its client continues to send', async () => {
    const { client, accepted } = await open('CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\nmore');
    const sending = setInterval(() => client.write('more'), 50);
    onTestFinished(() => clearInterval(sending));
    await once(accepted, 'close');
  });

  test('ends a request that takes too long to arrive', async () => {
    const requested = once(server.app.server, 'request');
    const { client, accepted } = await open(
      'PUT /api/runs/a/jobs/1/tests HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: 5000000\r\n\r\n<',
    );
    const [, response] = await requested;
    const ended = once(response, 'close');
    const sending = setInterval(() => client.write('x'), 50);
    onTestFinished(() => clearInterval(sending));
    server.app.server.emit('clientError', late, accepted);
    await ended;
    expect(accepted.destroyed).toBe(true);
  });
});

describe('a request that is answered before it has arrived completely', () => {
  const head = 'PUT /api/runs/nothing/jobs/1/tests HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n';

  test('is aborted without a second answer if it takes too long', async () => {
    const { client, accepted } = await open(`${head}Content-Length: 5000000\r\n\r\n<`);
    const answers: Buffer[] = [];
    client.on('data', (bytes) => answers.push(bytes));
    await once(client, 'data');
    server.app.server.emit('clientError', late, accepted);
    await once(client, 'end');
    expect(accepted.destroyed).toBe(true);
    expect(String(Buffer.concat(answers)).match(/^HTTP.*/gm)).toEqual(['HTTP/1.1 404 Not Found']);
  });

  test('is aborted if it exceeds every size limit', async () => {
    const { client, accepted } = await open(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    const closed = once(accepted, 'close');
    const chunk = `100000\r\n${'x'.repeat(1 << 20)}\r\n`;
    const send = () => client.writable && client.write(chunk, send);
    send();
    await closed;
    expect(accepted.bytesRead).toBeGreaterThan(64 << 20);
  });
});

test.each(engines)(
  'a client that disconnects before its document has been read causes no server error: $name',
  async (engine) => {
    const database = await engine.createTables();
    const two = await startTwoPorts(database.url);
    onTestFinished(async () => {
      await two.stop();
      await database.drop();
    });
    const { db, servers, urls, faults, errors } = two;
    const path = '/api/runs/left/jobs/1/tests';
    await two.send('POST', `${urls.teuthology}/runs/left/jobs/`, { job_id: '1', status: 'fail' });
    await db.kysely.transaction().execute(async (transaction) => {
      if (db.engine === 'postgres') await sql`lock table runs in access exclusive mode`.execute(transaction);
      for (const packing of ['identity', 'gzip']) {
        const arrived = once(servers.classic, 'request');
        const client = connect(Number(new URL(urls.classic).port), '127.0.0.1');
        client.write(
          `PUT ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: ${packing}\r\nContent-Length: 4\r\n\r\nnone`,
        );
        const [request, response] = await arrived;
        await expect.poll(() => request.complete).toBe(true);
        const left = once(response, 'close');
        client.destroy();
        await left;
      }
    });
    expect((await two.send('PUT', urls.classic + path, 'none')).status).toBe(400);
    expect([faults, errors]).toEqual([[], []]);
  },
);
