/** A streaming replica of PostgreSQL in front of which the dashboard reads: real servers, held back, killed and promoted. */
import { randomBytes } from 'node:crypto';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { readCommandLine } from '../../src/config.ts';
import { buildApp } from '../../src/http/app.ts';
import { type Db, open } from '../../src/store/db.ts';
import { openReads, type Reads } from '../../src/store/reads.ts';
import type { ReplicaState } from '../../src/store/replica.ts';
import { type OwnPostgres, startOwnPostgres } from '../helpers/postgres.ts';
import { execute, type Standby, startStandby } from '../helpers/standby.ts';
import { complaint, newFolder, runProgram, startService } from './program.ts';
import { startProxy } from './proxy.ts';

let primary: OwnPostgres;
let standby: Standby;

beforeAll(async () => {
  primary = await startOwnPostgres({ fsync: false });
  standby = await startStandby(primary);
});
afterAll(async () => {
  await standby?.remove();
  await primary?.stop();
});

const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';
const microseconds = () => Date.now() * 1000;
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 20_000, interval: 25 });

/** A new database on both servers. */
async function newDatabase(): Promise<{ main: string; replica: string }> {
  const name = `paddles_${randomBytes(6).toString('hex')}`;
  await execute(primary.url, `create database ${name}`);
  const at = (url: string) => Object.assign(new URL(url), { pathname: `/${name}` }).href;
  const replica = at(standby.url);
  await eventually(() => execute(replica, 'select 1'));
  return { main: at(primary.url), replica };
}

/** A server in this process. */
interface Served {
  db: Db;
  reads: Reads;
  /** Answers the JSON; every answer must be a success. */
  send(method: string, path: string, body?: unknown): Promise<unknown>;
  url: string;
  /** Waits until reads go to the replica, or to the main database. */
  readsFrom(where: 'replica' | 'main'): Promise<ReplicaState>;
}

async function serve(urls: { main: string; replica: string }, mostBehind?: number): Promise<Served> {
  const db = await open({ url: urls.main, poolSize: 4, now: microseconds });
  const reads = await openReads(db, {
    url: urls.replica,
    poolSize: 4,
    onState: () => {},
    ...(mostBehind !== undefined && { mostBehind }),
  });
  const config = { ...readCommandLine([], {}).config, database: urls.main, contract: 'teuthology' as const };
  const app = buildApp({ config, db, reads, log: pino({ level: 'silent' }), now: microseconds });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
    await reads.close();
    await db.close();
  });
  const send = async (method: string, path: string, body?: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const json: unknown = await answer.json();
    expect({ path, status: answer.status, json }).toMatchObject({ status: 200 });
    return json;
  };
  const readsFrom = async (where: 'replica' | 'main') => {
    await eventually(() => expect(reads.replica()).toMatchObject({ used: where === 'replica' }));
    return reads.replica() as ReplicaState;
  };
  return { db, reads, send, url, readsFrom };
}

const post = ({ send }: Served, id: number, status = 'running') =>
  send('POST', `/runs/${run}/jobs/`, { job_id: id, status, description: `rados/${id}` });
/** How many jobs of each kind the pages of the dashboard show. */
async function shown({ send }: Served): Promise<unknown> {
  const page = (await send('GET', `/api/runs/${run}/page`)) as { run: { total: number }; jobs: { job_id: string[] } };
  const list = (await send('GET', '/api/runs')) as { runs: { total: number }[] };
  return [page.run.total, page.jobs.job_id.length, list.runs[0]?.total];
}
const counted = async ({ send }: Served) =>
  ((await send('GET', `/runs/${run}/`)) as { results: { total: number } }).results.total;

/** The names of the events that a dashboard heard. */
async function listen({ url }: Served): Promise<string[]> {
  const heard: string[] = [];
  const { promise, resolve } = Promise.withResolvers<IncomingMessage>();
  const request: ClientRequest = get(`${url}/api/events?topics=${encodeURIComponent(`run:${run}`)}`, resolve);
  request.on('error', () => {});
  const response = await promise;
  response.on('error', () => {});
  response.setEncoding('utf8').on('data', (text: string) => {
    heard.push(...[...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name as string));
  });
  onTestFinished(() => void request.destroy());
  await eventually(() => expect(heard).toContain('hello'));
  return heard;
}

