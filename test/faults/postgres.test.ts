/** A PostgreSQL database that fails while the server runs: 503 on every port, one line in the log, and then recovery. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { open } from '../../src/store/db.ts';
import type { LiveEvent } from '../../src/store/write/live.ts';
import { startProxy } from '../contracts/proxy.ts';
import { engines, execute, type TestDatabase } from '../helpers/engines.ts';
import { startTwoPorts, type TwoPorts } from './two-ports.ts';

let database: TestDatabase;
let name: string;

beforeAll(async () => {
  database = await (engines.find((engine) => engine.name === 'postgres') ?? expect.fail()).createTables();
  name = new URL(database.url).pathname.slice(1);
});
afterAll(() => database.drop());

async function start(...[url = database.url, options]: Partial<Parameters<typeof startTwoPorts>>): Promise<TwoPorts> {
  const server = await startTwoPorts(url, options);
  onTestFinished(() => server.stop());
  return server;
}

/** One write of every kind, on both ports. */
function writes({ classic, teuthology }: TwoPorts['urls'], run: string): [string, string, unknown][] {
  return [
    ['POST', `${classic}/runs/`, { name: `${run}-classic` }],
    ['POST', `${classic}/runs/known/jobs/`, { job_id: `${run}-1` }],
    ['PUT', `${classic}/runs/known/jobs/1/`, { success: true }],
    ['POST', `${teuthology}/runs/`, { name: `${run}-teuthology` }],
    ['POST', `${teuthology}/runs/known/jobs/`, { job_id: `${run}-2` }],
    ['PUT', `${teuthology}/runs/known/`, { tags: [run] }],
    ['POST', `${teuthology}/nodes/`, { name: `${run}.example.com` }],
    ['PUT', `${teuthology}/nodes/known.example.com/`, { up: true, description: run }],
    ['POST', `${teuthology}/queue/`, { queue: run }],
    ['DELETE', `${teuthology}/runs/known/`, undefined],
  ];
}

async function createKnown({ urls, send }: TwoPorts): Promise<void> {
  for (const [path, body] of [
    ['/runs/', { name: 'known' }],
    ['/runs/known/jobs/', { job_id: '1' }],
    ['/nodes/', { name: 'known.example.com' }],
  ] as const) {
    await send('POST', `${urls.teuthology}${path}`, body);
  }
}

async function inBothPorts({ urls, send }: TwoPorts, path: string): Promise<number[]> {
  return Promise.all(Object.values(urls).map(async (url) => (await send('GET', `${url}${path}`)).status));
}

/** A proxy to the database, and the URL of the database through it. */
async function behindProxy() {
  const url = new URL(database.url);
  const proxy = await startProxy(Number(url.port));
  onTestFinished(() => proxy.cut());
  url.port = String(proxy.port);
  return { proxy, url };
}

/** Opens a connection to the database that does not belong to the server. */
async function connect(url = database.url): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/**
 * Counts the sessions of paddles that fulfil a condition. The client must not be in a transaction, within which the view does not
 * change.
 */
async function sessions(client: pg.Client, condition: string): Promise<number> {
  const { rows } = await client.query(
    `select from pg_stat_activity where datname = current_database() and application_name = 'paddles' and ${condition}`,
  );
  return rows.length;
}

test('backslashes are found even if the database treats them as escapes in literals', async () => {
  await execute(database.url, `alter database ${name} set standard_conforming_strings = off`);
  onTestFinished(() => execute(database.url, `alter database ${name} reset standard_conforming_strings`));
  const { urls, send } = await start();
  await send('POST', `${urls.teuthology}/runs/odd/jobs/`, { job_id: '1', branch: 'back\\slash' });
  const found = await fetch(`${urls.classic}/api/suggest?field=branch&prefix=${encodeURIComponent('back\\')}`);
  expect(await found.json()).toEqual({ values: [{ value: 'back\\slash', count: 1 }] });
});

