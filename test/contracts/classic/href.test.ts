/** Links of the classic contract. The link of a job redirects to the job. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../../src/config.ts';
import { openWire } from '../../concurrency/raw-http.ts';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';
import { accepted, type Entry, entry, newJob } from './setup.ts';

describe.each(engines)('links on $name', (engine) => {
  const servers: TestServer[] = [];

  async function start(settings: Partial<Config>): Promise<TestServer> {
    const server = await startServer(engine, settings);
    servers.push(server);
    await accepted(server.post('/runs/', { name: 'r' }));
    await accepted(server.post('/runs/r/jobs/', { job_id: 'j' }));
    return server;
  }

  async function hrefs(server: TestServer, headers: Record<string, string>): Promise<(string | undefined)[]> {
    const [runs, run] = [await server.get('/runs/', headers), await server.get('/runs/r/', headers)];
    return [entry(runs, 'r')?.href, entry(run, 'j')?.href];
  }

  afterAll(async () => {
    for (const server of servers) await server.stop();
  });

  test.each([
    ['http://paddles', 'http://paddles'],
    ['https://example.com/', 'https://example.com'],
    ['https://example.com/lab/paddles//', 'https://example.com/lab/paddles'],
  ])('start with the configured address %s and ignore the request', async (address, base) => {
    const server = await start({ address });
    const headers = { host: 'a.example.com', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'b.example.com' };
    expect(await hrefs(server, headers)).toEqual([`${base}/runs/r/`, `${base}/runs/r/j/`]);
    expect((await server.get('/runs/r/j/', headers)).headers.location).toBe(`${base}/runs/r/jobs/j/`);
  });

  describe('without an address', () => {
    let plain: TestServer;
    let proxied: TestServer;

    beforeAll(async () => {
      plain = await start({ trusted_proxies: '10.0.0.0/8, ::2' });
      proxied = await start({});
    });

    test.each(['paddles.example.com', 'localhost:8080', '[::1]:8080'])('start with the Host %s', async (host) => {
      expect(await hrefs(plain, { host })).toEqual([`http://${host}/runs/r/`, `http://${host}/runs/r/j/`]);
    });

    test('ignore X-Forwarded-* by default', async () => {
      const headers = { host: 'a.example.com', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example.com' };
      expect((await hrefs(plain, headers))[0]).toBe('http://a.example.com/runs/r/');
      expect((await plain.get('/runs/r/j/', headers)).headers.location).toBe('http://a.example.com/runs/r/jobs/j/');
    });

    test('use X-Forwarded-* of a trusted proxy', async () => {
      const headers = { host: 'inside:8080', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'b.example.com' };
      expect((await hrefs(proxied, headers))[0]).toBe('https://b.example.com/runs/r/');
      expect((await hrefs(proxied, { host: 'inside:8080' }))[0]).toBe('http://inside:8080/runs/r/');
      expect((await proxied.get('/runs/r/j/', headers)).headers.location).toBe('https://b.example.com/runs/r/jobs/j/');
    });

    test.each([
      ['lab.example.com, inner:8080', 'https, http', 'https://lab.example.com'],
      ['Lab.Example.COM:8443', 'HTTPS', 'https://lab.example.com:8443'],
      [' lab.example.com ,inner', 'http,https', 'http://lab.example.com'],
      ['lab.example.com', 'gopher', 'http://lab.example.com'],
    ])('start with the first values of a chain of proxies: %s, %s', async (host, proto, base) => {
      const headers = { host: 'inside:8080', 'x-forwarded-proto': proto, 'x-forwarded-host': host };
      expect(await hrefs(proxied, headers)).toEqual([`${base}/runs/r/`, `${base}/runs/r/j/`]);
    });

    test.each([
      ['127.0.0.1', true],
      ['10.0.0.0/8,127.0.0.0/8', true],
      ['0.0.0.0/0', true],
      ['::ffff:127.0.0.1', true],
      ['', false],
      ['127.0.0.2,::1', false],
      ['127.1.0.0/16', false],
    ])('believe X-Forwarded-* from 127.0.0.1 when %s is trusted: %s', async (trusted_proxies, believed) => {
      const server = await start({ trusted_proxies });
      const headers = { host: 'inside:8080', 'x-forwarded-host': 'lab.example.com' };
      expect((await hrefs(server, headers))[0]).toBe(`http://${believed ? 'lab.example.com' : 'inside:8080'}/runs/r/`);
    });

    test('never contain a hostile X-Forwarded-Host', async () => {
      const headers = { host: 'inside:8080', 'x-forwarded-host': 'user@evil.example.com, lab.example.com' };
      expect((await hrefs(proxied, headers))[0]).toMatch(/^http:\/\/localhost:\d+\/runs\/r\/$/);
    });

    test.each(['a.example.com/evil?', 'user@evil.example.com', '"><script>'])(
      'never contain the Host %s',
      async (host) => {
        expect((await hrefs(plain, { host }))[0]).toMatch(/^http:\/\/(localhost|127\.0\.0\.1):\d+\/runs\/r\/$/);
      },
    );

    test('point to the server itself if an HTTP/1.0 request has no Host', async () => {
      const wire = await openWire(plain.port);
      wire.write(Buffer.from('GET /runs/ HTTP/1.0\r\n\r\n'));
      const answer = await wire.answer(5000);
      wire.destroy();
      const runs = JSON.parse(answer?.body.toString() ?? '') as Record<string, Entry>;
      expect(runs.r?.href).toMatch(/^http:\/\/(localhost|127\.0\.0\.1):\d+\/runs\/r\/$/);
    });
  });

  describe('of a job', () => {
    let server: TestServer;

    beforeAll(async () => {
      server = await start({});
    });

    test.each(['/', ''])("redirect GET, HEAD and PUT with 308 when they end in '%s'", async (slash) => {
      const job = await newJob(server);
      const link = job.replace('/jobs/', '/').replace(/\/$/, slash);
      for (const method of ['GET', 'HEAD', 'PUT']) {
        const { status, headers } = await server.request(method, link, method === 'PUT' ? {} : undefined);
        expect([status, headers.location]).toEqual([308, `${server.url}${job}`]);
      }
    });

    test('lead clients that follow redirects to the job, also with PUT', async () => {
      const job = await newJob(server);
      const link = server.url + job.replace('/jobs/', '/');
      const put = await fetch(link, { method: 'PUT', body: '{"owner": "me"}' });
      expect([put.status, await put.json()]).toEqual([200, {}]);
      expect(await (await fetch(link)).json()).toMatchObject({ job_id: '1', owner: 'me' });
    });
  });
});
