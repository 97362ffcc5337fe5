/** `paddles import` resumes after it was stopped, follows an old server that clients write to, and compares both sides. */
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { rowsOf } from '../../bench/database.ts';
import { expireOwn } from '../../src/cli/expire.ts';
import { noChange } from '../../src/core/job.ts';
import { open } from '../../src/store/db.ts';
import { complaint, newFolder, runProgram, startProgram } from '../contracts/program.ts';
import { engines, execute, type TestDatabase } from '../helpers/engines.ts';
import { killAndStart, startOwnPostgres, stop } from '../helpers/postgres.ts';
import { plantDirt } from './dirt.ts';
import { fillOldLab } from './old-lab.ts';
import { connectOld } from './old-schema.ts';

const postgres = engines.find(({ name }) => name === 'postgres')!;
const kills = 3;
const ofImport = "application_name = 'paddles import' and datname = current_database()";

describe.each(engines)('an import that is resumed, into $name', (engine) => {
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
  const here = (statement: string) => rowsOf(database.url, statement);

  test('is complete and correct after it was killed repeatedly', async () => {
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

  test.each([
    ['--verify-all', /: stopped after it had compared \d+ runs? with \d+ jobs?$/],
    ['--dry-run', /^stopped; of what was read \d+ runs? with \d+ jobs? would be copied; /],
  ])('reports with %s that it was stopped', async (flag, said) => {
    // Nothing has to be copied, so this table is not read before.
    const other = await connectOld(old.url);
    await other.query('begin; lock table job_nodes in access exclusive mode');
    const program = startProgram(args(flag), { folder });
    const waiting = `select 1 from pg_stat_activity where ${ofImport} and wait_event_type = 'Lock'`;
    await vi.waitFor(async () => expect((await client.query(waiting)).rowCount).toBeGreaterThan(0), {
      timeout: 60_000,
    });
    program.kill('SIGTERM');
    await other.end();
    const { code, stdout } = await program.ended;
    expect([code, stdout.split('\n').at(-2)]).toEqual([1, expect.stringMatching(said)]);
    expect(stdout).not.toContain('no difference');
  });

  test('reports which columns differ, and exits with 1', async () => {
    await here("update jobs set sha1 = 'other' where id = 3");
    await here('update runs set pass = pass + 1, fail = fail + 1 where id = 1');
    const { code, stdout } = await paddles('--verify-all');
    expect(code).toBe(1);
    expect(stdout).toContain('sha1 differs 1 time\n');
    expect(stdout).toContain('"other" here');
    expect(stdout).toContain('pass differs 1 time\n');
    expect(stdout).toContain('jobs of status fail differs 1 time\n');
    await client.query('update jobs set comment = comment where id = 3');
    expect((await paddles('--verify')).code).toBe(0);
  });

  test('keeps the review and the refined causes of a run that it copies again', async () => {
    const [job] = await here("select id, run_id from jobs where status = 'fail' and failure_reason <> '' limit 1");
    await here(`update runs set review = '{"verdict":"good"}' where id = ${job?.run_id}`);
    await here("insert into signatures (id, version, kind, title) values ('cafecafe', 2, 'test', 'refined')");
    await here(`update jobs set signature = 'cafecafe' where id = ${job?.id}`);
    await client.query('update jobs set comment = $2 where id = $1', [job?.id, 'looked at']);
    expect((await paddles('--verify')).stdout).toMatch(/no difference\n$/);
    expect(
      await here(
        `select review, more, jobs.signature from runs join jobs on run_id = runs.id where jobs.id = ${job?.id}`,
      ),
    ).toEqual([{ review: '{"verdict":"good"}', more: expect.stringContaining('looked at'), signature: 'cafecafe' }]);
    await client.query("update jobs set failure_reason = 'another fault' where id = $1", [job?.id]);
    await paddles();
    expect(await here(`select id from jobs where signature = 'cafecafe' and id = ${job?.id}`)).toEqual([]);
  });

  test('copies a run that was deleted and created again with the same name, and a run made for jobs without one', async () => {
    const { rows } = await client.query('select name from runs where id = 5');
    await client.query('delete from job_nodes where job_id in (select id from jobs where run_id = 5)');
    await client.query('delete from jobs where run_id = 5');
    await client.query('delete from runs where id = 5');
    await client.query("insert into runs (name, posted, status) values ($1, now(), 'running')", [rows[0].name]);
    const lost =
      "insert into jobs (job_id, status, posted, updated, name) values ($1, 'pass', now(), now(), 'nowhere')";
    for (const id of ['one', 'two']) await client.query(lost, [id]);
    expect((await paddles('--verify')).stdout).toMatch(/no difference\n$/);
    await client.query("delete from jobs where job_id = 'one' and run_id is null");
    const { code, stdout } = await paddles('--verify');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/no difference\n$/)]);
    expect(await here("select job_id from jobs where job_id in ('one', 'two')")).toEqual([{ job_id: 'two' }]);
  });

  test('keeps the jobs of runs and the links of nodes that swap names', async () => {
    const links = () => here('select count(*) as count from job_nodes');
    const before = await links();
    for (const table of ['runs', 'nodes']) {
      await client.query(`update ${table} set name = '-' || name where id <= 3`);
      const next = `select substr(name, 2) from ${table} other where other.id = ${table}.id % 3 + 1`;
      await client.query(`update ${table} set name = (${next}) where id <= 3`);
    }
    const { code, stdout } = await paddles('--verify');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/no difference\n$/)]);
    for (const text of ['runs', 'nodes'].map((table) => `select id, name from ${table} where id <= 3 order by id`))
      expect(await here(text)).toEqual((await client.query(text)).rows);
    expect(await links()).toEqual(before);
  });

  test('ends without differences after it followed a server that clients wrote to', async () => {
    const follower = startProgram(args('--follow', '--every', '1s', '--verify', '--json'), { folder });
    for (let day = 0; day < 3; day++) {
      await liveAt(client, day);
      // The changes of a day have been copied when the job that ends it is here.
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

  test('is not disturbed by a server that expires jobs, as long as the server has no runs of its own', async () => {
    const db = await open({ url: database.url, poolSize: 2, now: () => Date.now() * 1000 });
    onTestFinished(() => db.close());
    const ages = { running: 1, waiting: 1, queued: 1 };
    const at = (Date.now() + 1e9) * 1000;
    expect(await expireOwn(db, { ages, at })).toBe(0);
    await db.jobWriter.write(
      { kind: 'create', run: 'of-its-own', job_id: '1', change: noChange(), createRun: true, at },
      0,
    );
    expect(await expireOwn(db, { ages, at })).toBeGreaterThan(0);
  });
});

/** Creates a lab with two runs, and an empty database with the current schema, both on the same server. */
async function twoRuns(createDatabase: () => Promise<TestDatabase>) {
  const [old, database] = [await createDatabase(), await createDatabase()];
  const client = await connectOld(old.url);
  await fillOldLab(client, { runs: 2, jobs: 2 });
  const { folder, remove } = newFolder();
  onTestFinished(remove);
  const args = ['import', '--from', old.url, '--database', database.url];
  return { old, database, client, start: (...more: string[]) => startProgram([...args, ...more], { folder }) };
}

const cut = `select pg_terminate_backend(pid) from pg_stat_activity where ${ofImport}`;

test('an import whose source becomes unreachable says so in a sentence', async () => {
  const { old, database, client, start } = await twoRuns(postgres.createDatabase);
  await client.query('begin; lock table jobs in access exclusive mode');
  const program = start();
  // Within a transaction the view of other sessions would not change.
  const other = await connectOld(old.url);
  await vi.waitFor(
    async () => expect((await other.query(`${cut} and wait_event_type = 'Lock'`)).rowCount).toBeGreaterThan(0),
    { timeout: 60_000 },
  );
  expect(complaint(await program.ended, 1)).toMatch(/^a database failed: .*; run the same command again to continue$/);
  await Promise.all([client.end(), other.end()]);
  await Promise.all([old.drop(), database.drop()]);
});

test('an import that follows continues after its connection was cut, and after both databases were restarted', async () => {
  const server = await startOwnPostgres({ fsync: false });
  onTestFinished(() => server.stop());
  let made = 0;
  const { old, database, client, start } = await twoRuns(async () => {
    const name = `lab_${++made}`;
    await execute(server.url, `create database ${name}`);
    return { url: Object.assign(new URL(server.url), { pathname: name }).href, drop: async () => {} };
  });
  const follower = start('--follow', '--every', '1s');
  const arrived = (name: string) =>
    vi.waitFor(
      async () => {
        expect(await rowsOf(database.url, 'select id from runs where name = ?', [name])).toHaveLength(1);
      },
      { timeout: 60_000, interval: 50 },
    );
  const schedule = "insert into runs (name, posted, scheduled, status) values ($1, now(), now(), 'running')";
  // The copy has two passes before it follows, and each pass copies what existed when it started.
  for (const name of ['first', 'second', 'third']) {
    await client.query(schedule, [name]);
    await arrived(name);
  }
  await client.query(cut);
  await client.query(schedule, ['after the cut']);
  await arrived('after the cut');
  await client.end();

  const restarted = await killAndStart(server, null);
  onTestFinished(() => stop(restarted, null));
  const again = await connectOld(old.url);
  await again.query(schedule, ['after the restart']);
  await arrived('after the restart');
  await again.end();
  follower.kill('SIGTERM');
  const { code, stderr } = await follower.ended;
  expect([code, stderr.split('\n').at(-2)]).toEqual([0, expect.stringMatching(/Z both databases answer again$/)]);
  expect(stderr).toMatch(/Z a database failed: .*; trying again in 1 s\n/);
});

/** Writes what an old server writes in a day: reports, a new run with a new node, deletions, a pause. */
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
