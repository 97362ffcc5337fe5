/** Large bodies that must not delay other requests, and hostile bodies that try to take more than their share of memory. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockRows } from '../../src/store/engine/dialect.ts';
import { whenWaiting } from '../concurrency/waiting.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const run = 'someone-2026-01-01_00:00:00-fs-main-distro-default-smithi';
const jobs = `/runs/${run}/jobs/`;

/** The JSON text of a list of `length` characters or slightly more. */
function list(entry: (index: number) => string, length: number): string {
  const entries: string[] = [];
  for (let size = 0; size < length; size += (entries.at(-1) as string).length + 1) entries.push(entry(entries.length));
  return `[${entries.join(',')}]`;
}

/** Sends a body except for its last byte, which `finish` sends. `answer` is the status. */
function startUpload({ port }: TestServer, path: string, body: string) {
  const headers = { 'content-length': Buffer.byteLength(body) };
  const outgoing: ClientRequest = send({ host: '127.0.0.1', port, method: 'POST', path, headers });
  const answer = new Promise<number>((resolve, reject) => {
    let status: number | null = null;
    outgoing.on('response', (incoming: IncomingMessage) => {
      status = incoming.statusCode ?? 0;
      resolve(status);
      incoming.resume();
    });
    // A server that refuses a body closes the connection while it is being sent.
    outgoing.on('error', (error) => (status === null ? reject(error) : undefined));
  });
  outgoing.write(body.slice(0, -1));
  answer.catch(() => {});
  return { outgoing, answer, finish: () => outgoing.end(body.slice(-1)) };
}

/** Sends everything before reading anything. Returns the statuses of all answers until the connection ends. */
async function writeThenRead({ port }: TestServer, parts: (string | Buffer)[]): Promise<number[]> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject).write(Buffer.concat(parts.map((part) => Buffer.from(part))), () => resolve());
  });
  return [...(await textOf(socket)).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
}

const overrides = list((index) => `{ "n": ${index}.10, "big": 12345678901234567890, "é": ["\\u00e9", null] }`, 600_000);

