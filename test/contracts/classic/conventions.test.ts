/** Rules for every resource of the classic contract. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWire } from '../../concurrency/raw-http.ts';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';
import { accepted, newJob, newRun, refused } from './setup.ts';

const resources = [
  { path: '/runs', allow: ['GET', 'HEAD', 'OPTIONS', 'POST'] },
  { path: '/runs/conventions', allow: ['GET', 'HEAD', 'OPTIONS'] },
  { path: '/runs/conventions/jobs', allow: ['GET', 'HEAD', 'OPTIONS', 'POST'] },
  { path: '/runs/conventions/jobs/1', allow: ['GET', 'HEAD', 'OPTIONS', 'PUT'] },
].flatMap(({ path, allow }) => ['', '/'].map((slash) => ({ path: path + slash, allow })));

describe.each(engines)('the classic conventions on $name', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine);
    await accepted(server.post('/runs/', { name: 'conventions' }));
    await accepted(server.post('/runs/conventions/jobs/', { job_id: '1', description: 'ä' }));
  });
  afterAll(() => server.stop());

  test.each(resources)(
    'answers GET and HEAD of $path without a redirect, and HEAD without a body',
    async ({ path }) => {
      const get = await server.get(path);
      const head = await server.request('HEAD', path);
      expect(get.status).toBe(200);
      expect(get.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(head).toMatchObject({ status: 200, text: '' });
      expect(head.headers['content-type']).toBe(get.headers['content-type']);
      expect(head.headers['content-length']).toBe(String(Buffer.byteLength(get.text)));
    },
  );

  test.each(['', '/'])("accepts writes to URLs that end in '%s'", async (slash) => {
    const run = `slash-${slash.length}`;
    await accepted(server.post(`/runs${slash}`, { name: run }));
    await accepted(server.post(`/runs/${run}/jobs${slash}`, { job_id: 7 }));
    await accepted(server.put(`/runs/${run}/jobs/7${slash}`, { owner: 'me' }));
    expect((await server.get(`/runs/${run}/jobs/7/`)).json).toMatchObject({ job_id: '7', owner: 'me' });
  });

  test.each(resources)('answers 405 with Allow to other methods of $path', async ({ path, allow }) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'REPORT', 'QUERY'].filter(
      (one) => !allow.includes(one),
    )) {
      const answer = await server.request(method, path, {});
      refused(answer, 405);
      expect(answer.headers.allow?.split(', ').sort(), method).toEqual(allow);
    }
  });

  test.each([
    '/nope',
    '/run/',
    '/runsx/',
    '/runs/conventions/jobs/1/more/',
    '/runs/conventions/jobs/1/more/and/more',
    '/nodes/',
    '/index.html',
  ])('answers 404 to every method of %s', async (path) => {
    for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'])
      refused(await server.request(method, path, method === 'GET' ? undefined : {}), 404);
    expect(await server.request('HEAD', path)).toMatchObject({ status: 404, text: '' });
  });

  test('treats several slashes as one, also before the first name', async () => {
    const path = await newJob(server);
    for (const url of [`/${path}`, `//${path}//?a=//b`, path.replace('/jobs/', '//jobs///')]) {
      expect([url, await server.get(url)]).toMatchObject([url, { status: 200, text: (await server.get(path)).text }]);
      await accepted(server.put(url, { owner: 'me' }));
    }
    expect((await server.get('//runs//')).text).toBe((await server.get('/runs/')).text);
    for (const url of ['/runs//1/', '/runs//1//jobs', '//nodes//']) refused(await server.get(url), 404);
  });

  test.each([
    undefined,
    '',
    'application/json',
    'application/json; charset=latin1',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'text/plain',
    'text/xml',
    'not a type',
    ';;;',
  ])('reads the body as JSON with the Content-Type %s', async (type) => {
    const path = await newJob(server);
    await accepted(server.put(path, '{"owner": "ä"}', type === undefined ? {} : { 'content-type': type }));
    expect((await server.get(path)).json).toMatchObject({ owner: 'ä' });
  });

  test.each([
    ['no body', undefined],
    ['an empty body', ''],
    ['an incomplete object', '{"name": "x"'],
    ['text after the object', '{"name": "x"} {}'],
    ['a form', 'name=x'],
    ['a trailing comma', '{"name": "x",}'],
    ['an array', '[{"name": "x"}]'],
    ['a string', '"x"'],
    ['null', 'null'],
    ['a number', '1'],
    ['bytes that are not UTF-8', Buffer.from('7b226e616d65223a22fffe227d', 'hex')],
    ['a raw control character', '{"name": "a\nb"}'],
    ['lists 100,000 deep', `{"name": "x", "job_id": "9", "tasks": ${'['.repeat(1e5)}${']'.repeat(1e5)}}`],
  ])('answers 400 to %s and stores nothing', async (_name, body) => {
    const [run, job] = [await newRun(server), await newJob(server)];
    const before = await server.get('/runs/');
    refused(await server.post('/runs/', body), 400);
    refused(await server.post(`/runs/${run}/jobs/`, body), 400);
    refused(await server.put(job, body), 400);
    expect((await server.get('/runs/')).text).toBe(before.text);
    expect((await server.get(`/runs/${run}/jobs/`)).text).toBe('[]');
  });

  test('answers 400 in JSON to an undecodable URL', async () => {
    refused(await server.get('/runs/%zz/'), 400);
    refused(await server.get('/runs/%ff/'), 400);
    refused(await server.put('/runs/conventions/jobs/%e0%a4%a/', {}), 400);
  });

  test('answers 414 in JSON to a URL of 17 KiB and 431 to headers of 64 KiB', async () => {
    refused(await server.get(`/runs/${'x'.repeat(17 << 10)}/`), 414);
    const { status, json } = await server.get('/runs/', { 'x-long': 'x'.repeat(64 << 10) });
    expect([status, json]).toEqual([431, { message: expect.any(String) }]);
  });

  test('answers 400 in JSON to invalid HTTP', async () => {
    const wire = await openWire(server.port);
    wire.write(Buffer.from('HELLO?\r\n\r\n'));
    const answer = await wire.answer(5000);
    wire.destroy();
    expect(answer?.status).toBe(400);
    expect(answer?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(answer?.body.toString() ?? '')).toEqual({ message: expect.any(String) });
  });

  test('ignores a query and a fragment', async () => {
    expect((await server.get('/runs/conventions/jobs/1/?x=%zz&y')).json).toMatchObject({ job_id: '1' });
  });
});
