/** The configurations of nginx: those of docs/operate.md in front of a main and a read-only server, and deploy/nginx.conf. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { AuditList } from '../../src/http/api/audit.ts';
import { engines } from '../helpers/engines.ts';
import { listen } from '../helpers/events.ts';
import { startReadOnlyServer, startServer, type TestServer } from '../helpers/server.ts';
import { type FrontServer, hasNginx, startNginx } from './nginx.ts';
import { startProxy } from './proxy.ts';

const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';

describe.skipIf(!hasNginx)('nginx with the documented configuration', () => {
  let main: TestServer;
  let reader: TestServer;
  let database: Awaited<ReturnType<typeof startProxy>>;
  let nginx: FrontServer;

  beforeAll(async () => {
    const postgres = engines.find(({ name }) => name === 'postgres')!;
    main = await startServer(postgres, { contract: 'teuthology', body_limit: 16 << 20 });
    database = await startProxy(Number(new URL(main.database).port));
    const url = Object.assign(new URL(main.database), { port: String(database.port) }).href;
    reader = await startReadOnlyServer(url, { contract: 'teuthology' });
    nginx = await startNginx({ MAIN_ADDRESS: main.url, READ_ONLY_ADDRESS: reader.url });
    const job = { job_id: 1, status: 'running' };
    expect((await nginx.send('POST', `/runs/${run}/jobs/`, job)).status).toBe(200);
  });
  afterAll(async () => {
    await nginx?.stop();
    await reader?.stop();
    database?.cut();
    await main?.stop();
  });

  /** The server that sent an answer. All request ids of a running server begin with the same letters. */
  async function answeredBy(answer: Response): Promise<'main' | 'read-only' | 'nginx'> {
    const id = (one: { headers: { get(name: string): string | null } }) =>
      one.headers.get('x-request-id')?.split('-')[0];
    const [ofMain, ofReader] = [id(await fetch(`${main.url}/healthz`)), id(await fetch(`${reader.url}/healthz`))];
    await answer.arrayBuffer();
    if (id(answer) === ofMain) return 'main';
    return id(answer) === ofReader ? 'read-only' : 'nginx';
  }

  test('sends reads of the dashboard to the read-only server, and everything else to the main one', async () => {
    const routes = [
      ['GET', '/ui/', 200, 'read-only'],
      ['GET', `/ui/runs/${run}`, 200, 'read-only'],
      ['GET', `/api/runs/${run}/page`, 200, 'read-only'],
      ['HEAD', '/api/runs', 200, 'read-only'],
      ['GET', '/api/none', 404, 'read-only'],
      ['POST', '/api/runs', 405, 'main'],
      ['GET', `/runs/${run}/`, 200, 'main'],
      ['GET', '/uid', 404, 'main'],
      ['PUT', `/runs/${run}/jobs/1/`, 200, 'main'],
      ['DELETE', '/nodes/none/', 404, 'main'],
      ['OPTIONS', `/runs/${run}/`, 204, 'main'],
    ] as const;
    for (const [method, path, status, server] of routes) {
      const answer = await nginx.send(method, path, method === 'PUT' ? { status: 'running' } : undefined);
      expect([method, path, answer.status, await answeredBy(answer)]).toEqual([method, path, status, server]);
    }
  });

  test('forwards everything that the limits of paddles allow, and the public address', async () => {
    const body = { job_id: 2, overrides: { text: 'x'.repeat(15 << 20) } };
    const posted = await nginx.send('POST', `/runs/${run}/jobs/`, body);
    // A 413 of nginx would be HTML.
    expect([posted.status, await answeredBy(posted)]).toEqual([200, 'main']);
    const long = await nginx.send('GET', `/api/runs?q=${'x'.repeat(15 << 10)}`);
    expect([long.status, await answeredBy(long)]).toEqual([200, 'read-only']);
    const { href } = (await (await nginx.send('GET', `/runs/${run}/`)).json()) as { href: string };
    expect(href).toBe(`${nginx.url}/runs/${run}/`);
  });

  test('forwards events at once', async () => {
    const heard = await listen(nginx, `run:${run}`);
    const told = heard.next('reset');
    expect((await nginx.send('PUT', `/runs/${run}/jobs/1/`, { status: 'pass' })).status).toBe(200);
    await told;
    const page = await nginx.send('GET', `/api/runs/${run}`);
    expect(await page.json()).toMatchObject({ counts: { pass: 1 } });
  });

  test('uses the main server while the read-only server or its database does not answer', async () => {
    database.cut();
    onTestFinished(() => database.restore());
    expect((await fetch(`${reader.url}/api/runs`)).status).toBe(503);
    const without = await nginx.send('GET', '/api/runs');
    expect([without.status, await answeredBy(without)]).toEqual([200, 'main']);
    await reader.app.close();
    for (const path of ['/api/runs', '/ui/runs']) expect((await nginx.send('GET', path)).status).toBe(200);
    const events = await nginx.send('GET', '/api/events?topics=runs');
    expect([events.status, events.headers.get('x-request-id')]).toEqual([502, null]);
  });
});

