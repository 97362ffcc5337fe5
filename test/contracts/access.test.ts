/** Tokens, sessions, proxies and given names, through the front door. */
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Scope } from '../../src/core/access.ts';
import { createToken, revokeToken } from '../../src/store/write/tokens.ts';
import { engines } from '../helpers/engines.ts';
import { type Answer, someone, startReadOnlyServer, startServer, type TestServer } from '../helpers/server.ts';
import { newFolder, runProgram, startService } from './program.ts';

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const basic = (secret: string) => ({ authorization: `Basic ${btoa(`worker:${secret}`)}` });
const secretOf = (name: string) => `paddles_${name}`.padEnd(51, 'x');

/** Creates a token in a server's database. Its secret is derived from its name. */
async function make(server: TestServer, name: string, scopes: Scope[], expires: number | null = null): Promise<string> {
  const secret = secretOf(name);
  const failure = await createToken(server.db, { name, scopes, hash: hash('sha256', secret), expires }, someone, 1);
  expect(failure).toBeNull();
  return secret;
}

function cookieOf({ headers }: Answer): string {
  return String(headers['set-cookie']?.[0]);
}

describe.each(engines)('access on $name', (engine) => {
  let server: TestServer;
  let teuthology: TestServer;
  beforeAll(async () => {
    const settings = { require_token: 'writes', auth_header: 'X-Forwarded-User' } as const;
    server = await startServer(engine, settings);
    teuthology = await startServer(engine, { ...settings, contract: 'teuthology', trusted_proxies: '10.0.0.1' });
  });
  afterAll(async () => {
    await server.stop();
    await teuthology.stop();
  });

  test('a token permits what its scopes allow, as Bearer and as the password of Basic', async () => {
    const secret = await make(server, 'reporter', ['report']);
    for (const [index, headers] of [bearer(secret), basic(secret)].entries()) {
      expect((await server.post('/runs/', { name: `by-token-${index}` }, headers)).status).toBe(200);
    }
    expect((await server.post('/runs/', { name: 'by-nobody' })).status).toBe(401);
    expect((await server.get('/runs/by-token-0/')).status).toBe(200);
    const { json } = await server.get('/api/session', bearer(secret));
    expect(json).toEqual({ name: 'reporter', verified: true, scopes: ['report'], require_token: 'writes' });
  });

  test('each contract refuses in the shape of its errors and says what to do', async () => {
    const message =
      "this needs a token with the scope 'report'; send one, or sign in on the Settings page of the dashboard";
    const classic = await server.post('/runs/', { name: 'refused' });
    expect([classic.status, classic.headers['content-type'], classic.json]).toEqual([
      401,
      'application/json; charset=utf-8',
      { message },
    ]);
    expect(classic.headers['www-authenticate']).toBe('Basic realm="paddles", charset="UTF-8", Bearer realm="paddles"');
    expect(classic.headers['access-control-allow-origin']).toBe('*');
    const other = await teuthology.post('/runs/', { name: 'refused' });
    expect([other.status, other.headers['content-type'], other.json]).toEqual([401, 'application/json', { message }]);
    const secret = await make(teuthology, 'locker', ['lock']);
    const forbidden = await teuthology.request('DELETE', '/nodes/none/', undefined, bearer(secret));
    expect([forbidden.status, forbidden.json]).toEqual([
      403,
      { message: "'locker' lacks the scope 'admin', which this needs; use a token that has it" },
    ]);
    const api = await server.post('/api/session');
    expect([api.status, api.headers['www-authenticate']]).toEqual([401, 'Bearer realm="paddles"']);
    expect(api.json).toEqual({ message: 'sign in with a token in the header Authorization' });
  });

  test('a wrong token is refused even if none is required, but a password for a proxy is not', async () => {
    const wrong = await server.get('/runs/', basic(secretOf('wrong')));
    expect([wrong.status, (wrong.json as { message: string }).message]).toEqual([
      401,
      'this token is not known here, or has expired or been revoked',
    ]);
    expect((await server.get('/runs/', bearer('hunter2'))).status).toBe(401);
    expect((await server.get('/runs/', basic('hunter2'))).status).toBe(200);
    expect((await server.get('/healthz', bearer('hunter2'))).status).toBe(200);
    expect((await server.post('/runs/', { name: 'x' }, basic('hunter2'))).status).toBe(401);
  });

  test('an expired token is refused', async () => {
    const secret = await make(server, 'expired', ['report'], 1);
    expect((await server.post('/runs/', { name: 'late' }, bearer(secret))).status).toBe(401);
  });

  test('a token that is revoked elsewhere becomes invalid within seconds, with its sessions', async () => {
    const secret = await make(server, 'leaver', ['report']);
    const begun = await server.post('/api/session', undefined, bearer(secret));
    const cookie = { cookie: cookieOf(begun).split(';', 1)[0] };
    expect((await server.post('/runs/', { name: 'before' }, cookie)).status).toBe(200);
    expect(await revokeToken(server.db, 'leaver', someone, 2)).toBeNull();
    await expect.poll(async () => (await server.get('/runs/', bearer(secret))).status).toBe(401);
    expect((await server.post('/runs/', { name: 'after' }, cookie)).status).toBe(401);
  });

  test('a session is a cookie that no script can read, and ends', async () => {
    const secret = await make(server, 'person', ['report']);
    const begun = await server.post('/api/session', undefined, bearer(secret));
    expect(begun.json).toMatchObject({ name: 'person', verified: true });
    expect(cookieOf(begun)).toMatch(/^paddles_session=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
    const secure = await server.post('/api/session', undefined, { ...bearer(secret), 'x-forwarded-proto': 'https' });
    expect(cookieOf(secure)).toMatch(/; Secure$/);
    const cookie = { cookie: `other=1; ${cookieOf(begun).split(';', 1)[0]}` };
    expect((await server.get('/api/session', cookie)).json).toMatchObject({ name: 'person', scopes: ['report'] });
    expect((await server.post('/runs/', { name: 'in-session' }, cookie)).status).toBe(200);
    const ended = await server.request('DELETE', '/api/session', undefined, cookie);
    expect([ended.json, cookieOf(ended)]).toEqual([
      expect.objectContaining({ name: null, verified: false }),
      'paddles_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict',
    ]);
    expect((await server.post('/runs/', { name: 'after-session' }, cookie)).status).toBe(401);
    // Only hashes are stored.
    const kept = await server.db.kysely.selectFrom('sessions').selectAll().execute();
    expect(JSON.stringify(kept)).not.toContain(cookieOf(secure).slice(16, 59));
  });

  test('a session is valid from its beginning, whatever other requests arrive meanwhile', async () => {
    const secret = await make(server, 'hasty', ['report']);
    // Each of these makes the server read its tokens and sessions.
    const ask = (at: number) => server.get('/api/session', basic(`unknown-${at}-${Math.random()}`));
    for (let round = 0; round < 10; round++) {
      const others = Array.from({ length: 8 }, (_, at) => ask(at));
      const begun = await server.post('/api/session', undefined, bearer(secret));
      const cookie = { cookie: cookieOf(begun).split(';')[0] };
      const more = Array.from({ length: 8 }, (_, at) => ask(at));
      expect((await server.get('/api/session', cookie)).json).toMatchObject({ name: 'hasty' });
      await server.request('DELETE', '/api/session', undefined, cookie);
      expect((await server.get('/api/session', cookie)).json).toMatchObject({ name: null });
      await Promise.all([...others, ...more]);
    }
  });

  test('a session that began at the main server is valid at a read-only one, which begins none', async () => {
    const secret = await make(server, 'reader', ['read']);
    const begun = await server.post('/api/session', undefined, bearer(secret));
    const reader = await startReadOnlyServer(server.database, { require_token: 'all' });
    onTestFinished(() => reader.stop());
    const cookie = { cookie: cookieOf(begun).split(';', 1)[0] };
    for (const headers of [cookie, bearer(secret)]) expect((await reader.get('/runs/', headers)).status).toBe(200);
    expect((await reader.get('/runs/')).status).toBe(401);
    expect((await reader.post('/api/session', undefined, bearer(secret))).status).toBe(405);
  });

  test('a proxy names the signed-in user, but only from its own address', async () => {
    const user = { 'x-forwarded-user': 'alice@example.com' };
    const { json } = await server.get('/api/session', user);
    expect(json).toMatchObject({ name: 'alice@example.com', verified: true, scopes: ['read', 'lock', 'triage'] });
    expect((await server.post('/runs/', { name: 'x' }, user)).status).toBe(403);
    expect((await teuthology.get('/api/session', user)).json).toMatchObject({ name: null, verified: false });
  });

  test('a given name is not verified, and must be one', async () => {
    const name = 'Zoë Müller';
    const headers = { 'x-paddles-name': encodeURIComponent(name) };
    expect((await server.get('/api/session', headers)).json).toMatchObject({ name, verified: false, scopes: [] });
    for (const wrong of ['%zz', 'x'.repeat(101), '%00', ' ']) {
      const refused = await server.get('/api/session', { 'x-paddles-name': wrong });
      expect([refused.status, refused.text]).toEqual([400, expect.stringContaining("header 'X-Paddles-Name'")]);
    }
  });

  test('after ten wrong tokens in a minute an address has to wait, except with a token that it has used', async () => {
    const [used, unused] = [await make(server, 'used', ['report']), await make(server, 'unused', ['report'])];
    const from = (secret: string, address: string) =>
      server.get('/api/session', { ...bearer(secret), 'x-forwarded-for': address });
    expect((await from(used, '192.0.2.1')).status).toBe(200);
    const statuses: number[] = [];
    for (let count = 0; count < 12; count++) statuses.push((await from(secretOf(`guess${count}`), '192.0.2.1')).status);
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
    const refused = await from(unused, '192.0.2.1');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '60']);
    expect((await from(used, '192.0.2.1')).status).toBe(200);
    expect((await from(unused, '192.0.2.2')).status).toBe(200);
    // A forwarded value that is not an address does not count as one.
    expect((await from(unused, 'x'.repeat(5000))).status).toBe(200);
  });
});

