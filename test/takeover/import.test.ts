/** `paddles import` copies the database of a Python server, and reports what it could not copy unchanged. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { signatureOf } from '../../src/core/signature.ts';
import { complaint, newFolder, runProgram, type Service, startService } from '../contracts/program.ts';
import { engines, type TestDatabase } from '../helpers/engines.ts';
import { type Expected, plantDirt } from './dirt.ts';
import { fillOldLab } from './old-lab.ts';
import { connectOld } from './old-schema.ts';

const [runs, jobs] = [6, 12];
const postgres = engines.find(({ name }) => name === 'postgres')!;

describe.each(engines)('an import into $name', (engine) => {
  let old: TestDatabase;
  let client: pg.Client;
  let database: TestDatabase;
  let folder: string;
  let remove: () => void;
  let expected: Expected[];
  let stdout: string;
  let server: Service;

  beforeAll(async () => {
    [old, database] = [await postgres.createDatabase(), await engine.createDatabase()];
    client = await connectOld(old.url);
    await fillOldLab(client, { runs, jobs });
    expected = await plantDirt(client);
    ({ folder, remove } = newFolder());
    const ended = await paddles('--database', database.url);
    expect(ended.code, ended.stderr).toBe(0);
    ({ stdout } = ended);
    server = await startService(['--contract', 'teuthology', '--database', database.url], { folder });
  });
  afterAll(async () => {
    server?.kill('SIGTERM');
    await server?.ended;
    await client.end();
    remove();
    await Promise.all([old.drop(), database.drop()]);
  });

  const paddles = (...args: string[]) => runProgram(['import', '--from', old.url, ...args], { folder });
  const get = async <T = Record<string, unknown>>(path: string) =>
    (await (await fetch(`${server.url}${path}`)).json()) as T;
  const report = (): Expected[] =>
    readFileSync(join(folder, 'paddles-import.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  test('reports exactly the rows that were not copied unchanged', () => {
    const lines = report();
    for (const one of expected) expect(lines).toContainEqual(expect.objectContaining(matching(one)));
    expect(lines).toHaveLength(expected.length);
    expect(stdout).toContain(`${expected.length} values or rows changed or left out`);
  });

  test('keeps ids, times, statuses and values of jobs, and computes what is new', async () => {
    const { rows } = await client.query(
      `select jobs.*, runs.name as run from jobs join runs on runs.id = run_id where runs.name not in ('dirty', 'a/b') order by jobs.id`,
    );
    expect(rows).toHaveLength(runs * jobs);
    const failed = rows.find(({ status }) => status === 'fail');
    const answer = await get(`/runs/${failed.run}/jobs/${failed.job_id}/`);
    const { description, branch, sha1, duration, pid, success, status, failure_reason, os_version } = failed;
    expect(answer).toMatchObject({
      description,
      branch,
      sha1,
      duration,
      pid,
      success,
      status,
      failure_reason,
      os_version,
    });
    for (const key of ['kernel', 'overrides', 'roles', 'targets', 'tasks'])
      expect(answer[key]).toEqual(JSON.parse(failed[key]));
    const [listed] = await get<Record<string, unknown>[]>(
      `/runs/${failed.run}/jobs/?fields=id,run_id,posted,started&status=fail`,
    );
    expect(listed).toMatchObject({ run_id: failed.run_id });
    const { rows: texts } = await client.query('select posted::text, started::text from jobs where id = $1', [
      listed?.id,
    ]);
    expect(padded(listed?.posted)).toBe(padded(texts[0].posted));
    expect(padded(listed?.started)).toBe(padded(texts[0].started));
    const page = JSON.stringify(await get(`/api/runs/${failed.run}/jobs`));
    expect(page).toContain(signatureOf(failure_reason).id);
  });

  test('keeps runs with their times, and counts their jobs', async () => {
    const { rows } =
      await client.query(`select name, branch, suite, "user", posted::text, count(*) filter (where j.status = 'pass') as pass
      from runs join (select run_id, status from jobs) j on j.run_id = id where name not in ('dirty', 'a/b') group by id`);
    for (const { name, branch, suite, user, posted, pass } of rows) {
      const run = await get(`/runs/${name}/`);
      expect(run).toMatchObject({ branch, suite, user, results: { pass: Number(pass), total: jobs } });
      expect(padded(run.posted)).toBe(padded(posted));
    }
  });

  test('keeps nodes with their locks and hosts, links of jobs, and pauses of queues', async () => {
    const { rows } =
      await client.query(`select nodes.name, locked, locked_by, (select name from nodes hosts where hosts.id = nodes.vm_host_id) as host,
      (select count(*) from job_nodes where node_id = nodes.id)::int as jobs from nodes where name <> 'n/1'`);
    const nodes = new Map((await get<{ name: string }[]>('/nodes/')).map((node) => [node.name, node]));
    expect(nodes.size).toBe(rows.length + 1);
    for (const { name, locked, locked_by, host, jobs: linked } of rows) {
      expect(nodes.get(name)).toMatchObject({ locked, locked_by, ...(host && { vm_host: { name: host } }) });
      const stats = await get<Record<string, number>>(`/nodes/${name}/job_stats/`);
      expect(Object.values(stats).reduce((sum, count) => sum + count, 0)).toBe(linked);
    }
    expect(await get('/queue/')).toContainEqual(
      expect.objectContaining({ queue: 'gibba', paused: true, paused_by: 'ana' }),
    );
  });

  test('copies invalid rows in a sensible form', async () => {
    const dirty = await get<Record<string, unknown>[]>('/runs/dirty/jobs/');
    const byId = new Map(dirty.map((one) => [one.job_id, one]));
    expect(byId.get('twice')).toMatchObject({ status: 'fail' });
    expect(byId.get('again')).toMatchObject({ status: 'dead' });
    expect(byId.get('nan')).toMatchObject({ overrides: { a: null, b: [null, 1] }, tasks: null });
    expect(byId.get('far')).toMatchObject({ started: null, timestamp: null });
    expect(byId.get('legacy')).toMatchObject({ overrides: null });
    expect([...byId.keys()].filter((id) => /^old-\d+$/.test(String(id)))).toHaveLength(1);
    expect(byId.size).toBe(11);
    expect(await get('/runs/old-lost/')).toMatchObject({ results: { pass: 1, total: 1 } });
    expect(await get('/runs/old-jobs/')).toMatchObject({ results: { dead: 1, total: 1 } });
  });

  // The comparison does not depend on the engine.
  test.runIf(engine.name === 'sqlite')('compares the answers of both servers', async () => {
    const copy = await engine.createDatabase();
    await paddles('--database', copy.url, '--report', 'copy.jsonl');
    // This server plays the old one.
    const other = await startService(['--contract', 'teuthology', '--database', copy.url], { folder });
    const servers = ['--old-server', other.url, '--new-server', server.url];
    const compare = () => paddles('--database', database.url, '--verify', ...servers);
    expect(await compare()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/ and \d\d answers: no difference\n$/),
    });

    const { rows } = await client.query(`select runs.name as run, job_id from jobs
      join runs on runs.id = run_id where runs.name not in ('dirty', 'a/b') limit 1`);
    const [{ run, job_id }] = rows;
    const body = JSON.stringify({ owner: 'planted' });
    await fetch(`${other.url}/runs/${run}/jobs/${job_id}/`, { method: 'PUT', body });
    const { code, stdout: printed } = await compare();
    expect([code, printed]).toEqual([1, expect.stringMatching(/ answers: 2 differences\n$/)]);
    expect(printed).toContain('owner in the answer differs 1 time\n');
    expect(printed).toContain(`${run}/${job_id}: "planted" there, `);
    other.kill('SIGTERM');
    await other.ended;
    expect(await compare()).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^paddles: http:\S+ does not answer: .*ECONNREFUSED.*\n$/),
    });
    const classic = await startService(['--port', new URL(other.url).port, '--database', copy.url], { folder });
    expect(complaint(await compare(), 1)).toBe(
      `${other.url} does not speak the teuthology contract; give the port that does, by default 8081`,
    );
    classic.kill('SIGTERM');
    await classic.ended;
    await copy.drop();
  });

  test('gives new jobs ids above all old ones', async () => {
    const { rows } = await client.query('select max(id) as id from jobs');
    await fetch(`${server.url}/runs/old-lost/jobs/`, { method: 'POST', body: '{"job_id": "new"}' });
    const listed = await get<{ id: number; job_id: string }[]>('/runs/old-lost/jobs/?fields=id,job_id');
    expect(listed.find(({ job_id }) => job_id === 'new')?.id).toBeGreaterThan(rows[0].id);
    await fetch(`${server.url}/runs/old-lost/jobs/new/`, { method: 'DELETE' });
  });

  test('does nothing when repeated, and refuses a database with other runs', async () => {
    const again = await paddles('--database', database.url);
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(again.stdout).toContain('0 runs with 0 jobs copied, then 0 runs with 0 jobs that had changed');
    expect(report()).toHaveLength(expected.length);
    await fetch(`${server.url}/runs/`, { method: 'POST', body: '{"name": "of-its-own"}' });
    expect(complaint(await paddles('--database', database.url), 2)).toContain('of-its-own');
    await fetch(`${server.url}/runs/of-its-own/`, { method: 'DELETE' });
  });

  test('only reads and counts with --dry-run', async () => {
    const dry = await paddles('--dry-run', '--database', 'sqlite:///nowhere.db');
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining(`${runs + 5} runs with`) });
    expect(dry.stdout).toContain(`${expected.length} values or rows changed or left out`);
  });
});

test('an import reports what is wrong with its source', async () => {
  const { folder, remove } = newFolder();
  const empty = await postgres.createDatabase();
  const run = (...args: string[]) => runProgram(['import', '--database', 'sqlite:///new.db', ...args], { folder });
  expect(complaint(await run(), 2)).toContain('--from');
  expect(complaint(await run('--from', 'sqlite:///old.db'), 2)).toContain('PostgreSQL');
  expect(complaint(await run('--from', 'postgresql://nobody@127.0.0.1:1/old'), 1)).toContain('cannot be read');
  expect(complaint(await run('--from', empty.url), 2)).toContain('"runs" does not exist');
  await empty.drop();
  remove();
});

/** Pads a time of either server to six digits of a second. */
function padded(time: unknown): string {
  const [seconds, fraction = ''] = String(time).split('.');
  return `${seconds}.${fraction.padEnd(6, '0')}`;
}

function matching({ was, ...rest }: Expected): object {
  if (was === undefined) return rest;
  return { ...rest, was: typeof was === 'object' ? expect.objectContaining(was as object) : was };
}
