/** `paddles prune` deletes documents of old jobs and keeps their results, and deletes old runs. */
import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { noJobs } from '../../src/core/run.ts';
import { type Db, open } from '../../src/store/db.ts';
import { startInstance } from '../concurrency/instance.ts';
import { engines, type TestDatabase } from '../helpers/engines.ts';
import { complaint, newFolder, runProgram } from './program.ts';

const day = 86_400_000_000;
const runs = ['old', 'tagged', 'young'];
const job = {
  job_id: 1,
  status: 'fail',
  failure_reason: 'it broke',
  description: 'a/{b c}',
  overrides: { ceph: { conf: 'x'.repeat(5000) } },
  tasks: [{ install: null }],
  targets: { 'ubuntu@smithi001.front.sepia.ceph.com': 'ssh-rsa AAAA' },
};

describe.each(engines)('pruning on $name', (engine) => {
  let database: TestDatabase;
  let folder: string;
  let remove: () => void;

  beforeEach(async () => {
    database = await engine.createTables();
    ({ folder, remove } = newFolder());
    await served(async ({ url }) => {
      for (const name of runs) await send(url, 'POST', `/runs/${name}/jobs/`, job);
      await send(url, 'PUT', '/runs/tagged/', { tags: ['keep'] });
    });
    const db = await open({ url: database.url, poolSize: 2, now: () => Date.now() * 1000 });
    const old = Date.now() * 1000 - 200 * day;
    await db.kysely.updateTable('runs').set({ updated: old }).where('name', 'in', ['old', 'tagged']).execute();
    await db.kysely.updateTable('runs').set({ tags: '["keep"]' }).where('name', '=', 'tagged').execute();
    await db.close();
  });
  afterEach(async () => {
    remove();
    await database.drop();
  });

  async function served(work: (server: { url: string }) => Promise<void>): Promise<void> {
    const server = await startInstance(database.url, ['--contract', 'teuthology']);
    await work({ url: `http://127.0.0.1:${server.port}` }).finally(server.stop);
  }

  async function send(url: string, method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Record<string, unknown>;
  }

  const prune = (...args: string[]) => runProgram(['prune', '--database', database.url, ...args], { folder });

  test('deletes only the documents of old runs, and accepts them again', async () => {
    const counted = await prune('--documents-older-than', '180d', '--dry-run');
    expect(counted.stdout).toMatch(/: the documents of 1 run would be deleted; \d+ MB on disk/);
    const { code, stdout } = await prune('--documents-older-than', '180d');
    expect(code).toBe(0);
    expect(stdout).toMatch(/: done: 1 of 1 run, 1 job without their documents; \d+ MB on disk/);
    await served(async ({ url }) => {
      const [old, tagged, young] = await Promise.all(runs.map((name) => send(url, 'GET', `/runs/${name}/jobs/1/`)));
      const verdict = { status: 'fail', failure_reason: 'it broke', description: 'a/{b c}' };
      expect(old).toMatchObject({ ...verdict, overrides: null, tasks: null });
      for (const kept of [tagged, young])
        expect(kept).toMatchObject({ ...verdict, overrides: job.overrides, tasks: job.tasks });
      await send(url, 'PUT', '/runs/old/jobs/1/', { overrides: job.overrides });
      expect(await send(url, 'GET', '/runs/old/jobs/1/')).toMatchObject({ overrides: job.overrides, tasks: null });
    });
    expect((await prune('--documents-older-than', '180d')).stdout).toContain('done: 0 of 0 runs');
  });

  test('deletes old changes and records that', async () => {
    const change = async (at: number | null) => {
      const db = await open({ url: database.url, poolSize: 2, now: () => 0 });
      if (at !== null) await db.kysely.updateTable('audit').set({ at }).execute();
      const rows = await db.kysely.selectFrom('audit').select(['action', 'target', 'before', 'door']).execute();
      await db.close();
      return rows;
    };
    const before = await change(Date.now() * 1000 - 500 * day);
    expect(before).toEqual([expect.objectContaining({ action: 'tag', target: 'tagged' })]);
    expect((await prune('--audit-older-than', '600d')).stdout).toContain('done: deleted 0 changes');
    expect((await prune('--audit-older-than', '400d', '--dry-run')).stdout).toContain('1 change would be deleted');
    expect(await change(null)).toEqual(before);
    expect((await prune('--audit-older-than', '400d')).stdout).toContain('done: deleted 1 change');
    expect(await change(null)).toEqual([
      { action: 'prune', target: 'audit', before: '{"changes":1}', door: 'command' },
    ]);
  });

  async function onDatabase(work: (db: Db) => Promise<unknown>): Promise<void> {
    const db = await open({ url: database.url, poolSize: 2, now: () => 0 });
    await work(db).finally(() => db.close());
  }

  test('deletes a run whose suite, branch and machine type are as long as an index allows', async () => {
    // Irregular text, because PostgreSQL would compress regular text.
    const letter = (seed: string) =>
      String.fromCharCode(0x4e00 + (Number.parseInt(hash('sha256', seed).slice(0, 4), 16) % 20_000));
    const text = (key: string) => Array.from({ length: 512 }, (_, index) => letter(key + index)).join('');
    const long = { suite: text('suite'), branch: text('branch'), machine_type: text('machine') };
    await served(async ({ url }) => {
      expect(await send(url, 'POST', '/runs/longest/jobs/', { ...job, ...long })).toEqual({ job_id: '1' });
      expect(await send(url, 'GET', '/runs/longest/')).toMatchObject({ branch: long.branch.slice(0, 266) });
    });
    await onDatabase(({ kysely }) =>
      kysely.updateTable('runs').set({ updated: 0 }).where('name', '=', 'longest').execute(),
    );
    expect((await prune('--runs-older-than', '1y')).stdout).toContain('deleted 1 of 1 run with 1 job');
  });

  test('deletes old runs without a tag, and keeps their counts and causes by month', async () => {
    expect((await prune('--runs-older-than', '1y')).stdout).toContain('deleted 0 of 0 runs');
    const review = { run: 'old', verdict: 'pass', author: 'ana', verified: true, created: 1, frozen: '{}' };
    await onDatabase(({ kysely }) => kysely.insertInto('reviews').values(review).execute());
    expect((await prune('--runs-older-than', '180d')).stdout).toContain('deleted 0 of 0 runs');
    await onDatabase(({ kysely }) => kysely.deleteFrom('reviews').execute());
    expect((await prune('--runs-older-than', '180d', '--dry-run')).stdout).toContain(': 1 run would be deleted; ');
    expect((await prune('--runs-older-than', '180d')).stdout).toContain('done: deleted 1 of 1 run with 1 job');
    const db = await open({ url: database.url, poolSize: 2, now: () => 0 });
    const left = await db.kysely.selectFrom('runs').select('name').orderBy('id').execute();
    // Results of earlier runs of the same suite and branch, in an earlier month and in this one.
    const kept = await db.kysely.selectFrom('monthly_results').selectAll().executeTakeFirstOrThrow();
    const { month, suite, branch } = kept;
    const { cause } = await db.kysely.selectFrom('monthly_causes').select('cause').executeTakeFirstOrThrow();
    for (const [of, at] of [
      [{ suite, branch, machine_type: 'other' }, month],
      [{ suite, branch, machine_type: '' }, '2001-01'],
      [{ suite, branch: 'another', machine_type: '' }, month],
      [{ suite: 'another', branch, machine_type: '' }, month],
    ] as const) {
      const counts = { ...noJobs(), pass: 2 };
      await db.kysely
        .insertInto('monthly_results')
        .values({ month: at, ...of, runs: 2, ...counts })
        .execute();
    }
    const others = { month, suite, branch: 'another', cause, jobs: 4 };
    await db.kysely.insertInto('monthly_causes').values(others).execute();
    await db.close();
    expect(left.map(({ name }) => name)).toEqual(['tagged', 'young']);
    await served(async ({ url }) => {
      const months = (query: string) => send(url, 'GET', `/api/months?suite=${suite}${query}`);
      const counts = { ...noJobs(), pass: 2, fail: 1 };
      const named = { id: cause, kind: expect.any(String), title: 'it broke', class: expect.any(String) };
      const first = { month, runs: 3, total: 3, counts, causes: [{ cause: named, jobs: 1 }] };
      expect(await months(`&branch=${branch}&limit=1`)).toEqual({ months: [first], next: month });
      const earlier = { month: '2001-01', runs: 2, total: 2, counts: { ...noJobs(), pass: 2 }, causes: [] };
      expect(await months(`&branch=${branch}&limit=1&after=${month}`)).toEqual({ months: [earlier], next: null });
      const all = { ...first, runs: 5, total: 5, counts: { ...counts, pass: 4 }, causes: [{ cause: named, jobs: 5 }] };
      expect(await months('')).toEqual({ months: [all, earlier], next: null });
      const csv = await (await fetch(`${url}/api/months.csv?suite=${suite}&branch=${branch}`)).text();
      expect(csv.split('\r\n').slice(1)).toEqual([`${month},3,0,2,0,0,1,0,0`, '2001-01,2,0,2,0,0,0,0,0', '']);
      const suggested = (query: string) => send(url, 'GET', `/api/months/suggest${query}`);
      // Unnamed suites and branches are not suggested.
      for (const query of ['', `?suite=${suite}`])
        expect(await suggested(query)).toEqual({ values: [{ value: 'another', count: 2 }] });
      expect(await send(url, 'GET', '/api/months')).toEqual({ message: "parameter 'suite' is missing" });
      for (const wrong of ['after=2026', 'limit=0', 'limit=61', 'n=5'])
        expect(await months(`&${wrong}`)).toEqual({ message: expect.stringContaining(`'${wrong.split('=')[0]}'`) });
    });
  });

  test('refuses an age that it cannot parse', async () => {
    expect(complaint(await prune(), 2)).toMatch(/--documents-older-than AGE/);
    for (const age of ['180', 'soon', '0d']) {
      expect(complaint(await prune('--documents-older-than', age), 2)).toContain(`'${age}'`);
    }
  });
});
