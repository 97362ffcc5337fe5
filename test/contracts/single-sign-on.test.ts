/** The configurations of nginx and Caddy with single sign-on in docs/operate.md, in front of a server and a substitute for oauth2-proxy. */
import { hash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AuditList } from '../../src/http/api/audit.ts';
import { createToken } from '../../src/store/write/tokens.ts';
import { engines } from '../helpers/engines.ts';
import { someone, startServer, type TestServer } from '../helpers/server.ts';
import { hasCaddy, startCaddy } from './caddy.ts';
import { type FrontServer, hasNginx, startNginx } from './nginx.ts';

const secret = 'paddles_behind-nginx'.padEnd(51, 'x');

const proxies = [
  { name: 'nginx', isThere: hasNginx, start: startNginx },
  { name: 'Caddy', isThere: hasCaddy, start: startCaddy },
];

describe.each(proxies)('$name with single sign-on', ({ isThere, start }) => {
  let server: TestServer;
  let oauth2Proxy: Server;
  let proxy: FrontServer;
  beforeAll(async () => {
    if (!isThere) return;
    server = await startServer(engines[0]!, {
      ...{ contract: 'teuthology', require_token: 'writes', auth_header: 'X-Forwarded-User' },
    });
    const token = { name: 'worker', scopes: ['report' as const], hash: hash('sha256', secret), expires: null };
    await createToken(server.db, token, someone, 1);
    oauth2Proxy = createServer((request, response) => {
      const name = /signed_in=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
      // Caddy forwards the query too.
      if (request.url?.split('?')[0] !== '/oauth2/auth')
        return response.end(`${request.url} for ${request.headers['x-auth-request-redirect']}`);
      if (name) response.setHeader('x-auth-request-email', `${name}@example.com`);
      return response.writeHead(name ? 202 : 401).end();
    });
    await new Promise<void>((resolve) => oauth2Proxy.listen(0, '127.0.0.1', resolve));
    const { port } = oauth2Proxy.address() as AddressInfo;
    proxy = await start({ MAIN_ADDRESS: server.url, OAUTH2_PROXY_ADDRESS: `http://127.0.0.1:${port}` });
  });
  afterAll(async () => {
    await proxy?.stop();
    oauth2Proxy?.close();
    await server?.stop();
  });

  const session = async (headers: Record<string, string>) => {
    const answer = await proxy.send('GET', '/api/session', undefined, headers);
    return await answer.json();
  };

  test.skipIf(!isThere)('names users who have signed in, and redirects others to the sign-in page', async () => {
    expect(await session({ cookie: 'signed_in=alice' })).toMatchObject({ name: 'alice@example.com', verified: true });
    for (const path of ['/api/session', '/ui/history?suite=a&branch=b%20c']) {
      const page = await proxy.send('GET', path);
      expect([page.status, await page.text()]).toEqual([200, `/oauth2/sign_in for ${path}`]);
    }
    expect(await (await proxy.send('GET', '/oauth2/start?rd=/ui')).text()).toMatch(/^\/oauth2\/start\?rd=\/ui for/);
  });

  test.skipIf(!isThere)('does not forward a name that a client claims', async () => {
    const forged = { 'x-forwarded-user': 'root@example.com' };
    expect(await session({ ...forged, cookie: 'signed_in=alice' })).toMatchObject({ name: 'alice@example.com' });
    const posted = await proxy.send('POST', '/runs/', { name: 'forged' }, forged);
    expect(posted.status).toBe(401);
  });

  test.skipIf(!isThere)('lets programs use a token and records their address', async () => {
    const authorization = `Basic ${btoa(`worker:${secret}`)}`;
    expect((await proxy.send('POST', '/runs/', { name: 'mine' }, { authorization })).status).toBe(200);
    const { changes } = (await server.get('/api/audit?q=target:mine')).json as AuditList;
    expect(changes).toMatchObject([{ name: 'worker', verified: true, address: '127.0.0.1' }]);
  });
});
