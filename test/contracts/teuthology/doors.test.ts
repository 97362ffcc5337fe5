/** Both contracts share one store: what is written through one is read through the other. */
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCommandLine } from '../../../src/config.ts';
import { buildApp } from '../../../src/http/app.ts';
import { engines, type TestDatabase } from '../../helpers/engines.ts';
import { startTeuthology, type Teuthology } from './start.ts';

describe.each(engines)('two contracts on $name', (engine) => {
  let database: TestDatabase;
  let server: Teuthology;
  let classic: ReturnType<typeof buildApp>;

  beforeAll(async () => {
    database = await engine.createTables();
    server = await startTeuthology(database.url);
    const { config } = readCommandLine([], {});
    const now = () => Date.now() * 1000;
    classic = buildApp({ contract: 'classic', config, db: server.db, log: pino({ level: 'silent' }), now });
  });
  afterAll(async () => {
    await classic.close();
    await server.stop();
    await database.drop();
  });

  const ask = async (method: 'GET' | 'POST' | 'PUT', url: string, body?: object) => {
    const answer = await classic.inject({ method, url, ...(body && { payload: body }) });
    return { status: answer.statusCode, json: answer.json() };
  };
  const accepted = async (reply: Promise<{ status: number; json: unknown }>) =>
    expect(await reply).toMatchObject({ status: 200 });

  test('classic counts jobs that teuthology reports, dead ones as failed without success', async () => {
    const statuses = { 1: 'pass', 2: 'fail', 3: 'dead', 4: 'queued', 5: 'waiting', 6: 'running', 7: 'unknown' };
    for (const [job_id, status] of Object.entries(statuses)) {
      await accepted(server.post('/runs/there/jobs/', { job_id, status, description: 'd', pid: 42, branch: 'b' }));
    }
    const running = { status: 'running', results: { pass: 0, running: 1, fail: 0 } };
    const failed = { status: 'finished', results: { pass: 0, running: 0, fail: 1 } };
    expect((await ask('GET', '/runs/there/')).json).toMatchObject({
      ...{ 1: { status: 'finished', results: { pass: 1, running: 0, fail: 0 } }, 2: failed, 3: failed },
      ...{ 4: running, 5: running, 6: running, 7: running },
    });
    expect((await ask('GET', '/runs/')).json).toMatchObject({ there: { results: { pass: 1, running: 4, fail: 2 } } });
    for (const [job_id, success] of Object.entries({ 1: true, 2: false, 3: null, 6: null })) {
      const { json } = await ask('GET', `/runs/there/jobs/${job_id}/`);
      expect(json).toMatchObject({ job_id, success, description: 'd', pid: 42 });
      expect(json).not.toHaveProperty('branch');
    }
  });

  test('teuthology shows a status, a start and a run for jobs that classic reports', async () => {
    const name = 'ana-2024-02-03_04:05:06-rados-main-distro-default-smithi';
    await accepted(ask('POST', '/runs/', { name }));
    expect((await server.get(`/runs/${name}/`)).json).toMatchObject({ user: 'ana', branch: 'main', status: 'empty' });
    const jobs = { 1: { success: true }, 2: { success: false }, 3: { targets: { 'ubuntu@door1': '' }, flavor: 'f' } };
    for (const [job_id, job] of Object.entries(jobs))
      await accepted(ask('POST', `/runs/${name}/jobs/`, { job_id, ...job }));
    expect((await server.get(`/runs/${name}/`)).json).toMatchObject({
      ...{ status: 'finished fail', results: { pass: 1, fail: 1, unknown: 1, total: 3 } },
      jobs: [{ status: 'pass', success: true }, { status: 'fail' }, { status: 'unknown', success: null, flavor: 'f' }],
    });
    expect((await server.get('/nodes/door1/jobs/')).json).toMatchObject([{ job_id: '3' }]);
    expect((await server.get('/runs/flavor/f/')).json).toMatchObject([{ name }]);
  });

  test('each changes jobs that the other created', async () => {
    await accepted(server.post('/runs/both/jobs/', { job_id: '1', status: 'running', user: 'ana', owner: 'o' }));
    await accepted(ask('PUT', '/runs/both/jobs/1/', { success: true, owner: 'p' }));
    const job = { status: 'pass', success: true, user: 'ana', owner: 'p' };
    expect((await server.get('/runs/both/jobs/1/')).json).toMatchObject(job);
    await accepted(server.put('/runs/both/jobs/1/', { status: 'dead', owner: 'q' }));
    expect((await ask('GET', '/runs/both/jobs/1/')).json).toMatchObject({ success: true, owner: 'q' });
    // Unlike teuthology, classic can reset a verdict (teuthology contract §7.46).
    await accepted(ask('PUT', '/runs/both/jobs/1/', { success: null }));
    expect((await server.get('/runs/both/')).json).toMatchObject({ status: 'unknown', jobs: [{ status: 'unknown' }] });
    expect((await ask('POST', '/runs/both/jobs/', { job_id: '1' })).status).toBe(400);
    expect((await ask('POST', '/runs/', { name: 'both' })).status).toBe(400);
    await accepted(server.call('DELETE', '/runs/both/jobs/1/'));
    expect(await ask('GET', '/runs/both/')).toEqual({ status: 200, json: {} });
    await accepted(server.call('DELETE', '/runs/both/'));
    expect((await ask('GET', '/runs/both/')).status).toBe(404);
  });

  test('a job that is reported dead after its verdict counts once, by its verdict', async () => {
    await accepted(server.post('/runs/once/jobs/', { job_id: '1', status: 'dead', success: false }));
    expect((await server.get('/runs/once/')).json).toMatchObject({
      status: 'finished dead',
      results: { dead: 1, fail: 0 },
    });
    expect((await ask('GET', '/runs/')).json).toMatchObject({ once: { results: { pass: 0, running: 0, fail: 1 } } });
    await accepted(server.put('/runs/once/jobs/1/', { success: true }));
    expect((await ask('GET', '/runs/')).json).toMatchObject({ once: { results: { pass: 1, running: 0, fail: 0 } } });
    expect((await ask('GET', '/runs/once/jobs/1/')).json).toMatchObject({ success: true });
  });
});
