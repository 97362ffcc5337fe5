/** GET /runs/{name}/. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';
import { accepted, entry, newRun, printedKeys, refused } from './setup.ts';

describe.each(engines)('/runs/{name}/ on $name', (engine) => {
  let server: TestServer;
  let run: string;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  beforeEach(async () => {
    run = await newRun(server);
  });
  afterAll(() => server.stop());

  test('answers {} when the run has no jobs', async () => {
    expect((await server.get(`/runs/${run}/`)).text).toBe('{}');
  });

  test('answers 404 for an unknown run', async () => {
    expect(refused(await server.get('/runs/nope/'), 404)).toContain('nope');
    expect(refused(await server.get('/runs/nope/jobs/'), 404)).toContain('nope');
  });

  test('shows exactly href, status and results of a job, in this order', async () => {
    await accepted(server.post(`/runs/${run}/jobs/`, { job_id: 1500 }));
    const results = '{"pass":0,"running":1,"fail":0}';
    expect((await server.get(`/runs/${run}/`)).text).toBe(
      `{"1500":{"href":"${server.url}/runs/${run}/1500/","status":"running","results":${results}}}`,
    );
  });

  test.each([
    [true, 'finished', { pass: 1, running: 0, fail: 0 }],
    [false, 'finished', { pass: 0, running: 0, fail: 1 }],
    [null, 'running', { pass: 0, running: 1, fail: 0 }],
    [undefined, 'running', { pass: 0, running: 1, fail: 0 }],
  ])('counts the outcome of a job with success %s once', async (success, status, results) => {
    await accepted(server.post(`/runs/${run}/jobs/`, { job_id: 'posted', success }));
    await accepted(server.post(`/runs/${run}/jobs/`, { job_id: 'put' }));
    await accepted(server.put(`/runs/${run}/jobs/put/`, { success: success !== true }));
    await accepted(server.put(`/runs/${run}/jobs/put/`, { success: success ?? null }));
    const answer = await server.get(`/runs/${run}/`);
    expect(entry(answer, 'posted')).toMatchObject({ status, results });
    expect(entry(answer, 'put')).toMatchObject({ status, results });
  });

  test('lists jobs in the order of posting, regardless of their ids and updates', async () => {
    const ids = ['10', '9', 'b', '1', 'a', '-5', '2'];
    for (const job_id of ids) await accepted(server.post(`/runs/${run}/jobs/`, { job_id }));
    await accepted(server.put(`/runs/${run}/jobs/10/`, { success: true, tasks: ['x'] }));
    expect(printedKeys(await server.get(`/runs/${run}/`))).toEqual(ids);
  });

  test('lists each of more than 100 jobs', async () => {
    const ids = Array.from({ length: 130 }, (_, index) => `j${index}`);
    for (const job_id of ids) await accepted(server.post(`/runs/${run}/jobs/`, { job_id }));
    expect(printedKeys(await server.get(`/runs/${run}/`))).toEqual(ids);
  });

  test('shows no job of another run', async () => {
    const other = await newRun(server);
    await accepted(server.post(`/runs/${run}/jobs/`, { job_id: '1', success: true }));
    await accepted(server.post(`/runs/${other}/jobs/`, { job_id: '1', success: false }));
    await accepted(server.post(`/runs/${other}/jobs/`, { job_id: '2' }));
    expect(entry(await server.get(`/runs/${run}/`), '1')?.results).toEqual({ pass: 1, running: 0, fail: 0 });
    expect(printedKeys(await server.get(`/runs/${run}/`))).toEqual(['1']);
  });
});
