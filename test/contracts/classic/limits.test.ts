/** Body limit and CORS of the classic contract. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';
import { accepted, newJob, refused } from './setup.ts';

/** The text of an object of exactly this many bytes. */
function bodyOf(bytes: number): string {
  const frame = '{"owner":"me","tasks":""}';
  return frame.replace('""', `"${'x'.repeat(bytes - frame.length)}"`);
}

describe.each(engines)('the body limit on $name', (engine) => {
  let small: TestServer;
  let standard: TestServer;
  let large: TestServer;

  beforeAll(async () => {
    small = await startServer(engine, { body_limit: 1024 });
    standard = await startServer(engine);
    large = await startServer(engine, { body_limit: 16 << 20 });
  });
  afterAll(async () => {
    await small.stop();
    await standard.stop();
    await large.stop();
  });

  test('answers 413 above the configured limit, and changes nothing', async () => {
    const job = await newJob(small);
    refused(await small.put(job, bodyOf(1025)), 413);
    expect((await small.get(job)).json).toMatchObject({ owner: null, tasks: null });
    await accepted(small.put(job, bodyOf(1024)));
    expect((await small.get(job)).json).toMatchObject({ owner: 'me' });
  });

  test('answers 413 to a chunked body without a length too', async () => {
    const job = await newJob(small);
    refused(await small.put(job, bodyOf(1025), { 'transfer-encoding': 'chunked' }), 413);
    await accepted(small.put(job, bodyOf(1024), { 'transfer-encoding': 'chunked' }));
  });

  test.each([
    ['2 MiB by default', 2 << 20, () => standard],
    ['16 MiB when it is raised so far', 16 << 20, () => large],
  ])('accepts %s and answers 413 to one byte more', async (_what, limit, server) => {
    const job = await newJob(server());
    await accepted(server().put(job, bodyOf(limit)));
    expect((await server().get(job)).text).toContain('x'.repeat(limit - 100));
    refused(await server().put(job, bodyOf(limit + 1)), 413);
  });
});

describe.each(engines)('CORS on $name', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine, { body_limit: 1024 });
  });
  afterAll(() => server.stop());

  test('allows every origin to read every answer, including errors', async () => {
    const job = await newJob(server);
    const origin = { origin: 'https://elsewhere.example.com' };
    const answers = await Promise.all([
      server.get('/runs/', origin),
      server.get('/runs/'),
      server.get('/nope', origin),
      server.get('/runs/nope/', origin),
      server.get('/runs/%zz/', origin),
      server.request('DELETE', '/runs/'),
      server.post('/runs/', '{'),
      server.put(job, bodyOf(2000)),
      server.put(job, {}, origin),
      server.get(job.replace('/jobs', ''), origin),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 404, 400, 405, 400, 413, 403, 308]);
    expect(answers.map(({ headers }) => headers['access-control-allow-origin'])).toEqual(answers.map(() => '*'));
  });

  test.each([
    ['/runs/', 'POST'],
    ['/runs/any/jobs', 'POST'],
    ['/runs/any/jobs/1/', 'PUT'],
    ['/runs/any/jobs/1', 'GET'],
  ])('offers only reads, with the requested headers, to the preflight of %s with %s', async (path, method) => {
    const { status, text, headers } = await server.request('OPTIONS', path, undefined, {
      origin: 'https://elsewhere.example.com',
      'access-control-request-method': method,
      'access-control-request-headers': 'content-type, x-own',
    });
    expect([status, text]).toEqual([204, '']);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(headers['access-control-allow-methods']).toBe('GET, HEAD');
    expect(headers['access-control-allow-headers']).toBe('content-type, x-own');
  });
});
