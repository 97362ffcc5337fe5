/** A read-only server on a streaming standby. Real servers are paused, cut off, killed and promoted. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { execute } from '../helpers/engines.ts';
import { listen } from '../helpers/events.ts';
import { startReplicated } from '../helpers/replicated.ts';
import { startReadOnlyServer, type TestServer } from '../helpers/server.ts';
import type { Standby } from '../helpers/standby.ts';
import { newFolder, startService } from './program.ts';

const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';
const caughtUp = { read_only: true, in_recovery: true, receiving: true, seconds_behind: 0 };

let main: TestServer;
let standby: Standby;
let replica: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  ({ main, standby, replica, stop } = await startReplicated());
});
afterAll(() => stop?.());

const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 30_000, interval: 25 });

async function startReader(contract: 'classic' | 'teuthology' = 'teuthology'): Promise<TestServer> {
  const reader = await startReadOnlyServer(replica, { contract });
  onTestFinished(() => reader.stop());
  return reader;
}

let jobs = 0;
async function postJob(): Promise<void> {
  const body = { job_id: ++jobs, status: 'running', description: `rados/${jobs}` };
  expect(await main.post(`/runs/${run}/jobs/`, body)).toMatchObject({ status: 200 });
}

/** How many jobs the page of the run shows. */
async function shown(reader: TestServer): Promise<number | null> {
  const { status, json } = await reader.get(`/api/runs/${run}/page`);
  return status === 200 ? (json as { run: { total: number } }).run.total : null;
}

const ready = async (reader: TestServer) => (await reader.get('/readyz')).json;

/** Runs a query on the standby that returns one number. */
async function ask(statement: string): Promise<number | null> {
  const client = new pg.Client({ connectionString: replica });
  await client.connect();
  const { rows } = await client.query<{ number: number | null }>(statement).finally(() => client.end());
  return rows[0]?.number ?? null;
}

const sinceLastReplayed = () =>
  ask('select extract(epoch from clock_timestamp() - pg_last_xact_replay_timestamp())::float8 as number');