test.skipIf(!hasNginx)(
  'nginx with deploy/nginx.conf forwards large bodies, its own address, and events at once',
  async () => {
    const server = await startServer(engines[0]!, { body_limit: 16 << 20 });
    onTestFinished(() => server.stop());
    const example = readFileSync(join(import.meta.dirname, '../../deploy/nginx.conf'), 'utf8');
    const nginx = await startNginx({ SERVER_ADDRESS: server.url }, example);
    onTestFinished(() => nginx.stop());
    expect((await nginx.send('POST', '/runs/', { name: run })).status).toBe(200);
    const heard = await listen(nginx, `run:${run}`);
    const told = heard.next('jobs');
    const body = { job_id: 1, overrides: { text: 'x'.repeat(15 << 20) } };
    expect((await nginx.send('POST', `/runs/${run}/jobs/`, body)).status).toBe(200);
    await told;
    expect(await (await nginx.send('GET', `/runs/${run}/`)).json()).toMatchObject({
      1: { href: `${nginx.url}/runs/${run}/1/` },
    });
    await expectOwnAddress(nginx, server, '');
  },
);

/** The audit log has the address of the client, not one that the client claims. */
async function expectOwnAddress(nginx: FrontServer, server: TestServer, base: string): Promise<void> {
  const body = { name: nginx.url, events: ['run_finished'], format: 'standard', target: 'https://lab.example/' };
  const made = await nginx.send('POST', `${base}/api/subscriptions`, body, { 'x-forwarded-for': '203.0.113.9' });
  expect(made.status).toBe(200);
  const { changes } = (await server.get('/api/audit')).json as AuditList;
  expect(changes[0]).toMatchObject({ target: nginx.url, address: '127.0.0.1' });
}

describe.skipIf(!hasNginx)('nginx with paddles below a path', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(engines[0]!, { address: 'https://lab.example/paddles/' });
    expect((await server.post('/paddles/runs/', { name: run })).status).toBe(200);
    expect((await server.post(`/runs/${run}/jobs/`, { job_id: 1 })).status).toBe(200);
  });
  afterAll(() => server.stop());

  const text = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8');
  const [, passing = ''] = /^```nginx\n([^`]*SERVER_ADDRESS[^`]*)^```$/m.exec(text) ?? [];
  const stripping = passing.replace('proxy_pass http://SERVER_ADDRESS;', 'proxy_pass http://SERVER_ADDRESS/;');

  test.each([
    ['which forwards it, as in the documented configuration', passing],
    ['which strips it', stripping],
  ])('%s, keeps every link below the path', async (_way, configuration) => {
    const nginx = await startNginx({ SERVER_ADDRESS: server.url }, configuration);
    onTestFinished(() => nginx.stop());
    const send = (path: string, headers = {}) => nginx.send('GET', `/paddles${path}`, undefined, headers);
    const browser = { accept: 'text/html' };
    const base = 'https://lab.example/paddles';
    expect(await (await send(`/runs/${run}/`)).json()).toMatchObject({ 1: { href: `${base}/runs/${run}/1/` } });
    const led = async (path: string, headers = {}) => (await send(path, headers)).headers.get('location');
    expect(await led(`/runs/${run}/1/`)).toBe(`${base}/runs/${run}/jobs/1/`);
    expect(await led('/', browser)).toBe('/paddles/ui/runs');
    expect(await led(`/${run}/1/`, browser)).toBe(`/paddles/ui/runs/${run}/jobs/1`);
    expect(await led('/r/1')).toBe(`/paddles/ui/runs/${run}`);
    expect(await (await send('/api/openapi.json')).json()).toMatchObject({ servers: [{ url: base }] });
    expect(await (await send(`/ui/runs/${run}/jobs.csv`)).text()).toContain(',1,');
    await expectOwnAddress(nginx, server, '/paddles');
    const left = await nginx.send('DELETE', '/paddles/api/session');
    expect(left.headers.get('set-cookie')).toContain('; Path=/paddles; ');
    for (const path of ['/ui/', `/ui/runs/${run}`, `/ui/runs/${run}/jobs/1`, '/api/docs']) {
      const addresses = [...(await (await send(path)).text()).matchAll(/(?:href|src|data-base)="(?!data:|#)([^"]*)"/g)];
      expect(addresses.length).toBeGreaterThan(2);
      expect(
        addresses.map(([, address]) => address).filter((address) => !/^(\/paddles\/|[^/])/.test(address!)),
      ).toEqual([]);
    }
  });
});
