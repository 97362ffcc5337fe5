/** That answers of `/api` are really checked, and what all of them have in common. */
import fastify from 'fastify';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { answers, textAnswers } from '../../src/http/api/schema.ts';
import { jsonType } from '../../src/http/errors.ts';
import { watchAnswers } from '../helpers/answers.ts';
import { engines, execute } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

test('an answer against its schema, an unknown key, another type, and a route without a schema are told', async () => {
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

test('an error in place of a file is not kept as one', async () => {
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

  test('answers 304 to a client that names the tag of what it would be sent', async () => {
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

  test('sends errors and answers to writes whatever a client has', async () => {
    for (const [method, path, wanted] of [
      ['GET', '/api/runs/nothing/page', 404],
      ['GET', '/api/runs?limit=x', 400],
      ['DELETE', '/api/session', 200],
    ] as const) {
      const { status, headers } = await server.request(method, path, undefined, { 'if-none-match': '*' });
      expect([path, status, headers.etag]).toEqual([path, wanted, undefined]);
    }
  });
});
