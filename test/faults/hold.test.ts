/**
 * Constant traffic while PostgreSQL fails: acknowledged writes are stored at the end, all answers are 200 or 503, and writes
 * succeed again without intervention. For kill -9 of servers see test/concurrency/crash.test.ts.
 */
import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { startProxy } from '../contracts/proxy.ts';
import { effort } from '../helpers/effort.ts';
import { execute } from '../helpers/engines.ts';
import { killAndStart, mainProcess, type OwnPostgres, startOwnPostgres, stop } from '../helpers/postgres.ts';
import { type Standby, startStandby } from '../helpers/standby.ts';
import { startTwoPorts, type TwoPorts } from './two-ports.ts';

let primary: OwnPostgres;
let standby: Standby;
let proxy: Awaited<ReturnType<typeof startProxy>>;
let server: TwoPorts;
/** The URL of the primary without the proxy. */
let direct: string;
let restarted: ChildProcess | null = null;

beforeAll(async () => {
  primary = await startOwnPostgres({ fsync: false });
  await execute(primary.url, 'create database paddles');
  direct = Object.assign(new URL(primary.url), { pathname: '/paddles' }).href;
  standby = await startStandby(primary);
  proxy = await startProxy(portOf(direct));
  const url = Object.assign(new URL(direct), { port: String(proxy.port) }).href;
  server = await startTwoPorts(url, { answerWithin: 1000 });
  await vi.waitFor(
    () => execute(Object.assign(new URL(standby.url), { pathname: '/paddles' }).href, 'select from indexed'),
    {
      timeout: 30_000,
      interval: 50,
    },
  );
});
afterAll(async () => {
  await server?.stop();
  proxy?.cut();
  await standby?.remove();
  if (restarted) await stop(restarted, null);
  await primary?.stop();
});

function portOf(url: string): number {
  return Number(new URL(url).port);
}

/** Clients that write and read continuously, and the answers that they got. */
interface Traffic {
  statuses: Set<number>;
  /** Names of acknowledged jobs as `run/job`. */
  acknowledged: string[];
  refused: () => number;
  stop(): Promise<void>;
}

function startTraffic({ urls, send }: TwoPorts): Traffic {
  const statuses = new Set<number>();
  const acknowledged: string[] = [];
  let refused = 0;
  let going = true;
  const write = async (url: string, run: string) => {
    for (let job = 0; going; job++) {
      const { status } = await send('POST', `${url}/runs/${run}/jobs/`, { job_id: String(job), name: run });
      statuses.add(status);
      if (status === 200) acknowledged.push(`${run}/${job}`);
      else refused++;
    }
  };
  const read = async (url: string, path: string) => {
    while (going) statuses.add((await send('GET', `${url}${path}`)).status);
  };
  const { classic, teuthology } = urls;
  const all = [
    write(classic, 'one'),
    write(classic, 'two'),
    write(teuthology, 'three'),
    write(teuthology, 'four'),
    read(classic, '/runs/one/'),
    read(teuthology, '/api/runs'),
  ];
  return {
    statuses,
    acknowledged,
    refused: () => refused,
    async stop() {
      going = false;
      await Promise.all(all);
    },
  };
}

/** Resolves after further writes have been acknowledged. After each fault, 20 writes took 0.3 to 0.7 s at a load of 10. */
async function recovered({ acknowledged }: Traffic): Promise<void> {
  const before = acknowledged.length;
  await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 20), { timeout: 20_000, interval: 10 });
}

/** Resolves after further writes have been refused. */
async function suffered({ refused }: Traffic): Promise<void> {
  const before = refused();
  await vi.waitFor(() => expect(refused()).toBeGreaterThan(before + 8), { timeout: 20_000, interval: 10 });
}

/** Suspends all processes of PostgreSQL until `meanwhile` has ended, so that it neither answers nor closes connections. */
async function freezePostgres(meanwhile: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: direct });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_activity');
  const pids = [mainProcess(primary), ...rows.map(({ pid }) => pid)];
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await meanwhile();
  } finally {
    for (const pid of pids.reverse()) process.kill(pid, 'SIGCONT');
    await client.end();
  }
}

test('no acknowledged write is lost while connections, PostgreSQL and the network fail', async () => {
  for (const name of ['one', 'two', 'three', 'four'])
    await server.send('POST', `${server.urls.teuthology}/runs/`, { name });
  const traffic = startTraffic(server);
  onTestFinished(() => traffic.stop());
  await recovered(traffic);
  for (let round = 0; round < 4 * effort; round++) {
    await execute(
      direct,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'paddles' order by random() limit 1",
    );
    await recovered(traffic);
  }
  for (let round = 0; round < 2 * effort; round++) {
    restarted = await killAndStart(primary, restarted);
    await recovered(traffic);
  }
  await freezePostgres(() => suffered(traffic));
  await recovered(traffic);
  proxy.lead(portOf(standby.url));
  await execute(direct, "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'paddles'");
  await suffered(traffic);
  expect((await server.send('GET', `${server.urls.classic}/readyz`)).status).toBe(503);
  proxy.lead(portOf(direct));
  await recovered(traffic);
  proxy.silence();
  await suffered(traffic);
  await proxy.restore();
  await recovered(traffic);
  await traffic.stop();

  expect([...traffic.statuses].sort()).toEqual([200, 503]);
  expect(server.errors).toEqual([]);
  const client = new pg.Client({ connectionString: direct });
  await client.connect();
  const { rows } = await client.query<{ name: string }>(
    "select runs.name || '/' || job_id as name from jobs join runs on runs.id = run_id",
  );
  await client.end();
  const stored = new Set(rows.map(({ name }) => name));
  expect(traffic.acknowledged.filter((name) => !stored.has(name))).toEqual([]);
  expect((await server.send('GET', `${server.urls.classic}/readyz`)).status).toBe(200);
});