describe.each(engines)('tokens as commands on $name', (engine) => {
  test('are created beside a running server, work in it, and expire; no secret is ever shown again', async () => {
    const database = await engine.createTables();
    const { folder, remove } = newFolder();
    onTestFinished(async () => {
      remove();
      await database.drop();
    });
    const run = (...args: string[]) => runProgram([...args, '--database', database.url], { folder });
    const service = await startService(['--database', database.url, '--require-token', 'writes'], { folder });
    const made = await run('token', 'create', 'worker', '--scope', 'report,lock', '--expires', '90d');
    const secret = /^paddles_[\w-]{43}$/m.exec(made.stdout)?.[0] ?? '';
    expect([made.code, secret]).toEqual([0, expect.stringMatching(/^paddles_/)]);
    const post = (name: string, headers: Record<string, string>) =>
      fetch(`${service.url}/runs/`, { method: 'POST', body: JSON.stringify({ name }), headers });
    expect((await post('a', bearer(secret))).status).toBe(200);
    const authorized = { headers: bearer(secret) };
    const shown = ['/api/session', '/api/audit', '/ui/runs', '/runs/none/', '/none', '/api/runs?limit=x'];
    for (const path of shown) {
      const answer = await fetch(service.url + path, authorized);
      expect((await answer.text()) + JSON.stringify([...answer.headers])).not.toContain(secret.slice(8));
    }
    expect((await post('/', bearer(secret))).status).toBe(400);
    expect((await run('token', 'create', 'worker', '--scope', 'report')).code).toBe(1);
    const list = await run('token', 'list', '--read-only');
    expect(list.stdout).toMatch(/^worker {2}report,lock {2}created \d{4}-\d\d-\d\d {2}expires \d{4}-\d\d-\d\d$/m);
    expect((await run('token', 'revoke', 'worker')).code).toBe(0);
    await expect.poll(async () => (await post('b', bearer(secret))).status).toBe(401);
    expect((await run('token', 'revoke', 'worker')).code).toBe(1);
    service.kill('SIGTERM');
    const { stdout, stderr } = await service.ended;
    expect(stdout + stderr + list.stdout).not.toContain(secret.slice(8));
    // Each line names the address and the user.
    expect(stdout).toMatch(/"status":200,.*"ip":"127\.0\.0\.1","name":"worker","verified":true/);
    expect(stdout).toMatch(/"status":401,.*"ip":"127\.0\.0\.1"/);
  });
});

