/** GET and POST /runs/. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';
import { accepted, entry, newRun, printedKeys, refused } from './setup.ts';

describe.each(engines)('/runs/ on $name', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  afterAll(() => server.stop());

  async function results(run: string, ...successes: unknown[]): Promise<string> {
    for (const [index, success] of successes.entries())
      await accepted(server.post(`/runs/${run}/jobs/`, { job_id: `${index}`, success }));
    const shown = entry(await server.get('/runs/'), run);
    return `${shown?.status}: ${shown?.results.pass} ${shown?.results.running} ${shown?.results.fail}`;
  }

  // The first test, while there are no runs.
  test('answers {} when there are no runs', async () => {
    expect((await server.get('/runs/')).text).toBe('{}');
  });

  test('shows exactly href, status and results of a run, in this order', async () => {
    const name = 'teuthology-2013-09-25_23:00:06-rados-master-testing-basic-plana';
    await accepted(server.post('/runs/', { name }));
    const results = '{"pass":0,"running":0,"fail":0}';
    expect((await server.get('/runs/')).text).toBe(
      `{"${name}":{"href":"${server.url}/runs/${name}/","status":"running","results":${results}}}`,
    );
  });

  test('shows a run without jobs as running', async () => {
    expect(await results(await newRun(server))).toBe('running: 0 0 0');
  });

  test('shows a run as finished when all its jobs have passed or failed', async () => {
    expect(await results(await newRun(server), true)).toBe('finished: 1 0 0');
    expect(await results(await newRun(server), false)).toBe('finished: 0 0 1');
    expect(await results(await newRun(server), true, false, true)).toBe('finished: 2 0 1');
  });

  test('shows a run as running while a job has no outcome', async () => {
    expect(await results(await newRun(server), undefined)).toBe('running: 0 1 0');
    expect(await results(await newRun(server), true, false, null, true)).toBe('running: 2 1 1');
  });

  test('counts a job under its current success after every change', async () => {
    const run = await newRun(server);
    expect(await results(run, undefined, true)).toBe('running: 1 1 0');
    for (const [success, shown] of [
      [true, 'finished: 2 0 0'],
      [true, 'finished: 2 0 0'],
      [false, 'finished: 1 0 1'],
      [null, 'running: 1 1 0'],
      [null, 'running: 1 1 0'],
      [false, 'finished: 1 0 1'],
    ]) {
      await accepted(server.put(`/runs/${run}/jobs/0/`, { success }));
      expect(await results(run)).toBe(shown);
    }
  });

  test('shows the last 100 runs, newest first, with their counts', async () => {
    const names = Array.from({ length: 105 }, (_, index) => `${index % 2 ? index : `many-${index}`}`);
    for (const name of names) await accepted(server.post('/runs/', { name }));
    expect(printedKeys(await server.get('/runs/'))).toEqual(names.toReversed().slice(0, 100));
    // An update does not make an old run newer.
    await accepted(server.post('/runs/many-0/jobs/', { job_id: '1' }));
    expect(printedKeys(await server.get('/runs/'))).toEqual(names.toReversed().slice(0, 100));
    expect(Object.keys((await server.get('/runs/many-0/')).json as object)).toEqual(['1']);
  });

  test("answers 400 'already exists' when the run is posted again, and leaves it unchanged", async () => {
    const name = await newRun(server);
    await accepted(server.post(`/runs/${name}/jobs/`, { job_id: '1' }));
    const before = (await server.get('/runs/')).text;
    expect(refused(await server.post('/runs/', { name }), 400)).toBe(`run with name ${name} already exists`);
    expect((await server.get('/runs/')).text).toBe(before);
  });

  test('accepts exactly one of 20 simultaneous posts of one run', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.post('/runs/', { name: 'at-once' })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(400)]);
    for (const answer of answers.filter(({ status }) => status === 400))
      expect(refused(answer, 400)).toBe('run with name at-once already exists');
    expect(printedKeys(await server.get('/runs/')).filter((name) => name === 'at-once')).toEqual(['at-once']);
  });

  test.each([
    ['no name', {}],
    ['another key', { Name: 'x' }],
    ['null', { name: null }],
    ['an empty name', { name: '' }],
    ['a number', { name: 5 }],
    ['true', { name: true }],
    ['a list', { name: ['x'] }],
    ['an object', { name: { name: 'x' } }],
  ])('answers 400 to %s as a name and creates nothing', async (_what, body) => {
    const before = (await server.get('/runs/')).text;
    expect(refused(await server.post('/runs/', body), 400)).toContain("'name'");
    expect((await server.get('/runs/')).text).toBe(before);
  });

  test('ignores unknown keys and uses the last value of a repeated key', async () => {
    await accepted(
      server.post('/runs/', '{"name": "first", "results": {"pass": 9}, "__proto__": {"x": 1}, "name": "last"}'),
    );
    expect(await results('last')).toBe('running: 0 0 0');
    expect((await server.get('/runs/first/')).status).toBe(404);
  });
});