describe('a database that became read-only', () => {
  test('refuses every write with 503, is not ready, answers reads, and accepts writes as soon as possible', async () => {
    const server = await start();
    await createKnown(server);
    await execute(database.url, `alter database ${name} set default_transaction_read_only = on`);
    const allow = () =>
      execute(database.url, `begin read write; alter database ${name} reset default_transaction_read_only; commit`);
    onTestFinished(allow);
    await execute(
      database.url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'paddles' and datname = current_database()",
    );
    await expect.poll(() => inBothPorts(server, '/readyz')).toEqual([503, 503]);
    for (const [method, url, body] of writes(server.urls, 'refused')) {
      const answer = await server.send(method, url, body);
      expect([method, url, answer.status, answer.retryAfter]).toEqual([method, url, 503, '5']);
    }
    expect(await inBothPorts(server, '/readyz')).toEqual([503, 503]);
    expect(await inBothPorts(server, '/runs/')).toEqual([200, 200]);
    expect(server.errors).toEqual([]);
    expect(server.faults).toContainEqual(expect.objectContaining({ code: '25006' }));

    await allow();
    // The old connections cause at most one refusal.
    const first = await server.send('POST', `${server.urls.classic}/runs/`, { name: 'again' });
    expect([200, 503]).toContain(first.status);
    expect((await server.send('POST', `${server.urls.classic}/runs/`, { name: 'and again' })).status).toBe(200);
    expect(await inBothPorts(server, '/readyz')).toEqual([200, 200]);
  });
});

