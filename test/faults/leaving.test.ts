/** Clients that leave in odd moments, and those that do not leave. */
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

test('answers whose clients have left take no room from those that come later', async () => {
  const server = await startServer(postgres, { contract: 'teuthology' });
  onTestFinished(() => server.stop());
  // It makes answers take as long as the test needs.
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
  // Eight answers of 2 MB are larger than the room of all. At most two are made at a time, and some are given up before.
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

/** A client that never ends its side, and the socket of the server. */
async function open(text: string): Promise<{ client: Socket; accepted: Socket }> {
  const arrived = once(server.app.server, 'connection');
  const client = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  client.on('error', () => {});
  client.write(text);
  const [accepted] = await arrived;
  return { client, accepted };
}

test('requests that a client sends without waiting are handled one after the other', async () => {
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

test('a client that sends hundreds of requests ahead is cut off', async () => {
  const wire = await openWire(server.port);
  onTestFinished(() => wire.destroy());
  wire.write(Buffer.from('GET /runs/ HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(300)));
  let answers = 0;
  while ((await wire.answer(10_000)) !== null) answers++;
  expect(answers).toBeLessThan(300);
  expect((await server.get('/healthz')).status).toBe(200);
});

test('a server that stops answers the request that is under way, and does not wait for clients to leave', async () => {
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

/** What Node tells the server when the time of a request is over. */
const late = Object.assign(new Error('late'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });

describe('a connection that is ended with an answer', () => {
  test('may be broken by a client that asked for a tunnel', async () => {
    const { client, accepted } = await open('CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String((await once(client, 'data'))[0])).toMatch(/^HTTP\/1\.1 405 /);
    // Unlike `once`, this hears no error in place of the server.
    const closed = new Promise((resolve) => accepted.once('close', resolve));
    client.resetAndDestroy();
    await closed;
    expect((await server.get('/healthz')).status).toBe(200);
  });

  test('is closed although its client goes on sending', async () => {
    const { client, accepted } = await open('CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\nmore');
    const sending = setInterval(() => client.write('more'), 50);
    onTestFinished(() => clearInterval(sending));
    await once(accepted, 'close');
  });

  test('ends the request that took too long to arrive', async () => {
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

describe('a request that is answered while it arrives', () => {
  const head = 'PUT /api/runs/nothing/jobs/1/tests HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\n';

  test('is cut off without another answer when it takes too long', async () => {
    const { client, accepted } = await open(`${head}Content-Length: 5000000\r\n\r\n<`);
    const answers: Buffer[] = [];
    client.on('data', (bytes) => answers.push(bytes));
    await once(client, 'data');
    server.app.server.emit('clientError', late, accepted);
    await once(client, 'end');
    expect(accepted.destroyed).toBe(true);
    expect(String(Buffer.concat(answers)).match(/^HTTP.*/gm)).toEqual(['HTTP/1.1 404 Not Found']);
  });

  test('is cut off when it is larger than any may be', async () => {
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
  'a document whose client leaves before it is read is no fault of the server: $name',
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
