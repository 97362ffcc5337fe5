/** Rules for every URL (teuthology contract §1, §7.3 to §7.10, §7.37). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';

const run = 'conventions';

/** Every URL with its methods as in `Allow`. */
const urls: [string, string][] = [
  ['/', 'GET, HEAD, OPTIONS'],
  ['/runs/', 'GET, POST, HEAD, OPTIONS'],
  [`/runs/${run}/`, 'GET, PUT, DELETE, HEAD, OPTIONS'],
  [`/runs/${run}/jobs/`, 'GET, POST, HEAD, OPTIONS'],
  [`/runs/${run}/jobs/1/`, 'GET, PUT, DELETE, HEAD, OPTIONS'],
  ['/runs/queued/', 'GET, HEAD, OPTIONS'],
  ['/runs/branch/', 'GET, HEAD, OPTIONS'],
  ['/runs/branch/main/', 'GET, HEAD, OPTIONS'],
  ['/runs/branch/main/flavor/', 'GET, HEAD, OPTIONS'],
  ['/runs/date/from/2024-01-01/to/2024-01-02/', 'GET, HEAD, OPTIONS'],
  ['/jobs/', 'GET, POST, HEAD, OPTIONS'],
  ['/nodes/', 'GET, POST, HEAD, OPTIONS'],
  [`/nodes/${run}/`, 'GET, PUT, DELETE, HEAD, OPTIONS'],
];

describe.each(engines)('conventions on $name', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology', address: 'https://paddles.example' });
    const job = { job_id: 1, branch: 'main', targets: { [run]: '' }, status: 'queued' };
    expect((await server.post(`/runs/${run}/jobs/`, job)).status).toBe(200);
  });
  afterAll(() => server.stop());

  describe.each(urls)('%s', (url, allow) => {
    const bare = url === '/' ? '/' : url.slice(0, -1);

    test('answers JSON with CORS, with and without trailing slashes, for any Accept header', async () => {
      const whole = await server.get(url);
      expect(whole).toMatchObject({
        status: 200,
        headers: { 'content-type': 'application/json', 'access-control-allow-origin': '*' },
      });
      expect(whole.json).toBeDefined();
      for (const path of [
        bare,
        `${bare}?unknown=x`,
        `${url}?`,
        ...(url === '/' ? ['//'] : [`${url}/`, `/${url}`, `${url.replaceAll('/', '//')}?a=b//c`]),
      ]) {
        expect([path, await server.get(path)]).toMatchObject([path, { status: 200, text: whole.text }]);
      }
      // The root is not part of the contract: browsers get the dashboard there.
      for (const accept of [...(url === '/' ? [] : ['text/html']), 'image/png', 'application/json', '']) {
        expect(await server.get(url, { accept })).toMatchObject({ status: 200, text: whole.text });
      }
      expect(await server.request('HEAD', bare)).toMatchObject({
        ...{ status: 200, text: '', headers: { 'content-type': 'application/json' } },
      });
    });

    test('lists its methods in Allow', async () => {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
        if (allow.includes(method)) continue;
        for (const path of [url, bare]) {
          expect([method, await server.request(method, path, {})]).toMatchObject([
            method,
            {
              status: 405,
              headers: { allow, 'access-control-allow-origin': '*' },
              json: { message: expect.any(String) },
            },
          ]);
        }
      }
    });

    test('answers preflight requests of any origin', async () => {
      const headers = { origin: 'https://other', 'access-control-request-method': 'GET' };
      const { status, headers: answered } = await server.request('OPTIONS', url, undefined, headers);
      expect([status, answered['access-control-allow-origin']]).toEqual([204, '*']);
      expect(answered['access-control-allow-methods']).toContain('GET');
    });
  });

  test.each([
    undefined,
    'application/json; charset=utf-8',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'not a type',
  ])('bodies are read as JSON with the Content-Type %s', async (type) => {
    const headers = type === undefined ? {} : { 'content-type': type };
    const body = '{"job_id": "typed", "description": "ü"}';
    const posted = await server.post(`/runs/${run}/jobs`, body, headers);
    expect(posted).toMatchObject({ status: 200, json: { job_id: expect.any(String) } });
    const path = `/runs/${run}/jobs/${(posted.json as { job_id: string }).job_id}`;
    expect(await server.put(path, '{"owner": "o"}', headers)).toMatchObject({ status: 200, text: '{}' });
    expect((await server.get(path)).json).toMatchObject({ description: 'ü', owner: 'o' });
    expect((await server.request('DELETE', path, undefined, headers)).status).toBe(200);
  });

  test('a body that is not UTF-8 is refused', async () => {
    const bytes = Buffer.from('{"job_id": "latin", "owner": "\xfc"}', 'latin1');
    for (const answer of [
      await server.post(`/runs/${run}/jobs/`, bytes),
      await server.put(`/runs/${run}/jobs/1`, bytes),
      await server.post('/runs/', bytes),
    ]) {
      expect([answer.status, answer.json]).toEqual([400, { message: 'could not decode JSON body' }]);
    }
  });

  test.each([
    '/nothing/',
    '/runs/x/y/',
    `/runs/${run}/jobs/1/x/`,
    '/jobs/1/',
    '/Runs/',
    '/errors/invalid/',
    '//nothing/',
  ])('%s is 404, in JSON and with CORS', async (path) => {
    expect(await server.get(path, { accept: 'text/html' })).toMatchObject({
      ...{ status: 404, headers: { 'access-control-allow-origin': '*' }, json: { message: expect.any(String) } },
    });
  });

  test('in a path + is a plus and %20 a space', async () => {
    for (const name of ['a+b', 'a b']) expect((await server.post('/runs/', { name })).status).toBe(200);
    expect((await server.get('/runs/a+b/')).json).toMatchObject({ name: 'a+b' });
    expect((await server.get('/runs/a%2Bb')).json).toMatchObject({ name: 'a+b' });
    expect((await server.get('/runs/a%20b/')).json).toMatchObject({
      ...{ name: 'a b', href: 'https://paddles.example/runs/a%20b/' },
    });
    expect((await server.get('/runs/a%2Fb/')).status).toBe(404);
  });
});