test('a tokens file is reread when it changes, and must be valid when the server starts', async () => {
  const { folder, remove } = newFolder();
  const path = join(folder, 'tokens');
  const server = await startServer(engines[0]!, { require_token: 'all', tokens_file: path });
  onTestFinished(async () => {
    await server.stop();
    remove();
  });
  let asked = 0;
  // From a different address each time, so that no request has to wait.
  const status = async () =>
    (await server.get('/runs/', { ...bearer('of-my-own'), 'x-forwarded-for': `192.0.2.${++asked}` })).status;
  expect(await status()).toBe(401);
  writeFileSync(path, `someone read ${hash('sha256', 'of-my-own')}\n`);
  await expect.poll(status).toBe(200);
  writeFileSync(path, '# nobody any more\n');
  await expect.poll(status).toBe(401);
  writeFileSync(path, 'someone everything abc\n');
  const started = await runProgram(['serve', '--tokens-file', path], { folder });
  expect([started.code, started.stderr]).toEqual([2, expect.stringMatching(/^paddles: --tokens-file: .* line 1 must/)]);
});

test('auth_header requires trusted_proxies', async () => {
  const { folder, remove } = newFolder();
  onTestFinished(remove);
  const { code, stderr } = await runProgram(['serve', '--auth-header', 'X-Forwarded-User'], { folder });
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^paddles: --auth-header: set --trusted-proxies too/)]);
});