describe('a read-only server on a standby', () => {
  test('shows writes to the primary in both contracts and the dashboard, and notifies open pages', async () => {
    const [teuthology, classic] = [await startReader(), await startReader('classic')];
    const heard = await listen(teuthology, `run:${run}`);
    for (let count = 0; count < 2; count++) {
      const told = heard.next('reset');
      await postJob();
      await told;
      expect(await shown(teuthology)).toBe(jobs);
      expect((await classic.get(`/runs/${run}/`)).json).toMatchObject({ [jobs]: { status: 'running' } });
      expect((await teuthology.get(`/runs/${run}/jobs/${jobs}/`)).json).toMatchObject({ status: 'running' });
    }
    for (const reader of [teuthology, classic]) {
      const { status, headers } = await reader.put(`/runs/${run}/jobs/1/`, { status: 'pass' });
      expect([status, headers.allow]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });

  test('reports how far the standby is behind: zero without writes, and no more than the real delay while it is paused', async () => {
    const reader = await startReader();
    await postJob();
    await eventually(async () => expect(await shown(reader)).toBe(jobs));
    // An hour without writes would look the same.
    await eventually(async () => expect(await sinceLastReplayed()).toBeGreaterThan(3));
    expect(await ready(reader)).toEqual({ status: 'ready', database: 'postgres', ...caughtUp });

    await standby.pause();
    onTestFinished(() => standby.resume());
    await postJob();
    await eventually(async () => {
      const { receiving, seconds_behind: seconds } = (await ready(reader)) as Record<string, number>;
      expect(receiving).toBe(true);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds).toBeLessThan(((await sinceLastReplayed()) ?? 0) - 1);
    });
    expect(await shown(reader)).toBe(jobs - 1);

    await standby.resume();
    await eventually(async () => expect(await ready(reader)).toMatchObject(caughtUp));
    expect(await shown(reader)).toBe(jobs);
  });

  test('keeps working while the standby is cut off from the primary, and reports an unknown delay', async () => {
    const reader = await startReader();
    await standby.cutOff();
    onTestFinished(() => standby.reconnect());
    await eventually(async () =>
      expect(await ready(reader)).toMatchObject({ status: 'ready', receiving: false, seconds_behind: null }),
    );
    await postJob();
    expect(await shown(reader)).toBe(jobs - 1);
    await standby.reconnect();
    await eventually(async () => expect(await shown(reader)).toBe(jobs));
    await eventually(async () => expect(await ready(reader)).toMatchObject(caughtUp));
  });

  test('answers 503 to a read that the standby cancels because it blocks the replay', async () => {
    const reader = await startReader();
    await execute(replica, 'alter system set max_standby_streaming_delay = 0');
    await execute(replica, 'select pg_reload_conf()');
    // Makes a list of queues that takes an hour.
    await execute(main.database, 'alter table queues rename to slow_queues');
    onTestFinished(async () => {
      await execute(main.database, 'drop view if exists queues');
      await execute(main.database, 'alter table slow_queues rename to queues');
    });
    await execute(main.database, 'create view queues as select slow_queues.* from slow_queues, pg_sleep(3600)');
    await execute(main.database, "insert into slow_queues (queue) values ('smithi')");
    await eventually(() => execute(replica, "select queue from slow_queues where queue = 'smithi'"));
    const asked = [reader.get('/queue/'), reader.get('/api/queue')];
    const sleeping = `select count(*)::int as number from pg_stat_activity
      where wait_event = 'PgSleep' and application_name = 'paddles read-only'`;
    await eventually(async () => expect(await ask(sleeping)).toBe(2));
    await execute(main.database, 'truncate slow_queues');
    for (const { status, headers, json } of await Promise.all(asked)) {
      expect([status, headers['retry-after']]).toEqual([503, '5']);
      expect(json).toMatchObject({ message: expect.stringContaining('try again') });
    }
    expect(await ready(reader)).toMatchObject({ status: 'ready' });
  });

  test('answers 503 while the standby is down, and tells open pages to reload when it is back', async () => {
    const reader = await startReader();
    const heard = await listen(reader, `run:${run}`);
    await standby.kill();
    for (const path of [`/runs/${run}/`, `/api/runs/${run}`, '/readyz']) {
      await eventually(async () => expect(await reader.get(path)).toMatchObject({ status: 503 }));
    }
    expect((await reader.get(`/runs/${run}/`)).headers['retry-after']).toBe('5');
    expect((await reader.put(`/runs/${run}/`, {})).status).toBe(405);
    const again = heard.next('reset');
    await standby.start();
    await again;
    expect(await shown(reader)).toBe(jobs);
    await eventually(async () => expect(await ready(reader)).toMatchObject(caughtUp));
  });

  test('serves in several processes, which stop on a signal', async () => {
    const { folder, remove } = newFolder();
    onTestFinished(remove);
    const service = await startService(['--read-only', '--workers', '2', '--database', replica], { folder });
    for (let asked = 0; asked < 6; asked++) {
      const answer = await fetch(`${service.url}/readyz`, { headers: { connection: 'close' } });
      expect(await answer.json()).toMatchObject({ status: 'ready', in_recovery: true });
    }
    service.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  test('remains read-only on a promoted standby and shows what is written there', async () => {
    const reader = await startReader();
    const heard = await listen(reader, `run:${run}`);
    await standby.promote();
    const standalone = { read_only: true, in_recovery: false, receiving: null, seconds_behind: null };
    await eventually(async () => expect(await ready(reader)).toMatchObject(standalone));
    const told = heard.next('reset');
    await execute(replica, `update runs set tags = '["promoted"]'`);
    await told;
    expect((await reader.get(`/runs/${run}/`)).json).toMatchObject({ name: run });
    const insert = reader.db.kysely.insertInto('queues').values({ queue: 'other' }).execute();
    await expect(insert).rejects.toMatchObject({ code: '25006' });
  });
});