describe('a statement that fails with a database fault', () => {
  const codes = ['57014', '53100', '53200', '57P01', '08006', '58030', 'XX001', '42501', '28000', '3D000', '25006'];

  /** Makes every insert into a table fail with an SQLSTATE, and counts the failures. */
  async function failInserts(table: string, code: string): Promise<void> {
    for (const statement of [
      'create sequence if not exists failures',
      `create or replace function fail() returns trigger language plpgsql as
         $$ begin perform nextval('failures'); raise exception 'as if' using errcode = '${code}'; end $$`,
      `create or replace trigger fail before insert on ${table} for each statement execute function fail()`,
    ]) {
      await execute(database.url, statement);
    }
    onTestFinished(() => execute(database.url, `drop trigger if exists fail on ${table}`));
  }

  test.each(codes)(
    '%s causes a 503, closes the connection, and keeps readyz red until a write succeeds',
    async (code) => {
      const server = await start(database.url, { poolSize: 2 });
      await createKnown(server);
      const pid = async () => {
        const { rows } = await server.db.kysely.executeQuery<{ pid: number }>({
          sql: 'select pg_backend_pid() as pid',
          parameters: [],
        } as never);
        return rows[0]?.pid;
      };
      const before = await pid();
      await failInserts('runs', code);
      await execute(
        database.url,
        'create or replace trigger fail before update on indexed for each statement execute function fail()',
      );
      onTestFinished(() => execute(database.url, 'drop trigger if exists fail on indexed'));
      const { status, retryAfter, message } = await server.send('POST', `${server.urls.classic}/runs/`, {
        name: `r${code}`,
      });
      expect([status, retryAfter, message]).toEqual([503, '5', expect.stringMatching(/database/)]);
      expect(await pid()).not.toBe(before);
      expect(await inBothPorts(server, '/readyz')).toEqual([503, 503]);
      expect(server.errors).toEqual([]);
      expect(server.faults[0]).toMatchObject({ code, message: 'as if' });

      for (const table of ['runs', 'indexed']) await execute(database.url, `drop trigger fail on ${table}`);
      expect(await inBothPorts(server, '/readyz')).toEqual([200, 200]);
      expect((await server.send('POST', `${server.urls.classic}/runs/`, { name: `r${code}` })).status).toBe(200);
    },
  );

  test('is not repeated for each write of a batch', async () => {
    const server = await start();
    await createKnown(server);
    await failInserts('jobs', '57014');
    await execute(database.url, "select setval('failures', 1, false)");
    const ids = Array.from({ length: 30 }, (_, index) => ({ job_id: `batch-${index}` }));
    const answers = await Promise.all(
      ids.map((body) => server.send('POST', `${server.urls.classic}/runs/known/jobs/`, body)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    const { rows } = await server.db.kysely.executeQuery<{ failures: number }>({
      sql: 'select last_value as failures from failures',
      parameters: [],
    } as never);
    expect(rows[0]?.failures).toBeLessThan(15);
  });
});

describe('connections that stop responding', () => {
  test('time out with 503 for reads, writes and readyz, and are replaced when the network is back', async () => {
    const { proxy, url } = await behindProxy();
    const server = await start(url.href, { answerWithin: 500 });
    await createKnown(server);
    expect(await inBothPorts(server, '/runs/')).toEqual([200, 200]);

    proxy.silence();
    const requests: [string, string, unknown][] = [
      ...writes(server.urls, 'silent'),
      ['GET', `${server.urls.classic}/runs/`, undefined],
      ['GET', `${server.urls.teuthology}/api/runs`, undefined],
      ['GET', `${server.urls.classic}/readyz`, undefined],
    ];
    const answers = await Promise.all(requests.map(([method, address, body]) => server.send(method, address, body)));
    expect(answers.map(({ status, retryAfter }) => [status, retryAfter])).toEqual(requests.map(() => [503, '5']));

    await proxy.restore();
    await expect.poll(() => inBothPorts(server, '/readyz')).toEqual([200, 200]);
    expect((await server.send('POST', `${server.urls.classic}/runs/`, { name: 'heard' })).status).toBe(200);
    expect(server.errors).toEqual([]);
  });

  test('do not keep a run locked, because PostgreSQL ends an abandoned transaction', async () => {
    const { proxy, url } = await behindProxy();
    const server = await start(url.href, { answerWithin: 2000 });
    await createKnown(server);
    const finish = () => server.send('PUT', `${server.urls.classic}/runs/known/jobs/1/`, { success: true });
    const [other, watcher] = [await connect(), await connect()];
    await other.query(`begin; select from runs where name = 'known' for update`);
    const unheard = finish();
    await expect.poll(() => sessions(watcher, `wait_event_type = 'Lock'`)).toBe(1);
    proxy.silence();
    await other.query('commit');
    await expect.poll(() => sessions(watcher, `state = 'idle in transaction'`)).toBe(1);
    expect((await unheard).status).toBe(503);
    await proxy.restore();
    await expect.poll(async () => (await finish()).status, { timeout: 10_000 }).toBe(200);
  });
});

test('a migration takes as long as it needs', async () => {
  const empty = await (engines.find((engine) => engine.name === 'postgres') ?? expect.fail()).createDatabase();
  onTestFinished(() => empty.drop());
  const [other, watcher] = [await connect(empty.url), await connect(empty.url)];
  await other.query('begin; create table migrations (id integer)');
  const opening = open({ url: empty.url, poolSize: 1, now: () => 0, answerWithin: 500 });
  await expect
    .poll(() => sessions(watcher, `wait_event_type = 'Lock' and clock_timestamp() - query_start > interval '700 ms'`))
    .toBe(1);
  await other.query('rollback');
  const db = await opening;
  expect(db.migrated).toContain('tables');
  await db.close();
});

test('a database that was unreachable for long causes one reset of open pages when it is back', async () => {
  const { proxy, url } = await behindProxy();
  const server = await start(url.href);
  const heard: LiveEvent['type'][] = [];
  server.db.live.subscribe(({ type }) => heard.push(type));
  await server.db.live.ready();
  proxy.cut();
  const refusing = createServer((socket) => socket.destroy()).listen(Number(url.port), '127.0.0.1');
  await once(refusing, 'connection');
  await new Promise((resolve) => refusing.close(resolve));
  await proxy.restore();
  await expect.poll(() => heard, { timeout: 10_000 }).not.toEqual([]);
  await execute(database.url, `select pg_notify('paddles_live', '{"from": "another", "event": {"type": "queue"}}')`);
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual(['reset', 'queue']);
});