describe('the dashboard with a read replica', () => {
  test('shows the state of the replica and how old it is, and hears of a change when the replica has it', async () => {
    const served = await serve(await newDatabase());
    await served.readsFrom('replica');
    const heard = await listen(served);
    await post(served, 1);
    await eventually(async () => expect(await shown(served)).toEqual([1, 1, 1]));
    await eventually(() => expect(heard).toContain('jobs'));
    await eventually(() => expect(served.reads.replica()).toMatchObject({ seconds_behind: 0, bytes_behind: 0 }));
    const before = heard.filter((name) => name === 'jobs').length;

    await standby.pause();
    onTestFinished(() => standby.resume());
    await post(served, 2);
    expect(await counted(served)).toBe(2);
    expect(await shown(served)).toEqual([1, 1, 1]);
    await eventually(async () => {
      const behind = {
        used: true,
        seconds_behind: expect.any(Number),
        bytes_behind: expect.any(Number),
        problem: null,
      };
      const { replica } = (await served.send('GET', '/api/replica')) as { replica: ReplicaState };
      expect(replica).toEqual(behind);
      expect(replica.seconds_behind).toBeGreaterThan(1);
      expect(replica.bytes_behind).toBeGreaterThan(0);
      expect(await served.send('GET', '/readyz')).toMatchObject({ status: 'ready', replica: behind });
    });
    expect(heard.filter((name) => name === 'jobs')).toHaveLength(before);
    expect(await shown(served)).toEqual([1, 1, 1]);

    await standby.resume();
    await eventually(() => expect(heard.filter((name) => name === 'jobs')).toHaveLength(before + 1));
    // At the first look after the event, without waiting: no page of before is kept.
    expect(await shown(served)).toEqual([2, 2, 2]);
    await eventually(() => expect(served.reads.replica()).toMatchObject({ seconds_behind: 0, bytes_behind: 0 }));
  });

  test('is answered by the main database while the replica is away, without a failed request, and by the replica again', async () => {
    const served = await serve(await newDatabase());
    await served.readsFrom('replica');
    await post(served, 1);
    await eventually(async () => expect(await shown(served)).toEqual([1, 1, 1]));
    const heard = await listen(served);
    let stopped = false;
    const readers = [1, 2, 3, 4].map(async () => {
      while (!stopped) await shown(served);
    });
    onTestFinished(() => {
      stopped = true;
    });
    await standby.kill();
    expect((await served.readsFrom('main')).problem).toMatch(/^no PostgreSQL answers at |^PostgreSQL at /);
    expect(await served.send('GET', '/readyz')).toMatchObject({ status: 'ready', replica: { used: false } });
    await post(served, 2);
    expect(await shown(served)).toEqual([2, 2, 2]);
    await eventually(() => expect(heard).toContain('jobs'));
    await standby.start();
    await served.readsFrom('replica');
    // What was told in the meantime may be newer than the replica was: everything is read again.
    await eventually(() => expect(heard).toContain('reset'));
    expect(await shown(served)).toEqual([2, 2, 2]);
    stopped = true;
    await Promise.all(readers);
  });

  test('waits a few seconds at most for a replica that says nothing, then is answered by the main database', async () => {
    const { main, replica } = await newDatabase();
    const proxy = await startProxy(Number(new URL(replica).port));
    onTestFinished(() => proxy.cut());
    const served = await serve({ main, replica: Object.assign(new URL(replica), { port: proxy.port }).href });
    await served.readsFrom('replica');
    await post(served, 1);
    await eventually(async () => expect(await shown(served)).toEqual([1, 1, 1]));
    proxy.silence();
    // Far longer would be the 30 seconds of a statement.
    const asked = Array.from({ length: 8 }, () => shown(served));
    await eventually(async () => expect(await Promise.all(asked)).toEqual(asked.map(() => [1, 1, 1])));
    await served.readsFrom('main');
  });

  test('is answered by the main database until the replica has its tables, and when it is too far behind', async () => {
    const urls = await newDatabase();
    await standby.pause();
    onTestFinished(() => standby.resume());
    const served = await serve(urls, 2);
    expect(served.reads.replica()).toMatchObject({ used: false, problem: 'it has not caught up yet' });
    await post(served, 1);
    expect(await shown(served)).toEqual([1, 1, 1]);
    await standby.resume();
    await served.readsFrom('replica');
    const heard = await listen(served);
    await standby.pause();
    await post(served, 2);
    expect(await shown(served)).toEqual([1, 1, 1]);
    expect((await served.readsFrom('main')).problem).toBe('it is more than 2 seconds behind');
    await eventually(() => expect(heard).toContain('jobs'));
    expect(await shown(served)).toEqual([2, 2, 2]);
  });

  test('cannot write to the replica', async () => {
    const served = await serve(await newDatabase());
    await served.readsFrom('replica');
    const { kysely } = served.reads.reader();
    const { rows } = await sql`select current_setting('default_transaction_read_only') as setting`.execute(kysely);
    expect(rows).toEqual([{ setting: 'on' }]);
    const write = sql`insert into queues (queue) values ('m')`.execute(kysely);
    await expect(write).rejects.toMatchObject({ code: '25006' });
    expect(await served.db.kysely.selectFrom('queues').selectAll().execute()).toEqual([]);
  });
});

