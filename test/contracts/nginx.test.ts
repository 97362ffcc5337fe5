/** The configuration of nginx in docs/operate.md, as it is printed there, in front of a main and a read-only server. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { listen } from '../helpers/events.ts';
import { freePort } from '../helpers/postgres.ts';
import { startReadOnlyServer, startServer, type TestServer } from '../helpers/server.ts';
import { startProxy } from './proxy.ts';

const program = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx'].find((path) => existsSync(path));
const hasNginx = program !== undefined || process.env.CI === 'true';

if (!hasNginx) {
  process.stdout.write('tests: no nginx, so its example is not tested; install it (Debian: apt-get install nginx)\n');
}

const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';

describe.skipIf(!hasNginx)('nginx with the documented configuration', () => {
  let main: TestServer;
  let reader: TestServer;
  let database: Awaited<ReturnType<typeof startProxy>>;
  let nginx: Nginx;

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

  /** Which server gave an answer: ids of requests begin with the same letters as long as a server runs. */
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
      ['POST', '/api/runs', 404, 'main'],
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

  test('passes on what the limits of paddles allow, and the public address', async () => {
    const body = { job_id: 2, overrides: { text: 'x'.repeat(15 << 20) } };
    const posted = await nginx.send('POST', `/runs/${run}/jobs/`, body);
    // From nginx it would be 413 too, but as HTML.
    expect([posted.status, await answeredBy(posted)]).toEqual([200, 'main']);
    const long = await nginx.send('GET', `/api/runs?q=${'x'.repeat(15 << 10)}`);
    expect([long.status, await answeredBy(long)]).toEqual([200, 'read-only']);
    const { href } = (await (await nginx.send('GET', `/runs/${run}/`)).json()) as { href: string };
    expect(href).toBe(`${nginx.url}/runs/${run}/`);
  });

  test('passes on at once what changes', async () => {
    const heard = await listen(nginx, `run:${run}`);
    const told = heard.next('reset');
    expect((await nginx.send('PUT', `/runs/${run}/jobs/1/`, { status: 'pass' })).status).toBe(200);
    await told;
    const page = await nginx.send('GET', `/api/runs/${run}`);
    expect(await page.json()).toMatchObject({ counts: { pass: 1 } });
  });

  test('lets the main server answer while the database of the read-only one is away, and while that one is', async () => {
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

interface Nginx {
  /** Without a trailing slash. */
  url: string;
  send(method: string, path: string, body?: object): Promise<Response>;
  stop(): Promise<void>;
}

/** Starts nginx with the configuration of the document; `servers` are the addresses that it names in capitals. */
async function startNginx(servers: Record<'MAIN_ADDRESS' | 'READ_ONLY_ADDRESS', string>): Promise<Nginx> {
  if (program === undefined) throw new Error('no nginx; install it (Debian: apt-get install nginx)');
  const folder = mkdtempSync(join(tmpdir(), 'paddles-nginx-'));
  const address = `127.0.0.1:${await freePort()}`;
  const printed = documented();
  const example = Object.entries({ ...servers, LISTEN_ADDRESS: address }).reduce((text, [name, url]) => {
    expect(text).toContain(name);
    return text.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), url.replace('http://', ''));
  }, printed);
  writeFileSync(join(folder, 'paddles.conf'), example);
  writeFileSync(join(folder, 'nginx.conf'), surroundings(folder));
  const server = spawn(program, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]);
  const url = `http://${address}`;
  const stop = async () => {
    await end(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await vi.waitFor(() => answers(url, server, folder), { timeout: 20_000, interval: 50 });
  } catch (error) {
    await stop();
    throw error;
  }
  const send = (method: string, path: string, body?: object) =>
    fetch(url + path, { method, redirect: 'manual', ...(body && { body: JSON.stringify(body) }) });
  return { url, send, stop };
}

/** The one block of nginx's language in the document. */
function documented(): string {
  const text = readFileSync(join(import.meta.dirname, '../../docs/operate.md'), 'utf8');
  const blocks = [...text.matchAll(/^```nginx\n(.*?)^```$/gms)].map(([, block = '']) => block);
  expect(blocks).toHaveLength(1);
  return blocks[0] as string;
}

/** What Debian's own configuration has around the files of conf.d, with everything that is written in one folder. */
function surroundings(folder: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
  return `${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
pid nginx.pid;
events {}
http {
  access_log off;
  ${temporary.join('\n  ')}
  include ${join(folder, 'paddles.conf')};
}
`;
}

/** Throws when nginx does not answer yet, and why when it has ended. */
async function answers(url: string, server: ChildProcess, folder: string): Promise<void> {
  if (server.exitCode !== null) throw new Error(`nginx ended: ${readFileSync(join(folder, 'error.log'), 'utf8')}`);
  await fetch(`${url}/healthz`);
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null) return;
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
}
