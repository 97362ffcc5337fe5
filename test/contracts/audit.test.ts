/** Every accepted write except job reports leaves a row in the audit log that says who did what. */
import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scopes } from '../../src/core/access.ts';
import type { AuditList } from '../../src/http/api/audit.ts';
import { createToken, revokeToken } from '../../src/store/write/tokens.ts';
import { engines, execute } from '../helpers/engines.ts';
import { someone, startReadOnlyServer, startServer, type TestServer } from '../helpers/server.ts';

const secret = 'paddles_of-the-audit-tests'.padEnd(51, 'x');
const worker = { authorization: `Basic ${btoa(`any:${secret}`)}`, 'x-forwarded-for': '192.0.2.7' };
const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';

describe.each(engines)('the log of changes on $name', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology', require_token: 'writes' });
    const token = { name: 'worker', scopes: [...scopes], hash: hash('sha256', secret), expires: null };
    expect(await createToken(server.db, token, someone, 1)).toBeNull();
  });
  afterAll(() => server.stop());

  async function send(method: string, path: string, body?: unknown, status = 200): Promise<string> {
    const answer = await server.request(method, path, body, worker);
    expect([method, path, answer.status, answer.text]).toEqual([method, path, status, expect.anything()]);
    return String(answer.headers['x-request-id']);
  }

  /** The changes that match a filter, oldest first, without the fields that are the same in all of them. */
  async function changes(q: string): Promise<unknown[]> {
    const list = (await server.get(`/api/audit?limit=200&q=${encodeURIComponent(q)}`)).json as AuditList;
    expect(list.problems).toEqual([]);
    return list.changes.reverse().map(({ action, target, before, after }) => [action, target, before, after]);
  }

  test('keeps the beginning of long values', async () => {
    await send('POST', '/runs/', { name: 'long' });
    const tags = Array.from({ length: 100 }, (_, at) => `${at}${'é'.repeat(250)}`);
    await send('PUT', '/runs/long/', { tags });
    const [, change] = await changes('target:long');
    expect(change).toEqual(['tag', 'long', { tags: [] }, { tags: `${JSON.stringify(tags).slice(0, 2500)}…` }]);
    expect(await changes('"0éééé')).toEqual([change]);
  });

  test('records the user, the address, and the values before and after a lock', async () => {
    await send('POST', '/nodes/', { name: 'node1', machine_type: 'smithi', up: true });
    const lock = { name: 'node1', locked: true, locked_by: 'ana@host', description: 'to debug' };
    const request = await send('PUT', '/nodes/node1/lock/', lock);
    await send('PUT', '/nodes/node1/', { description: 'still debugging' });
    await send('PUT', '/nodes/node1/', { description: 'still debugging', up: true });
    await send('PUT', '/nodes/node1/lock/', { name: 'node1', locked: false, locked_by: 'ana@host' });
    await send('PUT', '/nodes/node1/lock/', { ...lock, locked: false }, 403);
    await send('DELETE', '/nodes/node1/');
    expect(await changes('target:node1')).toEqual([
      ['create', 'node1', null, { machine_type: 'smithi', locked_by: null, description: null }],
      ['lock', 'node1', { locked_by: null, description: null }, { locked_by: 'ana@host', description: 'to debug' }],
      ['edit', 'node1', { description: 'to debug' }, { description: 'still debugging' }],
      [
        'unlock',
        'node1',
        { locked_by: 'ana@host', description: 'still debugging' },
        { locked_by: null, description: 'still debugging' },
      ],
      ['delete', 'node1', { machine_type: 'smithi', locked_by: null, description: 'still debugging' }, null],
    ]);
    const { json } = await server.get('/api/audit?q=action:lock+target:node1');
    expect(json).toMatchObject({
      changes: [{ name: 'worker', verified: true, address: '192.0.2.7', door: 'teuthology', kind: 'node', request }],
      next: null,
    });
    expect((json as AuditList).changes[0]?.at).toBeGreaterThan(Date.now() - 600_000);
  });

  test('has a row for each node of a request, and for runs, jobs and queues', async () => {
    const names = ['many1', 'many2', 'many3'];
    for (const name of names) await send('POST', '/nodes/', { name, machine_type: 'many', up: true });
    const wanted = { count: 3, locked_by: 'bob', machine_type: 'many', description: '/archive/1' };
    await send('POST', '/nodes/lock_many/', wanted);
    await send('POST', '/nodes/lock_many/', wanted, 503);
    await send('POST', '/nodes/unlock_many/', { names, locked_by: 'bob' });
    const held = [
      { locked_by: null, description: null },
      { locked_by: 'bob', description: '/archive/1' },
    ];
    expect(await changes('action:lock,unlock target:many*')).toEqual([
      ...names.map((name) => ['lock', name, ...held]),
      ...names.map((name) => ['unlock', name, held[1], { locked_by: null, description: '/archive/1' }]),
    ]);
    await send('POST', '/runs/', { name: run });
    await send('PUT', `/runs/${run}/`, { tags: ['keep'] });
    for (const job_id of ['1', '2']) await send('POST', `/runs/${run}/jobs/`, { job_id, status: 'queued' });
    await send('PUT', `/runs/${run}/jobs/1/`, { status: 'running' });
    await send('DELETE', `/runs/${run}/jobs/1/`);
    await send('DELETE', `/runs/${run}/jobs/1/`, undefined, 404);
    await send('DELETE', `/runs/${run}/`);
    expect(await changes(`target:"${run}","${run}/1"`)).toEqual([
      ['create', run, null, null],
      ['tag', run, { tags: [] }, { tags: ['keep'] }],
      ['delete', `${run}/1`, { status: 'running' }, null],
      ['delete', run, { jobs: 1 }, null],
    ]);
    await send('POST', '/queue/', { queue: 'smithi' });
    await send('PUT', '/queue/', { queue: 'smithi', paused_by: 'bob', pause_duration: 60 });
    await send('PUT', '/queue/', { queue: 'smithi', pause_duration: 0 });
    expect((await changes('kind:queue')).map((change) => (change as string[])[0])).toEqual([
      'create',
      'pause',
      'resume',
    ]);
  });

  test('is filtered, read in pages, and sent as CSV', async () => {
    const all = (await server.get('/api/audit?limit=200')).json as AuditList;
    const pages: number[] = [];
    for (let after = ''; ; ) {
      const page = (await server.get(`/api/audit?limit=5${after}`)).json as AuditList;
      pages.push(...page.changes.map(({ id }) => id));
      if (page.next === null) break;
      after = `&after=${page.next}`;
    }
    expect(pages).toEqual(all.changes.map(({ id }) => id));
    const count = async (q: string) =>
      ((await server.get(`/api/audit?limit=200&q=${encodeURIComponent(q)}`)).json as AuditList).changes.length;
    expect(await count('by:worker')).toBe(all.changes.length - 1);
    expect(await count('by:none')).toBe(1);
    expect(await count('-by:worker')).toBe(1);
    expect(await count('address:192.0.2.* door:teuthology at:>-1h')).toBe(all.changes.length - 1);
    expect(await count('at:<2020-01-01 kind:node')).toBe(0);
    expect(await count('debugging')).toBe(3);
    const wrong = (await server.get('/api/audit?q=suite:rados')).json as AuditList;
    expect(wrong.problems).toEqual([expect.stringContaining('"suite" is not a filter key here')]);
    expect((await server.get('/api/audit?after=x')).status).toBe(400);
    const csv = await server.get('/api/audit.csv?q=action:lock+target:node1');
    expect(csv.text.split('\r\n')[0]).toBe('at,name,verified,address,door,action,kind,target,before,after,request');
    expect(csv.text.split('\r\n')[1]).toMatch(
      /^\d{4}-.*Z,worker,true,192\.0\.2\.7,teuthology,lock,node,node1,"\{""locked_by/,
    );
    const reader = await startReadOnlyServer(server.database);
    expect((await reader.get('/api/audit?limit=200')).json).toEqual(all);
    await reader.stop();
  });

  test('names the user who created or revoked a token, but no secret', async () => {
    await revokeToken(server.db, 'worker', { ...someone, name: 'root', verified: true }, 2);
    expect(await changes('kind:token')).toEqual([
      ['create', 'worker', null, { scopes: [...scopes], expires: null }],
      ['revoke', 'worker', { scopes: [...scopes], expires: null }, null],
    ]);
    const rows = JSON.stringify(await server.db.kysely.selectFrom('audit').selectAll().execute());
    for (const part of [secret, btoa(secret), hash('sha256', secret)]) expect(rows).not.toContain(part);
  });

  test('is read to its first change, however old that is', async () => {
    const before = (await server.get('/api/audit?limit=200')).json as AuditList;
    const columns = 'id, at, verified, door, action, kind, target';
    await execute(
      server.database,
      `insert into audit (${columns}) values (70000, 1, false, 'command', 'far', 'database', 'far')`,
    );
    const { changes: all, next } = (await server.get('/api/audit?limit=200')).json as AuditList;
    expect([all.map(({ id }) => id), next]).toEqual([[70_000, ...before.changes.map(({ id }) => id)], null]);
    expect(await changes('by:worker door:teuthology target:node1 action:lock')).toHaveLength(1);
    const one = (await server.get('/api/audit?limit=1')).json as AuditList;
    const two = (await server.get(`/api/audit?limit=1&after=${one.next}`)).json as AuditList;
    expect([...one.changes, ...two.changes]).toEqual(all.slice(0, 2));
  });
});
