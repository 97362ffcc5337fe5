/** Foreign pages try to write with every trick that a browser allows. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasBrowser, startBrowser } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';

/** A request as the server received and answered it. */
interface Seen {
  method: string;
  status: number;
  site: string | undefined;
}

let server: TestServer;
let elsewhere: Server;
let browser: Browser;
let seen: Seen[];

describe.skipIf(!hasBrowser)('a foreign page', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract: 'teuthology', allowed_hosts: 'paddles.test' });
    await server.post(`/runs/${run}/jobs/`, { job_id: 1, status: 'running' });
    await server.post('/nodes/', { name: 'node1', machine_type: 'smithi', up: true, locked: true, locked_by: 'me' });
    server.app.server.on('request', ({ method = '', headers }, response) => {
      const site = headers['sec-fetch-site'] as string | undefined;
      response.on('finish', () => seen.push({ method, status: response.statusCode, site }));
    });
    elsewhere = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>page'));
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    browser = await startBrowser(['--host-resolver-rules=MAP *.test 127.0.0.1']);
  });
  afterAll(async () => {
    await browser?.close();
    elsewhere?.close();
    await server?.stop();
  });

  /** Runs `tricks` on a page at `address`; returns the requests that the server received. */
  async function from(address: string, tricks: (page: Page) => Promise<unknown>): Promise<Seen[]> {
    seen = [];
    const page = await browser.newPage();
    await page.goto(address);
    await tricks(page);
    // Requests without a response handler arrive before this one does.
    await expect.poll(() => seen.filter(({ method }) => method === 'POST').length).toBeGreaterThanOrEqual(1);
    await page.close();
    return seen;
  }

  async function expectUntouched(): Promise<void> {
    expect((await server.get(`/runs/${run}/jobs/1/`)).json).toMatchObject({ status: 'running' });
    expect((await server.get('/nodes/node1/')).json).toMatchObject({
      locked: true,
      locked_by: 'me',
      description: null,
    });
    expect((await server.get('/queue/')).json).toEqual([]);
  }

  const hosts = ['127.0.0.1', 'paddles.test'];
  const foreign = () => `http://evil.test:${(elsewhere.address() as AddressInfo).port}/`;

  test.each(hosts)('cannot write to %s by script, with or without a preflight', async (host) => {
    const requests = await from(foreign(), (page) => page.evaluate(writeByScript, `http://${host}:${server.port}`));
    expect(requests.filter(({ method }) => method === 'OPTIONS').length).toBeGreaterThan(0);
    const writes = requests.filter(({ method }) => method !== 'OPTIONS');
    expect(writes.length).toBeGreaterThanOrEqual(3);
    expect(writes.map(({ status }) => status)).toEqual(writes.map(() => 403));
    // Only to trusted hosts do browsers send Sec-Fetch-Site. For other hosts, Origin decides.
    expect(new Set(writes.map(({ site }) => site))).toEqual(new Set([host === '127.0.0.1' ? 'cross-site' : undefined]));
    await expectUntouched();
  });

  test.each(hosts)('cannot write to %s with a form, or from a frame without an origin', async (host) => {
    for (const sandbox of [null, 'allow-scripts allow-forms']) {
      const requests = await from(foreign(), (page) =>
        page.evaluate(writeByForm, { base: `http://${host}:${server.port}`, sandbox }),
      );
      expect(requests.filter(({ method }) => method !== 'OPTIONS')).toEqual([
        expect.objectContaining({ method: 'POST', status: 403 }),
      ]);
    }
    await expectUntouched();
  });

  test('cannot write under a name that was pointed at this server', async () => {
    const rebound = `http://evil.test:${server.port}`;
    // The page may have come from anywhere; only its origin matters.
    const requests = await from(`${rebound}/robots.txt`, (page) => page.evaluate(writeByScript, rebound));
    const writes = requests.filter(({ method }) => method !== 'GET');
    expect(writes.length).toBeGreaterThanOrEqual(6);
    expect(writes.map(({ status }) => status)).toEqual(writes.map(() => 403));
    await expectUntouched();
  });

  test('can read, and a page of the server itself can write', async () => {
    seen = [];
    const page = await browser.newPage();
    await page.goto(foreign());
    const read = (url: string) => fetch(url, { headers: { 'x-own': '1' } }).then(({ status }) => status);
    for (const host of [...hosts, 'alias.test'])
      expect(await page.evaluate(read, `http://${host}:${server.port}/runs/${run}/`)).toBe(200);
    for (const host of hosts) {
      await page.goto(`http://${host}:${server.port}/robots.txt`);
      const write = () => fetch('/nodes/node1/', { method: 'PUT', body: '{"up":false}' }).then(({ status }) => status);
      expect(await page.evaluate(write)).toBe(200);
    }
    await page.close();
  });

  test('can write if its origin is listed', async () => {
    const { port } = elsewhere.address() as AddressInfo;
    const open = await startServer(engines[0]!, { write_origins: `http://tools.test:${port}` });
    const page = await browser.newPage();
    const write = (url: string) =>
      fetch(`${url}/runs/none/jobs/1/`, { method: 'PUT', body: '{}' })
        .then(({ status }) => status)
        .catch(() => 'refused by the browser');
    const answers: unknown[] = [];
    for (const host of ['evil.test', 'tools.test']) {
      await page.goto(`http://${host}:${port}/`);
      answers.push(await page.evaluate(write, open.url));
    }
    expect(answers).toEqual(['refused by the browser', 404]);
    await page.close();
    await open.stop();
  });
});

/** Runs in the page. */
async function writeByScript(base: string): Promise<void> {
  const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';
  const unlock = '{"names":["node1"],"locked_by":"me"}';
  const plain = { method: 'POST', body: unlock, headers: { 'content-type': 'text/plain' } };
  const requests: [string, RequestInit][] = [
    ['/nodes/unlock_many/', { ...plain, mode: 'no-cors' }],
    ['/nodes/unlock_many/', plain],
    ['/queue/', { ...plain, body: '{"queue":"mine"}', keepalive: true }],
    [`/runs/${run}/jobs/1/`, { method: 'PUT', body: '{"status":"dead"}' }],
    [`/runs/${run}/`, { method: 'DELETE' }],
    ['/nodes/node1/', { method: 'DELETE', headers: { 'x-forwarded-host': 'localhost', origin: 'http://localhost' } }],
    ['/nodes/unlock_many/', { ...plain, headers: { 'content-type': 'application/json' } }],
  ];
  for (const [path, init] of requests) await fetch(base + path, init).catch(() => {});
  navigator.sendBeacon(`${base}/nodes/unlock_many/`, unlock);
}

/** Runs in the page. The one field of the form makes a JSON object: the text after its "=" becomes a value. */
async function writeByForm({ base, sandbox }: { base: string; sandbox: string | null }): Promise<void> {
  const form = `<form method="post" enctype="text/plain" action="${base}/nodes/unlock_many/">
    <input name='{"names":["node1"],"locked_by":"me","x":"' value='"}'></form><script>document.forms[0].submit()</script>`;
  const frame = document.createElement('iframe');
  if (sandbox !== null) frame.setAttribute('sandbox', sandbox);
  frame.srcdoc = form;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  await loaded;
}
