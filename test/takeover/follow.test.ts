/** `paddles import` is stopped and goes on, follows an old server that is written to, and finds out whether both sides are equal. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '../../bench/database.ts';
import { complaint, newFolder, runProgram, startProgram } from '../contracts/program.ts';
import { engines, type TestDatabase } from '../helpers/engines.ts';
import { plantDirt } from './dirt.ts';
import { fillOldLab } from './old-lab.ts';
import { connectOld } from './old-schema.ts';

const postgres = engines.find(({ name }) => name === 'postgres')!;
const kills = 5;

describe.each(engines)('an import that goes on, into $name', (engine) => {
  let old: TestDatabase;
  let client: pg.Client;
  let database: TestDatabase;
  let folder: string;
  let remove: () => void;

  beforeAll(async () => {
    [old, database] = [await postgres.createDatabase(), await engine.createDatabase()];
    client = await connectOld(old.url);
    await fillOldLab(client, { runs: 40, jobs: 5 });
    await plantDirt(client);
    ({ folder, remove } = newFolder());
    await runProgram(['migrate', '--database', database.url], { folder });
  });
  afterAll(async () => {
    await client.end();
    remove();
    await Promise.all([old.drop(), database.drop()]);
  });

  const args = (...more: string[]) => ['import', '--from', old.url, '--database', database.url, ...more];
  const paddles = (...more: string[]) => runProgram(args(...more), { folder });
  async function here(statement: string): Promise<Record<string, unknown>[]> {
    const sql = await connect(database.url);
    return sql.query(statement).finally(() => sql.close());
  }

  test('is complete and equal after it was killed five times', async () => {
    const copied = async () => Number((await here('select count(*) as count from imported_runs'))[0]?.count);
    for (let kill = 1; kill <= kills; kill++) {
      const before = await copied();
      const program = startProgram(args(), { folder });
      while ((await copied()) <= before) await sleep(2);
      program.kill('SIGKILL');
      await program.ended;
    }
    expect(await copied()).toBeLessThan(45);
    const { code, stdout } = await paddles('--verify-all');
    expect(stdout).toContain('compared 45 runs');
    expect([code, stdout.split('\n').at(-2)]).toEqual([0, expect.stringMatching(/ 215 jobs: no difference$/)]);
  });

  test('says which columns differ, and exits with 1', async () => {
    await here("update jobs set sha1 = 'other' where id = 3");
    await here('update runs set pass = pass + 1, fail = fail + 1 where id = 1');
    const { code, stdout } = await paddles('--verify-all');
    expect(code).toBe(1);
    expect(stdout).toContain('sha1 differs 1 times');
    expect(stdout).toContain('"other" here');
    expect(stdout).toContain('pass differs 1 times');
    expect(stdout).toContain('jobs of status fail differs 1 times');
    await client.query('update jobs set comment = comment where id = 3');
    expect((await paddles('--verify')).code).toBe(0);
  });

  test('ends equal after it followed a server that was written to', async () => {
    const follower = startProgram(args('--follow', '--every', '1s', '--verify', '--json'), { folder });
    for (let day = 0; day < 3; day++) {
      await liveAt(client, day);
      // It has seen the day when the job of its end is here.
      await vi.waitFor(
        async () => {
          expect(await here(`select id from jobs where job_id = 'end-${day}'`)).toHaveLength(1);
        },
        { timeout: 60_000, interval: 50 },
      );
    }
    await liveAt(client, 3);
    follower.kill('SIGTERM');
    const { code, stdout, stderr } = await follower.ended;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/no difference\n$/);
    expect(await here("select name from nodes where name = 'new-3'")).toHaveLength(1);
    expect(await here("select paused_by from queues where queue = 'smithi'")).toEqual([{ paused_by: 'day 3' }]);
    expect(await here('select id from runs where id = 14')).toEqual([]);
  });
});

test('an import whose source goes away says so in a sentence', async () => {
  const [old, database] = [await postgres.createDatabase(), await postgres.createDatabase()];
  const client = await connectOld(old.url);
  await fillOldLab(client, { runs: 2, jobs: 2 });
  const { folder, remove } = newFolder();
  const args = ['import', '--from', old.url, '--database', database.url, '--follow', '--every', '1s', '--json'];
  const follower = startProgram(args, { folder });
  const cut =
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'paddles import' and datname = $1";
  const target = await connectOld(database.url);
  await vi.waitFor(
    async () => {
      expect((await target.query('select id from imported_runs')).rows).toHaveLength(2);
    },
    { timeout: 60_000 },
  );
  await client.query(cut, [new URL(old.url).pathname.slice(1)]);
  expect(complaint(await follower.ended, 1)).toMatch(/^a database failed: .*; the same command goes on from there$/);
  await Promise.all([client.end(), target.end()]);
  remove();
  await Promise.all([old.drop(), database.drop()]);
});

/** What an old server writes on a day: reports, a new run with a new node, deletions, a pause. */
async function liveAt(client: pg.Client, day: number): Promise<void> {
  await client.query(`
    begin;
    update jobs set status = 'dead', updated = now() where id in (select id from jobs where status = 'running' limit 3);
    update runs set updated = now() where id % 5 = ${day};
    update jobs set job_id = job_id || '-renamed' where id = ${day + 20};
    delete from jobs where id = ${day + 40};
    delete from runs where id = ${day + 11};
    insert into nodes (name, is_vm, locked, up) values ('new-${day}', false, true, true);
    delete from nodes where id = ${day + 2} and not exists (select 1 from nodes guests where guests.vm_host_id = nodes.id);
    update queue set paused_by = 'day ${day}', paused_until = now() + interval '1 day' where queue = 'smithi';
    insert into runs (name, posted, scheduled, status) values ('day-${day}', now(), now(), 'running');
    insert into jobs (run_id, job_id, status, posted, updated, name)
      select max(id), 'end-${day}', 'running', now(), now(), 'day-${day}' from runs;
    insert into job_nodes (node_id, job_id) select (select max(id) from nodes), max(id) from jobs;
    commit`);
}