describe('a read replica', () => {
  test('that is not the standby of the main database is not read, with the reason', async () => {
    const { main } = await newDatabase();
    const misfits = [
      [main, 'it is no standby: it takes writes of its own'],
      [standby.url, 'it is another database of the same PostgreSQL'],
      [inject('postgresUrl'), 'it does not belong to the main database but to another PostgreSQL'],
      ['postgresql://paddles@127.0.0.1:9/none', 'no PostgreSQL answers at 127.0.0.1:9'],
    ] as const;
    for (const [replica, problem] of misfits) {
      const served = await serve({ main, replica });
      expect(await served.send('GET', '/readyz')).toMatchObject({ status: 'ready', replica: { used: false, problem } });
      await served.send('GET', '/api/runs');
    }
  });

  test('is refused in front of SQLite, and when it is no PostgreSQL, with the source and without the password', async () => {
    const { folder, remove } = newFolder();
    onTestFinished(remove);
    const postgres = 'postgresql://me:secret@127.0.0.1:9/paddles';
    const refused = [
      ['sqlite:///paddles.db', postgres, 'needs PostgreSQL'],
      [postgres, 'sqlite:///paddles.db', 'must be a PostgreSQL standby'],
      [postgres, 'mysql://me:secret@host/paddles', 'must look like'],
      [postgres, 'me:secret@host', 'must be the URL of a PostgreSQL standby'],
      [postgres, 'postgresql://me:secret@host:port/paddles', 'cannot be read'],
    ] as const;
    for (const [database, replica, reason] of refused) {
      const env = { PADDLES_READ_DATABASE_URL: replica };
      const finished = await runProgram(['serve', '--port', '0', '--workers', '2', '--database', database], {
        folder,
        env,
      });
      expect(complaint(finished, 2)).toContain(reason);
      expect(finished.stderr).toMatch(/^paddles: PADDLES_READ_DATABASE_URL: /);
      expect(finished.stderr + finished.stdout).not.toContain('secret');
    }
  });

  test('is shared by workers, which say in the log and at /readyz that they read it', async () => {
    const { folder, remove } = newFolder();
    const { main, replica } = await newDatabase();
    const args = ['--workers', '2', '--database', main, '--read-database', replica];
    const service = await startService(args, { folder });
    onTestFinished(async () => {
      service.kill('SIGTERM');
      expect((await service.ended).code).toBe(0);
      remove();
    });
    await service.said('the dashboard reads the replica');
    await eventually(async () => {
      for (let asked = 0; asked < 6; asked++) {
        const answer = await fetch(`${service.url}/readyz`, { headers: { connection: 'close' } });
        expect(await answer.json()).toMatchObject({ status: 'ready', replica: { used: true, problem: null } });
      }
    });
  });

  test('that becomes a server of its own is left', async () => {
    const served = await serve(await newDatabase());
    await served.readsFrom('replica');
    await standby.promote();
    expect((await served.readsFrom('main')).problem).toBe('it is no standby: it takes writes of its own');
    await post(served, 1);
    expect(await shown(served)).toEqual([1, 1, 1]);
  });
});
