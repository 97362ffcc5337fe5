/** Answers of `/api` are checked against their schemas, and have some properties in common. */
import fastify from 'fastify';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { routeScopes } from '../../src/http/access/access.ts';
import { answers, textAnswers } from '../../src/http/api/schema.ts';
import { jsonType } from '../../src/http/errors.ts';
import { watchAnswers } from '../helpers/answers.ts';
import { engines, execute } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

test('reports answers that violate their schema, unknown keys, other types, and routes without a schema', async () => {
  const app = fastify();
  const wrong = watchAnswers(app);
  const schema = { response: answers(Type.Object({ name: Type.String() })) };
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.get('/api/right', { schema }, async () => ({ name: 'right' }));
  app.get('/api/wrong', { schema }, async () => ({ name: 1 }));
  app.get('/api/more', { schema }, async () => ({ name: 'more', other: 1 }));
  app.get('/api/text', { schema: { response: textAnswers('text/csv') } }, async () => ({}));
  app.get('/api/problem', { schema }, async (_request, reply) => reply.code(400).send({ error: 'no message' }));
  app.get('/api/free', async () => ({}));
  for (const path of ['right', 'wrong', 'more', 'text', 'problem']) await app.inject(`/api/${path}`);
  expect(wrong.map((sentence) => sentence.split(/ (?:has|answered)/)[0])).toEqual([
    'GET /api/free',
    'HEAD /api/free',
    'GET /api/wrong',
    'GET /api/more',
    'GET /api/text',
    'GET /api/problem',
  ]);
});

test('an error in place of a file is not saved as a file', async () => {
  const server = await startServer(engines[0] ?? expect.fail());
  onTestFinished(() => server.stop());
  await execute(server.database, 'alter table runs rename to gone');
  const { status, headers } = await server.get('/api/runs.csv');
  expect(status).toBeGreaterThanOrEqual(500);
  expect([headers['content-type'], headers['content-disposition']]).toEqual([jsonType, undefined]);
});

describe('every address', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(engines[0] ?? expect.fail());
  });
  afterAll(() => server.stop());

  test('answers 304 to a client that sends the tag of the current answer', async () => {
    const first = await server.get('/api/runs');
    const tag = String(first.headers.etag);
    for (const known of [tag, '*', `"other", ${tag}`, tag.replace('W/', '')]) {
      const { status, headers } = await server.get('/api/runs', { 'if-none-match': known });
      expect([known, status, headers.etag, headers['content-length']]).toEqual([known, 304, tag, undefined]);
    }
    const head = await server.request('HEAD', '/api/runs', undefined, { 'if-none-match': tag });
    expect([head.status, head.headers['content-length']]).toEqual([304, first.headers['content-length']]);
    expect((await server.get('/api/runs', { 'if-none-match': '"other", W/x' })).status).toBe(200);
  });

  test('never answers 304 for errors and writes', async () => {
    for (const [method, path, wanted] of [
      ['GET', '/api/runs/nothing/page', 404],
      ['GET', '/api/runs?limit=x', 400],
      ['DELETE', '/api/session', 200],
    ] as const) {
      const { status, headers } = await server.request(method, path, undefined, { 'if-none-match': '*' });
      expect([path, status, headers.etag]).toEqual([path, wanted, undefined]);
    }
  });

  test('refuses methods that it does not support and lists those that it does', async () => {
    const urls = Map.groupBy(routeScopes(server.app), ({ url }) => url.replace(/:\w+/g, 'a').replace('*', 'a'));
    urls.delete('a');
    expect([...urls.keys()]).toEqual(expect.arrayContaining(['/healthz', '/ui', '/r/a', '/runs/a', '/api/causes/a']));
    for (const url of urls.keys()) {
      for (const method of ['PATCH', 'PURGE']) {
        const { status, headers, json } = await server.request(method, url);
        const message = `${method} is not allowed here; allowed: ${headers.allow}`;
        expect({ url, status, json }).toEqual({ url, status: 405, json: { message } });
      }
    }
    const allowed = async (method: string, path: string) => (await server.request(method, path)).headers.allow;
    expect(await allowed('POST', '/api/runs/?q=a')).toBe('GET, HEAD, OPTIONS');
    expect(await allowed('GET', '/api/decisions/1/withdraw')).toBe('POST, OPTIONS');
    expect(await allowed('PUT', '/api/session')).toBe('GET, HEAD, POST, DELETE, OPTIONS');
    for (const [method, path] of [
      ['POST', '/api'],
      ['PURGE', '/r/'],
      ['DELETE', '/api/runs/a/b/c'],
      ['GET', '/ui/assets/nothing.js'],
    ] as const) {
      const { status, headers } = await server.request(method, path);
      expect([method, path, status, headers.allow]).toEqual([method, path, 404, undefined]);
    }
  });
});
