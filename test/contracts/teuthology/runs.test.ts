/** Requests for runs (teuthology contract §2.1 to §2.5). */
import { describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { listed, newJob, newRunName, type Shown, shown } from './report.ts';
import { expectRefused, useTeuthology } from './start.ts';

/** The keys of teuthology contract §2.2 in order, then new ones. */
const runKeys = [
  ...['name', 'href', 'user', 'status', 'results', 'jobs_count', 'posted', 'scheduled', 'started', 'updated'],
  ...['branch', 'suite', 'machine_type', 'sha1', 'priority', 'flavor', 'tags'],
];
const resultKeys = ['queued', 'pass', 'running', 'waiting', 'fail', 'dead', 'unknown', 'total', 'sha1', 'flavor'];
const timestamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;

describe.each(engines)('runs on $name', (engine) => {
  const server = useTeuthology(engine);
  const get = (path: string) => server.get(path);
  const post = (body: unknown) => server.post('/runs/', body);
  const names = async (path: string) => (await listed(server, path)).map(({ name }) => name);

  async function newRun(name = newRunName(), fields: Shown = {}): Promise<string> {
    expect(await post({ name, ...fields })).toMatchObject({ status: 200, json: {} });
    return name;
  }

  test('the root returns {}', async () => {
    expect(await get('/')).toMatchObject({ status: 200, json: {}, headers: { 'content-type': 'application/json' } });
  });

  describe('POST /runs/', () => {
    test('creates an empty run with a name that cannot be parsed', async () => {
      const name = await newRun();
      const run = await shown(server, `/runs/${name}/`);
      const { posted } = run;
      expect(posted).toMatch(timestamp);
      expect(Object.keys(run)).toEqual([...runKeys, 'jobs']);
      expect(Object.keys(run.results as Shown)).toEqual(resultKeys);
      const counts = { queued: 0, pass: 0, running: 0, waiting: 0, fail: 0, dead: 0, unknown: 0, total: 0 };
      expect(run).toEqual({
        ...{ name, href: `http://localhost:80/runs/${name}/`, user: '', status: 'empty', jobs_count: 0 },
        ...{ posted, scheduled: posted, started: null, updated: null, branch: '', suite: '', machine_type: '' },
        ...{ sha1: 'none', priority: null, flavor: 'none', tags: [], jobs: [] },
        results: { ...counts, sha1: 'none', flavor: 'none' },
      });
    });

    test('parses the name', async () => {
      const name = await newRun('ana-2024-02-03_4:05:06-rados:thrash-wip-a-distro-default-smithi');
      expect(await shown(server, `/runs/${name}/`)).toMatchObject({
        ...{ user: 'ana', scheduled: '2024-02-03 04:05:06.000000', suite: 'rados:thrash', branch: 'wip-a' },
        machine_type: 'smithi',
      });
    });

    test('a name with an impossible date is not parsed (teuthology contract §7.54)', async () => {
      const name = await newRun('ana-2024-02-30_00:00:00-rados-main-distro-default-smithi');
      const { user, branch, posted, scheduled } = await shown(server, `/runs/${name}/`);
      expect({ user, branch, scheduled }).toEqual({ user: '', branch: '', scheduled: posted });
    });

    test('a run that exists is refused with the full message (teuthology contract §7.2)', async () => {
      const name = await newRun('a+b&c;d?e %d');
      await expectRefused(post({ name }), 400, 'run with name a+b&c;d?e %d already exists');
      expect(await shown(server, `/runs/${encodeURIComponent(name)}/`)).toMatchObject({ name, status: 'empty' });
    });

    test.each<[unknown, string]>([
      [undefined, 'could not decode JSON body'],
      ['', 'could not decode JSON body'],
      ['{"name": "x"', 'could not decode JSON body'],
      [{}, "could not find required key: 'name'"],
      [{ name: null }, "could not find required key: 'name'"],
      [{ name: '' }, "could not find required key: 'name'"],
      [[], 'the JSON body must be an object'],
      ['"x"', 'the JSON body must be an object'],
      ['1', 'the JSON body must be an object'],
      ['null', 'the JSON body must be an object'],
      [{ name: 5 }, "invalid value for key 'name': must be a string"],
      [{ name: ['x'] }, "invalid value for key 'name': must be a string"],
      [{ name: 'a/b' }, "invalid value for key 'name': must not contain '/'"],
      [{ name: '..' }, "invalid value for key 'name': must not be '..'"],
      [{ name: 'x'.repeat(513) }, "invalid value for key 'name': must be at most 512 characters long"],
    ])('refuses %j', async (body, message) => {
      await expectRefused(post(body), 400, message);
    });

    test.each(['branch', 'date', 'machine_type', 'status', 'suite', 'queued', 'sha1', 'user', 'flavor', 'flavors'])(
      'refuses %s, which is a filter',
      async (name) => {
        const message = `invalid value for key 'name': must not be '${name}'`;
        await expectRefused(post({ name }), 400, message);
      },
    );

    test('exactly one of several clients creates a run (teuthology contract §7.42)', async () => {
      const name = newRunName();
      const replies = await Promise.all(Array.from({ length: 20 }, () => post({ name })));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(400)]);
    });
  });

  describe('GET and HEAD /runs/{run}/', () => {
    test('results, status, sha1, priority and flavor come from the jobs', async () => {
      const run = newRunName();
      await newJob(server, { job_id: '9', status: 'pass', sha1: 'nine', flavor: 'f9', priority: 9 }, run);
      await newJob(server, { job_id: '10', status: 'dead', sha1: 'ten', flavor: 'f10', priority: 10 }, run);
      await newJob(server, { job_id: '100', status: 'queued' }, run);
      const { jobs, ...shownRun } = await shown(server, `/runs/${run}/`);
      const counts = { queued: 1, pass: 1, running: 0, waiting: 0, fail: 0, dead: 1, unknown: 0, total: 3 };
      expect(shownRun).toMatchObject({
        ...{ status: 'finished fail', jobs_count: 3, sha1: 'ten', priority: 10, flavor: 'f10' },
        results: { ...counts, sha1: 'ten', flavor: 'f10' },
      });
      expect((jobs as Shown[]).map(({ job_id }) => job_id)).toEqual(['10', '100', '9']);
      // Parameters are ignored (teuthology contract §2.5).
      expect(Object.keys(await shown(server, `/runs/${run}/?fields=name&count=1`))).toEqual([...runKeys, 'jobs']);
    });

    test('sha1, flavor and priority are null if the first job has none', async () => {
      const { runPath } = await newJob(server);
      expect(await shown(server, runPath)).toMatchObject({
        ...{ sha1: null, flavor: null, priority: null },
        results: { sha1: null, flavor: null, unknown: 1 },
      });
    });

    test.each([99, 100, 101, 250])('all %i jobs are listed, in the order of their ids as text', async (count) => {
      const run = newRunName();
      const ids = Array.from({ length: count }, (_, index) => String(index + 1));
      await Promise.all(ids.map((job_id) => newJob(server, { job_id, status: 'queued' }, run)));
      const { jobs, results } = await shown(server, `/runs/${run}/`);
      expect((jobs as Shown[]).map(({ job_id }) => job_id)).toEqual(ids.sort());
      expect(results).toMatchObject({ queued: count, total: count });
      const newest = (await listed(server, `/runs/${run}/jobs/`)).map(({ job_id }) => job_id);
      expect(newest.toSorted()).toEqual(ids);
    });

    test('HEAD tells whether a run exists', async () => {
      const name = await newRun();
      for (const path of [`/runs/${name}/`, `/runs/${name}`]) {
        expect(await server.call('HEAD', path)).toMatchObject({ status: 200, json: undefined });
      }
      expect(await server.call('HEAD', '/runs/missing/')).toMatchObject({ status: 404, json: undefined });
    });

    test('a missing run is 404 in JSON', async () => {
      await expectRefused(get('/runs/missing/'), 404, 'run missing was not found');
    });
  });

  describe('PUT and DELETE /runs/{run}/', () => {
    test('tags are stored, replaced and kept', async () => {
      const name = await newRun(newRunName(), { tags: ['nightly', 'ü'] });
      const tags = async () => (await shown(server, `/runs/${name}/`)).tags;
      expect(await tags()).toEqual(['nightly', 'ü']);
      expect(await server.put(`/runs/${name}/`, { tags: ['b', 'a'] })).toMatchObject({ status: 200, json: {} });
      expect(await tags()).toEqual(['b', 'a']);
      expect(await server.put(`/runs/${name}`, { name: 'other' })).toMatchObject({ status: 200, json: {} });
      expect(await tags()).toEqual(['b', 'a']);
      expect(await names('/runs/?count=100')).not.toContain('other');
    });

    test.each([['x'], [{}], [null], [[1]], [['x'.repeat(257)]], [Array(101).fill('x')]])(
      'tags %j are refused',
      async (tags) => {
        const message = "invalid value for key 'tags': must be a list of at most 100 texts of at most 256 characters";
        const name = await newRun();
        await expectRefused(server.put(`/runs/${name}/`, { tags }), 400, message);
        await expectRefused(post({ name: newRunName(), tags }), 400, message);
        expect(await shown(server, `/runs/${name}/`)).toMatchObject({ tags: [] });
      },
    );

    test('tags of a missing run are 404', async () => {
      const message = 'attempted to update a non-existent run';
      await expectRefused(server.put('/runs/missing/', { tags: [] }), 404, message);
    });

    test('DELETE deletes the jobs and keeps the nodes', async () => {
      const { run, path, runPath } = await newJob(server, { targets: { 'ubuntu@stays': 'key' }, status: 'pass' });
      expect(await server.call('DELETE', runPath)).toMatchObject({ status: 200, json: {} });
      expect((await get(runPath)).status).toBe(404);
      expect((await get(path)).status).toBe(404);
      expect(await names('/runs/?count=100')).not.toContain(run);
      expect(await listed(server, '/nodes/stays/jobs/')).toEqual([]);
      expect(await shown(server, '/nodes/stays/')).toMatchObject({ name: 'stays' });
      const message = 'attempted to delete a non-existent run';
      await expectRefused(server.call('DELETE', runPath), 404, message);
      await newJob(server, {}, run);
      expect(await shown(server, runPath)).toMatchObject({ jobs_count: 1, status: 'unknown' });
    });
  });
});
