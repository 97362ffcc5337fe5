/** The switch from an old server and the way back, step by step as in docs/operate.md. */
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { rowsOf } from '../../bench/database.ts';
import { newFolder, type Program, runProgram, type Service, startProgram, startService } from '../contracts/program.ts';
import { engines, type TestDatabase } from '../helpers/engines.ts';
import { fillOldLab } from './old-lab.ts';
import { connectOld } from './old-schema.ts';
import { type OldServerStandIn, startOldServer } from './old-server.ts';

const postgres = engines.find(({ name }) => name === 'postgres')!;
const newRun = 'ana-2026-11-27_09:00:00-rados-main-distro-default-smithi';
const report = {
  name: newRun,
  branch: 'main',
  suite: 'rados',
  machine_type: 'smithi',
  description: 'rados/{é}',
  duration: 61,
};

describe.each(engines)('the switch to $name', (engine) => {
  let old: TestDatabase;
  let client: pg.Client;
  let database: TestDatabase;
  let folder: string;
  let remove: () => void;
  let runs: string[];
  let port: number;
  let since: string;
  let server: OldServerStandIn | Service;

  beforeAll(async () => {
    [old, database] = [await postgres.createDatabase(), await engine.createDatabase()];
    client = await connectOld(old.url);
    runs = await fillOldLab(client, { runs: 6, jobs: 6 });
    ({ folder, remove } = newFolder());
    await runProgram(['migrate', '--database', database.url], { folder });
  });
  afterAll(async () => {
    await client.end();
    remove();
    await Promise.all([old.drop(), database.drop()]);
  });

  const args = (...more: string[]) => ['import', '--from', old.url, '--database', database.url, ...more];
  async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: unknown }> {
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await fetch(server.url + path, { method, ...sent });
    return { status: answer.status, json: await answer.json().catch(() => null) };
  }
  async function send(method: string, path: string, body?: unknown): Promise<void> {
    expect([method, path, await ask(method, path, body)]).toEqual([
      method,
      path,
      expect.objectContaining({ status: 200 }),
    ]);
  }
  const get = async (path: string) => (await ask('GET', path)).json as Record<string, unknown>;
  const idsOf = async (run: string, status: string) => {
    const { rows } = await client.query(
      'select job_id from jobs join runs on runs.id = run_id where runs.name = $1 and jobs.status = $2',
      [run, status],
    );
    return rows.map(({ job_id }) => job_id as string);
  };

  test('copies the data while clients write to the old server, and finds no difference', async () => {
    const standIn = await startOldServer(client);
    ({ port } = standIn);
    server = standIn;
    const follower: Program = startProgram(args('--follow', '--every', '1s', '--verify'), { folder });
    const jobs = `/runs/${runs[0]}/jobs/`;
    for (const job_id of ['1', '2', '3'])
      await send('POST', jobs, { ...report, name: runs[0], job_id, status: 'running' });
    await vi.waitFor(
      async () => {
        const text =
          "select id from imported_runs where verified = 1 and 1 = (select count(*) from jobs where job_id = '3')";
        expect(await rowsOf(database.url, text)).not.toEqual([]);
      },
      { timeout: 60_000, interval: 100 },
    );
    await send('PUT', `${jobs}1/`, { status: 'pass', success: true });
    // The old server accepts no more writes, and then the follower looks for the last time.
    await standIn.stop();
    await client.query(`alter database ${new URL(old.url).pathname.slice(1)} set default_transaction_read_only = on`);
    follower.kill('SIGTERM');
    const { code, stdout } = await follower.ended;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/no difference\n$/)]);
    since = new Date().toISOString().slice(0, 19).replace('T', ' ');
    const verified = await runProgram(args('--verify'), { folder });
    expect(verified).toMatchObject({ code: 0, stdout: expect.stringContaining('compared 0 runs') });
  });

  test('serves the clients at the old port as before', async () => {
    const service = await startService(
      ['--database', database.url, '--contract', 'teuthology', '--port', String(port)],
      { folder },
    );
    server = service;
    expect(await get(`/runs/${runs[0]}/jobs/1/`)).toMatchObject({ status: 'pass', description: 'rados/{é}' });
    await send('PUT', `/runs/${runs[0]}/jobs/2/`, { success: false, failure_reason: 'it broke', status: 'fail' });
    await send('PUT', `/runs/${runs[0]}/jobs/1/`, { success: false });
    await send('DELETE', `/runs/${runs[0]}/jobs/3/`);
    await send('DELETE', `/runs/${runs[1]}/`);
    for (const job_id of ['7', '8']) {
      await send('POST', `/runs/${newRun}/jobs/`, { ...report, job_id, status: 'queued', tasks: [{ b: 1, a: null }] });
    }
    await send('PUT', `/runs/${newRun}/jobs/7/`, { status: 'pass', success: true, updated: '2026-11-27 09:30:00' });
    const [free] = (await ask('GET', '/nodes/?locked=0')).json as { name: string }[];
    const [taken] = (await ask('GET', '/nodes/?locked=1')).json as { name: string; locked_by: string }[];
    await send('PUT', `/nodes/${free?.name}/lock`, { locked: true, locked_by: 'ana', description: 'mine' });
    await send('PUT', `/nodes/${taken?.name}/lock`, { locked: false, locked_by: taken?.locked_by });
    await send('POST', '/nodes/', { name: 'smithi999', machine_type: 'smithi', up: true });
    await send('PUT', '/queue/', { queue: 'smithi', paused_by: 'ana', pause_duration: 3600 });
    service.kill('SIGTERM');
    await service.ended;
  });

  test('can be reverted, with all changes of that day on the old server', async () => {
    await client.end();
    await setWritable(old.url);
    client = await connectOld(old.url);
    const standIn = await startOldServer(client);
    server = standIn;
    const back = () =>
      runProgram(['export', '--since', since, '--to', standIn.url, '--database', database.url], { folder });
    const { code, stdout, stderr } = await back();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('with those of 4 jobs; 0 refused');
    const first = await get(`/runs/${runs[0]}/jobs/1/`);
    expect(first).toMatchObject({ status: 'fail', success: false });
    expect(await get(`/runs/${runs[0]}/jobs/2/`)).toMatchObject({ status: 'fail', failure_reason: 'it broke' });
    expect((await ask('GET', `/runs/${runs[0]}/jobs/3/`)).status).toBe(404);
    expect((await ask('GET', `/runs/${runs[1]}/jobs/`)).status).toBe(404);
    expect(await get(`/runs/${newRun}/jobs/7/`)).toMatchObject({
      ...report,
      status: 'pass',
      tasks: [{ b: 1, a: null }],
    });
    expect(await idsOf(newRun, 'queued')).toEqual(['8']);
    const { rows } = await client.query("select updated::text from jobs where job_id = '7' and name = $1", [newRun]);
    expect(rows).toEqual([{ updated: '2026-11-27 09:30:00' }]);
    const nodes = (await get('/nodes/')) as unknown as {
      name: string;
      locked_by: string | null;
      machine_type: string;
    }[];
    expect(nodes).toContainEqual(expect.objectContaining({ name: 'smithi999', machine_type: 'smithi' }));
    expect(nodes.filter(({ locked_by }) => locked_by === 'ana').length).toBeGreaterThan(0);
    expect(await get('/queue/')).toContainEqual(expect.objectContaining({ queue: 'smithi', paused_by: 'ana' }));
    expect((await back()).stdout).toContain('with those of 0 jobs; 0 refused');
    await standIn.stop();
  });
});

/** Makes the old database writable again. */
async function setWritable(url: string): Promise<void> {
  const admin = await connectOld(url);
  await admin.query('set default_transaction_read_only = off');
  await admin.query(`alter database ${new URL(url).pathname.slice(1)} reset default_transaction_read_only`);
  await admin.end();
}
