/** Checks every route of both contracts against every scope. Routes are read from the servers: a new one without a scope fails here. */
import { hash } from 'node:crypto';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCommandLine } from '../../src/config.ts';
import { needsToken, type RouteScope, scopes } from '../../src/core/access.ts';
import { routeScopes } from '../../src/http/access/access.ts';
import { buildApp, type Contract } from '../../src/http/app.ts';
import { type Db, open } from '../../src/store/db.ts';
import { createToken } from '../../src/store/write/tokens.ts';
import { engines, type TestDatabase } from '../helpers/engines.ts';
import { distinctTimes, someone } from '../helpers/server.ts';

const engine = engines[0]!;
const now = distinctTimes();
const methods = ['GET', 'POST', 'PUT', 'DELETE'];
const secrets = Object.fromEntries(scopes.map((scope) => [scope, `paddles_${scope}`.padEnd(51, 'x')]));

/** The scope of every writing route: of the two contracts, and of `/api`, which both ports have. */
const writes: Record<string, RouteScope> = {
  'classic POST /runs': 'report',
  'classic POST /runs/:name/jobs': 'report',
  'classic PUT /runs/:name/jobs/:job_id': 'report',
  'classic PUT /runs/:name/:job_id': 'report',
  'teuthology POST /runs': 'report',
  'teuthology PUT /runs/:run': 'report',
  'teuthology DELETE /runs/:run': 'admin',
  'teuthology POST /runs/:run/jobs': 'report',
  'teuthology PUT /runs/:run/jobs/:job_id': 'report',
  'teuthology DELETE /runs/:run/jobs/:job_id': 'admin',
  'teuthology POST /nodes': 'admin',
  'teuthology POST /nodes/lock_many': 'lock',
  'teuthology POST /nodes/unlock_many': 'lock',
  'teuthology PUT /nodes/:node': 'lock',
  'teuthology DELETE /nodes/:node': 'admin',
  'teuthology PUT /nodes/:node/lock': 'lock',
  'teuthology POST /nodes/:node/lock': 'lock',
  'teuthology POST /queue': 'admin',
  'teuthology PUT /queue': 'admin',
  'api PUT /api/runs/:run/jobs/:job/tests': 'report',
  'api POST /api/session': 'open',
  'api DELETE /api/session': 'open',
  'api POST /api/decisions': 'triage',
  'api POST /api/decisions/:id/withdraw': 'triage',
  'api POST /api/runs/:run/review': 'triage',
  'api POST /api/subscriptions': 'admin',
  'api PUT /api/subscriptions/:id': 'admin',
  'api DELETE /api/subscriptions/:id': 'admin',
  'api POST /api/subscriptions/:id/test': 'admin',
  'api POST /api/subscriptions/:id/deliveries/:delivery/again': 'admin',
};

interface Route {
  method: string;
  url: string;
  scope: RouteScope;
}