describe.each(engines)('large bodies on $name', (engine) => {
  let server: TestServer;
  let classic: TestServer;

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
    classic = await startServer(engine);
    expect((await classic.post('/runs/', { name: run })).status).toBe(200);
  });
  afterAll(async () => {
    await server.stop();
    await classic.stop();
  });

  test('are returned exactly as sent, and their short values are understood', async () => {
    const body = (id: string) =>
      `{"job_id": ${id}, "status": "fail", "failure_reason": "boom é", "priority": "7", "overrides": ${overrides}, "success": false, "unknown": ${overrides}}`;
    for (const { each, values } of [
      { each: server, values: { status: 'fail', failure_reason: 'boom é', priority: 7 } },
      { each: classic, values: { success: false } },
    ]) {
      expect(await each.post(jobs, body('12345678901234567890'))).toMatchObject({ status: 200 });
      const { text, json } = await each.get(`${jobs}12345678901234567890/`);
      expect(json).toMatchObject(values);
      expect(text.includes(`"overrides":${overrides}`)).toBe(true);
      expect((await each.post(jobs, body('12345678901234567890'))).status).toBe(400);
    }
  });

  test('can contain long texts, which are returned unchanged', async () => {
    const failure_reason = `Traceback "${'é\\ \n😀'.repeat(60_000)}`;
    expect(await server.post(jobs, { job_id: 'text', failure_reason })).toMatchObject({ status: 200 });
    const { json } = await server.get(`${jobs}text/`);
    expect((json as { failure_reason: string }).failure_reason === failure_reason).toBe(true);
  });

  test('can contain NaN where small bodies can', async () => {
    const body = `{"job_id": "nan", "duration": NaN, "name": "${'NaN '.repeat(100_000)}", "overrides": [-Infinity]}`;
    expect(await server.post(jobs, body)).toMatchObject({ status: 200 });
    const { json, text } = await server.get(`${jobs}nan/`);
    expect(json).toMatchObject({ duration: null, overrides: [null] });
    expect(text).toContain('NaN NaN');
    expect(await classic.post(jobs, body)).toMatchObject({ status: 400 });
    expect((await classic.get(`${jobs}nan/`)).status).toBe(404);
  });

  test('can contain NaN beside nine million characters if the limit is raised', async () => {
    const failure_reason = 'x'.repeat(9_000_000);
    const body = `{"job_id":1,"duration":NaN,"failure_reason":"${failure_reason}"}`;
    const raised = await startServer(engine, { contract: 'teuthology', body_limit: 16 << 20 });
    expect((await server.post(jobs, body)).status).toBe(413);
    expect(await raised.post(jobs, body)).toMatchObject({ status: 200 });
    const { json } = await raised.get(`${jobs}1/`);
    expect(json).toMatchObject({ duration: null });
    expect((json as { failure_reason: string }).failure_reason === failure_reason).toBe(true);
    await raised.stop();
  });

  const padding = `"padding": "${'x'.repeat(300_000)}"`;
  test.each([
    ['invalid JSON', `{${padding}, "job_id": "bad"`, 'could not decode JSON body'],
    [
      'invalid UTF-8',
      Buffer.from(`{${padding}, "job_id": "bad", "name": "\xff"}`, 'latin1'),
      'could not decode JSON body',
    ],
    ['a list', list(() => '{"job_id":"bad"}', 300_000), 'the JSON body must be an object'],
    ['deep lists', `{${padding}, "job_id": "bad", "overrides": ${'['.repeat(501)}${']'.repeat(501)}}`, 'nests deeper'],
    ['absurdly deep lists', `{"job_id": "bad", "a": ${'['.repeat(2e5)}${']'.repeat(2e5)}}`, 'nests deeper'],
    ['many keys', `{"job_id": "bad", ${list((i) => `"key${i}":${i}`, 300_000).slice(1, -1)}}`, 'more than 10000 keys'],
    ['a bad value', `{${padding}, "job_id": "bad", "success": "maybe"}`, "'success'"],
    ['a bad id', `{${padding}, "job_id": ${list(() => '1', 300_000)}}`, "'job_id'"],
  ])('with %s are refused, and change nothing', async (_what, body, reason) => {
    for (const each of [server, classic]) {
      const { status, json } = await each.post(jobs, body);
      expect({ status, message: (json as { message: string }).message }).toEqual({
        status: 400,
        message: expect.stringContaining(reason),
      });
      expect((await each.get(`${jobs}bad/`)).status).toBe(404);
    }
  });

  test.each([
    ['an unterminated string', `{"a":"${'\\"'.repeat(128_000)}`],
    ['words that are not JSON', `{"a":[${'NaN,-Infinity,'.repeat(20_000)}`],
    ['an unterminated object', `{"a":${'{"a":'.repeat(50_000)}`],
  ])('with %s cost less than 50 ms', async (_what, body) => {
    for (const each of [server, classic]) {
      let cost = Number.POSITIVE_INFINITY;
      // The first attempt includes compilation; the others share the processor with other programs.
      for (let attempt = 0; attempt < 5; attempt++) {
        const { user, system } = process.cpuUsage();
        expect((await each.post(jobs, body)).status).toBe(400);
        const used = process.cpuUsage({ user, system });
        cost = Math.min(cost, (used.user + used.system) / 1000);
      }
      expect(cost).toBeLessThan(50);
    }
  });

  test('that stall are refused, the largest first, and do not block other clients', async () => {
    const text = (index: number) => `{"job_id": "stalled${index}", "failure_reason": "${'x'.repeat((2 << 20) - 50)}"}`;
    const uploads = Array.from({ length: 20 }, (_, index) => startUpload(server, jobs, text(index)));
    const answered = uploads.map(({ answer }, index) => answer.then((status) => ({ index, status })));
    // Sixteen fit into the memory for bodies. Each that is refused makes room for the others.
    const refused = new Set<number>();
    while (refused.size < 4) {
      const open = answered.filter((_, index) => !refused.has(index));
      const { index, status } = await Promise.race(open);
      expect(status).toBe(503);
      refused.add(index);
    }
    expect(await server.post(jobs, { job_id: 'small' })).toMatchObject({ status: 200 });
    for (const { finish } of uploads) finish();
    const statuses = (await Promise.all(answered)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([200, 503]));
    for (const [index, status] of statuses.entries()) {
      expect((await server.get(`${jobs}stalled${index}/`)).status).toBe(status === 200 ? 200 : 404);
    }
    expect(await server.post(jobs, text(20))).toMatchObject({ status: 200 });
  });

  const noise = randomBytes(10 << 20);
  const packed = gzipSync(noise.toString('hex'), { level: 1 });
  const tests = (of: string) => `PUT /api/runs/${of}/jobs/junit/tests`;
  const gzip = 'Content-Encoding: gzip\r\n';
  test.each<[string, string, string, Buffer, number]>([
    ['that are too large', `POST ${jobs}`, '', noise, 413],
    ['of a request without need for one', 'GET /runs/', '', noise, 200],
    ['of test cases of an unknown run', tests('nothing'), gzip, packed, 404],
    ['of test cases that are not XML', tests(run), '', noise, 400],
    ['of test cases in another encoding', tests(run), gzip, noise, 400],
  ])(
    '%s are answered even if the client sends everything before it reads',
    async (_, target, headers, body, status) => {
      expect([200, 400]).toContain((await classic.post(jobs, { job_id: 'junit' })).status);
      const [head, last] = [`${target} HTTP/1.1\r\nHost: localhost\r\n${headers}`, 'Connection: close\r\n'];
      const next = `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${last}\r\n`;
      const whole = [`Content-Length: ${body.length}\r\n\r\n`, body];
      const chunked = ['Transfer-Encoding: chunked\r\n\r\n', body.length.toString(16), '\r\n', body, '\r\n0\r\n\r\n'];
      expect(await writeThenRead(classic, [head, ...whole, next])).toEqual([status, 200]);
      expect(await writeThenRead(classic, [head, ...chunked, next])).toEqual([status, 200]);
      expect(await writeThenRead(classic, [head, ...chunked, 'nothing'])).toEqual([status, 400]);
      expect(await writeThenRead(classic, [head, 'Expect: 100-continue\r\n', ...whole, next])).toEqual([
        100,
        status,
        200,
      ]);
      expect(await writeThenRead(classic, [head, last, ...whole])).toEqual([status]);
    },
  );

  test('in malformed chunks are answered too', async () => {
    const head = `POST ${jobs} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n`;
    expect(await writeThenRead(classic, [head, '2\r\n{}\r\nno length\r\n', noise])).toEqual([400]);
  });

  test('count as memory until they have been handled, even if their clients hang up', async () => {
    const { db, app } = classic;
    const broken = `{"name": "${'x'.repeat(2000)}`;
    await db.kysely.transaction().execute(async (transaction) => {
      const held = transaction.selectFrom('runs').select('id').where('name', '=', run);
      await lockRows(db.engine, held).execute();
      for (let index = 0; index < 16; index++) {
        const arriving = once(app.server, 'request');
        const body = `{"job_id": "left${index}", "failure_reason": "${'x'.repeat((2 << 20) - 50)}"}`;
        const { outgoing, finish } = startUpload(classic, jobs, body);
        const [request, response] = await arriving;
        finish();
        await once(request, 'end');
        const closed = once(response, 'close');
        outgoing.destroy();
        await closed;
      }
      expect((await classic.post('/runs/', broken)).status).toBe(503);
      await whenWaiting(db);
    });
    await expect.poll(async () => (await classic.post('/runs/', broken)).status).toBe(400);
    await expect.poll(async () => (await classic.get(`${jobs}left15/`)).status).toBe(200);
    expect((await classic.post(jobs, { job_id: 'room', failure_reason: 'x'.repeat(2_000_000) })).status).toBe(200);
  });

  test('with short values of more than 524,288 characters are refused, except for the failure reason', async () => {
    for (const key of ['owner', 'description', 'comment']) {
      const each = key === 'comment' ? [server] : [server, classic];
      for (const { post } of each) {
        const { status, text } = await post(jobs, { job_id: 'short', [key]: 'x'.repeat(524_287) });
        expect({ key, status, named: text.includes(`'${key}'`) }).toEqual({ key, status: 400, named: true });
      }
    }
    expect((await server.get(`${jobs}short/`)).status).toBe(404);
    const failure_reason = 'x'.repeat(1_000_000);
    expect((await server.post(jobs, { job_id: 'reason', failure_reason })).status).toBe(200);
  });

  test.each([100_000, 400_000])('and lists of %d characters in place of a short value are refused', async (length) => {
    for (const key of ['sentry_event', 'owner', 'status', 'pid']) {
      const { status, text } = await server.post(jobs, `{"job_id": "list", "${key}": ${list(() => '1', length)}}`);
      expect({ key, status, named: text.includes(`'${key}'`) }).toEqual({ key, status: 400, named: true });
    }
    expect((await server.get(`${jobs}list/`)).status).toBe(404);
  });

  test('each get their own answer, however many arrive at once', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `many${index}`);
    const bodies = ids.map((job_id, index) =>
      index % 4 === 3
        ? `{"job_id": "${job_id}", ${padding}`
        : `{"job_id": "${job_id}", "name": "n${index}", ${padding}}`,
    );
    const answers = await Promise.all(bodies.map((body) => server.post(jobs, body)));
    expect(answers.map(({ status }) => status)).toEqual(ids.map((_, index) => (index % 4 === 3 ? 400 : 200)));
    for (const [index, job_id] of ids.entries()) {
      const { json } = await server.get(`${jobs}${job_id}/`);
      if (index % 4 !== 3) expect(json).toMatchObject({ job_id, name: `n${index}` });
    }
  });

  test('name the first thousand hosts of their targets', async () => {
    const targets = Object.fromEntries(
      Array.from({ length: 1200 }, (_, index) => [`ubuntu@big${String(index).padStart(4, '0')}`, 'x'.repeat(400)]),
    );
    expect(await server.post(jobs, { job_id: 'targets', targets })).toMatchObject({ status: 200 });
    expect((await server.get('/nodes/big0999/jobs/?count=1')).json).toMatchObject([{ job_id: 'targets' }]);
    expect((await server.get('/nodes/big1000/')).status).toBe(404);
    // A long list of nodes is sent in pages.
    const names = Array.from({ length: 1000 }, (_, index) => `big${String(index).padStart(4, '0')}`);
    const listed = async (query: string) => {
      const { json } = await server.get(`/nodes/${query}`);
      return (json as { name: string }[]).map(({ name }) => name).filter((name) => name.startsWith('big'));
    };
    expect(await listed('')).toEqual(names);
    expect(await listed('?count=777')).toEqual(names.slice(0, 777));
    expect(await listed('?count=0')).toEqual([]);
    expect((await server.get(`${jobs}targets/`)).json).toMatchObject({ targets });
  });
});
