/** Servers behind PgBouncer with its default settings. If it is not installed, the tests are skipped, except in CI. */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openReadOnly } from '../../src/store/db.ts';
import type { LiveEvent } from '../../src/store/write/live.ts';
import { engines, type TestDatabase } from '../helpers/engines.ts';
import { hasPgBouncer, type PgBouncer, startPgBouncer } from './pgbouncer.ts';
import { startTwoPorts, type TwoPorts } from './two-ports.ts';

const missing = !hasPgBouncer() && process.env.CI === undefined;
if (missing) console.warn('tests: PgBouncer is not installed (apt-get install pgbouncer): its tests are skipped');

describe.skipIf(missing).each(['session', 'transaction'] as const)('behind PgBouncer in %s mode', (mode) => {
  let database: TestDatabase;
  let pgbouncer: PgBouncer;

  beforeAll(async () => {
    database = await (engines.find((engine) => engine.name === 'postgres') ?? expect.fail()).createTables();
    pgbouncer = await startPgBouncer(database.url, mode);
  });
  afterAll(async () => {
    await pgbouncer?.stop();
    await database.drop();
  });

  async function start(): Promise<TwoPorts> {
    const server = await startTwoPorts(pgbouncer.url);
    onTestFinished(() => server.stop());
    return server;
  }

  test('two servers write and read at the same time without mixing up prepared statements', async () => {
    const servers = [await start(), await start()];
    const [{ urls, send }] = servers as [TwoPorts, TwoPorts];
    await send('POST', `${urls.classic}/runs/`, { name: 'pooled' });
    const jobs = Array.from({ length: 60 }, (_, index) => index);
    const answers = await Promise.all(
      jobs.flatMap((index) => {
        const server = servers[index % 2] as TwoPorts;
        const door = index % 4 < 2 ? server.urls.classic : server.urls.teuthology;
        return [
          server.send('POST', `${door}/runs/pooled/jobs/`, { job_id: String(index), description: `rados/${index}` }),
          server.send('GET', `${door}/runs/pooled/`),
          server.send('GET', `${door}/api/runs/pooled/page`),
          server.send('POST', `${server.urls.teuthology}/nodes/`, { name: `node${index}.example.com` }),
        ];
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const { db, faults, errors } of servers) {
      const { count } = await db.kysely
        .selectFrom('jobs')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow();
      expect([count, faults, errors]).toEqual([60, [], []]);
    }
    for (const path of ['/readyz', '/healthz']) expect((await send('GET', `${urls.classic}${path}`)).status).toBe(200);
  });

  test('a server is told what another server wrote', async () => {
    const [writer, watcher] = [await start(), await start()];
    const heard = Promise.withResolvers<LiveEvent>();
    watcher.db.live.subscribe(heard.resolve);
    await watcher.db.live.ready();
    await writer.send('POST', `${writer.urls.classic}/runs/`, { name: 'told' });
    expect(['runs', 'reset']).toContain((await heard.promise).type);
  });

  test('a read-only server reads, and does not make the sessions of others read-only', async () => {
    const server = await start();
    const reader = await openReadOnly({ url: pgbouncer.url, poolSize: 4, now: () => 0 });
    onTestFinished(() => reader.close());
    for (let round = 0; round < 5; round++) {
      const name = `read-${round}`;
      expect((await server.send('POST', `${server.urls.classic}/runs/`, { name })).status).toBe(200);
      const found = await reader.kysely.selectFrom('runs').select('name').where('name', '=', name).execute();
      expect(found).toEqual([{ name }]);
    }
  });
});