describe.each<Contract>(['classic', 'teuthology'])('the %s door', (contract) => {
  let database: TestDatabase;
  let db: Db;
  const build = (require_token: 'off' | 'destructive' | 'writes' | 'all', log = pino({ level: 'silent' })) => {
    const { config } = readCommandLine(['--database', database.url, '--require-token', require_token], {});
    return buildApp({ contract, config, db, log, now });
  };
  beforeAll(async () => {
    database = await engine.createTables();
    db = await open({ url: database.url, poolSize: 2, now });
    for (const scope of scopes) {
      const token = { name: scope, scopes: [scope], hash: hash('sha256', secrets[scope] as string), expires: null };
      expect(await createToken(db, token, someone, now())).toBeNull();
    }
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  /** The routes with a handler. The others answer 405. */
  async function routes(): Promise<Route[]> {
    const app = build('all');
    await app.ready();
    const needs = routeScopes(app);
    await app.close();
    const known = needs.filter(({ method, url }) => methods.includes(method) && !(url === '*' || url.endsWith('/*')));
    expect(known.length).toBeGreaterThan(30);
    // The cross-origin plugin adds a route for OPTIONS, which reads nothing.
    expect(needs.filter(({ method, scope }) => scope === undefined && method !== 'OPTIONS')).toEqual([]);
    return known as Route[];
  }

  test('has a scope for every route: reads need the scope read, and each write needs its own', async () => {
    const known = await routes();
    const found = known
      .filter(({ method, scope }) => method !== 'GET' && scope !== 'read')
      .map(
        ({ method, url, scope }) => [`${url.startsWith('/api') ? 'api' : contract} ${method} ${url}`, scope] as const,
      );
    const refused = (name: string) => !name.startsWith('api') && !name.startsWith(`${contract} `);
    const expected = Object.entries(writes).filter(([name]) => !refused(name));
    const named = new Map<string, RouteScope>(found);
    for (const [name, scope] of expected) expect([name, named.get(name)]).toEqual([name, scope]);
    // The other routes answer 405 to everyone.
    for (const [name, scope] of found) if (!(name in writes)) expect([name, scope]).toEqual([name, 'open']);
    const open = known.filter(({ method, scope }) => method === 'GET' && scope !== 'read').map(({ url }) => url);
    expect(open.filter((url) => !url.startsWith('/ui')).sort()).toEqual(
      [
        '/',
        '/api/session',
        '/api/subscriptions',
        '/api/subscriptions/:id/deliveries',
        '/healthz',
        '/nodes/:node/lock',
        '/nodes/lock_many',
        '/nodes/unlock_many',
        '/readyz',
        '/robots.txt',
      ].filter((url) => contract === 'teuthology' || !url.startsWith('/nodes')),
    );
  });

  test.each(['off', 'destructive', 'writes', 'all'] as const)(
    'answers 401 and 403 correctly with %s',
    async (level) => {
      const app = build(level);
      let asked = 0;
      for (const { method, url, scope } of await routes()) {
        const path = url.replace(/:[^/]+/g, 'none');
        // `require_token` does not change which scope is sufficient.
        for (const own of level === 'all' ? [null, ...scopes] : [null, 'read' as const]) {
          const isNeeded = needsToken(scope, level);
          const wanted = !isNeeded || own === scope ? 'served' : own === null ? 401 : 403;
          // The event stream would never end.
          if (wanted === 'served' && (url === '/api/events' || level === 'off')) continue;
          const headers = own === null ? {} : { authorization: `Bearer ${secrets[own]}` };
          const { statusCode, body } = await app.inject({ method: method as 'GET', url: path, headers });
          const words = `${method} ${path} with ${own}: ${statusCode} ${body.slice(0, 100)}`;
          asked++;
          if (wanted === 'served') expect([401, 403].includes(statusCode) && url !== '/api/session', words).toBe(false);
          else expect(statusCode, words).toBe(wanted);
          if (wanted !== 'served') expect(body).toContain(`'${scope}'`);
        }
      }
      expect(asked > 50).toBe(level !== 'off');
      await app.close();
    },
  );

  test('never shows a token in an answer, header, log line or row, however it was sent', async () => {
    const logged: string[] = [];
    const app = build('writes', pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }));
    const known = Object.values(secrets);
    const tokens = [...known, ...known.map((secret) => secret.replace(/x$/, 'y'))];
    const shown = (text: string) =>
      tokens.filter((secret) => text.includes(secret) || text.includes(btoa(`w:${secret}`)));
    const rows = async () => {
      const tables = await db.kysely.introspection.getTables();
      const all = tables.map(({ name }) =>
        db.kysely
          .selectFrom(name as 'tokens')
          .selectAll()
          .execute(),
      );
      return JSON.stringify(await Promise.all(all));
    };
    for (const [place, { method, url }] of (await routes()).entries()) {
      if (url === '/api/events') continue;
      // Three per route; the next route gets others.
      for (const offset of [0, 3, 6]) {
        const index = (place + offset) % tokens.length;
        const secret = tokens[index]!;
        const sent = index % 2 === 0 ? `Bearer ${secret}` : `Basic ${btoa(`w:${secret}`)}`;
        const headers = { authorization: sent, 'x-forwarded-for': `10.0.${index}.1` };
        const payload = method === 'GET' ? undefined : '{"name":"a run","job_id":1}';
        const answer = await app.inject({
          ...{ method: method as 'GET', url: url.replace(/:[^/]+/g, 'none'), headers },
          ...(payload && { payload }),
        });
        expect(shown(JSON.stringify(answer.headers) + answer.body), `${method} ${url}`).toEqual([]);
      }
    }
    for (const token of tokens) {
      const answer = await app.inject({ method: 'POST', url: '/api/session', payload: JSON.stringify({ token }) });
      expect(shown(JSON.stringify(answer.headers) + answer.body)).toEqual([]);
    }
    expect(logged.length).toBeGreaterThan(100);
    expect(shown(logged.join(''))).toEqual([]);
    expect(shown(await rows())).toEqual([]);
    await app.close();
  });
});
