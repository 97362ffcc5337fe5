/** Requests for jobs (teuthology contract §2.3, §2.6, §2.7). */
import { describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { change, listed, newJob, newRunName, type Shown, shown } from './report.ts';
import { expectRefused, useTeuthology } from './start.ts';

/** The 45 keys of teuthology contract §2.3 in order. */
const documented = [
  ...['log_href', 'archive_path', 'description', 'duration', 'email', 'failure_reason', 'flavor', 'job_id', 'kernel'],
  ...['last_in_suite', 'machine_type', 'name', 'nuke_on_error', 'os_type', 'os_version', 'overrides', 'owner', 'pid'],
  ...['roles', 'sentry_event', 'status', 'success', 'branch', 'seed', 'sha1', 'subset', 'suite', 'suite_branch'],
  ...['suite_path', 'suite_relpath', 'suite_repo', 'suite_sha1', 'targets', 'tasks', 'timestamp', 'teuthology_branch'],
  ...['verbose', 'pcp_grafana_url', 'priority', 'user', 'queue', 'package_source', 'posted', 'started', 'updated'],
];
/** Keys that only this server returns, if they have a value (teuthology contract §7.47). */
const added = [
  ...['teuthology_sha1', 'repo', 'sleep_before_teardown', 'no_nested_subset', 'first_in_suite', 'cbt_perf_url'],
  ...['failure_reason_detail', 'issue_url', 'comment'],
];

describe.each(engines)('jobs on $name', (engine) => {
  const server = useTeuthology(engine);
  const post = (run: string, body: unknown) => server.post(`/runs/${run}/jobs/`, body);
  const del = (path: string) => server.call('DELETE', path);

  describe('POST', () => {
    test('creates the job and its run', async () => {
      const name = 'ana-2024-02-03_04:05:06-rados-main-distro-default-smithi';
      const { path, runPath } = await newJob(server, { job_id: 1500 }, name);
      const job = await shown(server, path);
      expect(Object.keys(job)).toEqual(documented);
      const { posted } = job;
      const nothing = Object.fromEntries(documented.map((key) => [key, null]));
      expect(job).toEqual({
        ...{ ...nothing, job_id: '1500', status: 'unknown', posted, updated: posted },
        log_href: `http://qa-proxy.ceph.com/teuthology/${name}/1500/teuthology.log`,
      });
      expect(posted).toMatch(/^2024-03-01 \d\d:\d\d:\d\d\.\d{6}$/);
      expect(await shown(server, runPath)).toMatchObject({ user: 'ana', branch: 'main', posted, updated: posted });
    });

    test('a job that exists is refused with already exists, and is unchanged', async () => {
      const { run, path, runPath } = await newJob(server, { job_id: 7, description: 'first' });
      const before = await shown(server, path);
      const updated = (await shown(server, runPath)).updated;
      for (const job_id of [7, '7']) {
        const body = { job_id, description: 'second', status: 'pass' };
        await expectRefused(post(run, body), 400, 'job with job_id 7 already exists');
      }
      expect(await shown(server, path)).toEqual(before);
      expect(await shown(server, runPath)).toMatchObject({ jobs_count: 1, updated });
      await newJob(server, { job_id: 7 });
    });

    test('without a job_id the server chooses a free one', async () => {
      const run = newRunName();
      const first = (await post(run, { name: 'x' })).json as { job_id: string };
      expect(first.job_id).toMatch(/^\d+$/);
      const next = Array.from({ length: 10 }, (_, index) => String(Number(first.job_id) + 1 + index));
      await Promise.all(next.map((job_id) => newJob(server, { job_id }, run)));
      const chosen = await Promise.all(Array.from({ length: 20 }, () => post(run, { name: 'x' })));
      expect(chosen.map(({ status }) => status)).toEqual(Array(20).fill(200));
      const ids = [first, ...chosen.map(({ json }) => json as { job_id: string })].map(({ job_id }) => job_id);
      expect(new Set([...ids, ...next]).size).toBe(31);
      expect((await listed(server, `/runs/${run}/jobs/?fields=job_id`)).map(({ job_id }) => job_id).sort()).toEqual(
        [...ids, ...next].sort(),
      );
    });

    test.each([undefined, '', '{}', '{"name": ', 'x'])('refuses %j as invalid JSON', async (body) => {
      const run = newRunName();
      await expectRefused(post(run, body), 400, 'could not decode JSON body');
      expect((await server.get(`/runs/${run}/`)).status).toBe(404);
    });

    test.each(['[]', '[{"job_id": 1}]', '""', '"x"', '0', '5', 'null', 'false'])('refuses %s', async (body) => {
      const run = newRunName();
      const { status, json } = await post(run, body);
      expect({ status, json }).toEqual({ status: 400, json: { message: expect.stringMatching(/JSON body/) } });
      expect((await server.get(`/runs/${run}/`)).status).toBe(404);
    });

    test.each<[unknown, string]>([
      [null, 'must be a string or a whole number'],
      ['', 'must not be empty'],
      ['a/b', "must not contain '/'"],
      ['..', "must not be '..'"],
      ['x'.repeat(33), 'must be at most 32 characters long'],
      [true, 'must be a string or a whole number'],
      [['1'], 'must be a string or a whole number'],
    ])('refuses the job_id %j, and creates no run', async (job_id, problem) => {
      const run = newRunName();
      await expectRefused(post(run, { job_id }), 400, `invalid value for key 'job_id': ${problem}`);
      expect((await server.get(`/runs/${run}/`)).status).toBe(404);
    });

    test('a run name that is a filter is refused', async () => {
      for (const run of ['branch', 'queued', 'sha1']) {
        expect((await post(run, { job_id: 1 })).status).toBeGreaterThanOrEqual(400);
        expect((await listed(server, '/runs/?count=1000')).map(({ name }) => name)).not.toContain(run);
      }
    });

    test('exactly one of several clients creates a job, and no status is lost (teuthology contract §7.39)', async () => {
      const run = newRunName();
      const same = await Promise.all(Array.from({ length: 12 }, () => post(run, { job_id: 1, status: 'running' })));
      expect(same.map(({ status }) => status).sort()).toEqual([200, ...Array(11).fill(400)]);
      const ids = Array.from({ length: 12 }, (_, index) => index + 2);
      await Promise.all(ids.map((job_id) => newJob(server, { job_id, status: 'running' }, run)));
      expect(await shown(server, `/runs/${run}/`)).toMatchObject({ results: { running: 13, total: 13 } });
    });
  });

  describe('PUT', () => {
    test('changes only the keys in the body', async () => {
      const job = await newJob(server, { description: 'd', owner: 'o', tasks: [1], branch: 'b', seed: 5 });
      await change(server, job, { owner: 'p', tasks: null, seed: null, job_id: 'other' });
      expect(await shown(server, job.path)).toMatchObject({
        ...{ job_id: '1', description: 'd', owner: 'p', tasks: null, branch: 'b', seed: null },
      });
      expect((await server.get(`${job.runPath}jobs/other/`)).status).toBe(404);
    });

    test('an empty object changes only updated of job and run', async () => {
      const job = await newJob(server, { status: 'running', owner: 'o' });
      const [before, run] = [await shown(server, job.path), await shown(server, job.runPath)];
      server.passSeconds(120);
      await change(server, job, {});
      const after = await shown(server, job.path);
      expect(Date.parse(after.updated as string) - Date.parse(before.updated as string)).toBe(120_000);
      expect(after).toEqual({ ...before, updated: after.updated });
      expect(await shown(server, job.runPath)).toEqual({ ...run, updated: after.updated, jobs: [after] });
    });

    test('changes a priority only while the job is queued', async () => {
      const job = await newJob(server, { status: 'queued', priority: 100 });
      const priority = async () => [
        (await shown(server, job.path)).priority,
        (await shown(server, job.runPath)).priority,
      ];
      await change(server, job, { priority: 50 });
      expect(await priority()).toEqual([50, 50]);
      await change(server, job, { priority: 40, status: 'running' });
      expect(await priority()).toEqual([40, 40]);
      await change(server, job, { priority: 30, owner: 'applied' });
      expect(await priority()).toEqual([40, 40]);
      expect(await shown(server, job.path)).toMatchObject({ owner: 'applied' });
    });

    test('answers 404 for a missing job, even with an invalid body', async () => {
      const { runPath } = await newJob(server);
      const message = 'attempted to update a non-existent job';
      for (const path of [`${runPath}jobs/2/`, '/runs/missing/jobs/1/']) {
        for (const body of [{ status: 'pass' }, '{', undefined, { status: 'x' }]) {
          await expectRefused(server.put(path, body), 404, message);
        }
      }
      expect((await server.get('/runs/missing/')).status).toBe(404);
    });

    test.each<[unknown, string]>([
      [undefined, 'could not decode JSON body'],
      ['{', 'could not decode JSON body'],
      ['[]', 'the JSON body must be an object'],
      ['"pass"', 'the JSON body must be an object'],
    ])('refuses %j', async (body, message) => {
      const { path } = await newJob(server);
      await expectRefused(server.put(path, body), 400, message);
    });
  });

  describe('DELETE', () => {
    test('recomputes the run, including its first job', async () => {
      const run = newRunName();
      const jobs = [
        { job_id: '1', status: 'running', sha1: 's1', flavor: 'f1', priority: 1, targets: { 'ubuntu@del1': '' } },
        { job_id: '10', status: 'pass', sha1: 's10', flavor: 'f10' },
        { job_id: '2', status: 'pass', sha1: 's2', flavor: 'f2', priority: 2 },
      ];
      for (const job of jobs) await newJob(server, job, run);
      const path = `/runs/${run}/`;
      const { updated, results } = await shown(server, path);
      expect(results).toMatchObject({ running: 1, pass: 2, total: 3, sha1: 's1' });
      server.passSeconds(10);
      expect(await del(`${path}jobs/1/`)).toMatchObject({ status: 200, json: {} });
      expect(await shown(server, path)).toMatchObject({
        ...{ status: 'finished pass', sha1: 's10', flavor: 'f10', priority: null, jobs_count: 2, updated },
        results: { running: 0, pass: 2, total: 2, sha1: 's10', flavor: 'f10' },
      });
      expect((await server.get(`${path}jobs/1/`)).status).toBe(404);
      expect(await listed(server, '/nodes/del1/jobs/')).toEqual([]);
      expect(await shown(server, '/nodes/del1/')).toMatchObject({ name: 'del1' });
      await del(`${path}jobs/10/`);
      expect(await shown(server, path)).toMatchObject({ sha1: 's2', flavor: 'f2', priority: 2 });
      await del(`${path}jobs/2`);
      expect(await shown(server, path)).toMatchObject({ status: 'empty', sha1: 'none', priority: null, jobs: [] });
      expect((await listed(server, '/runs/status/empty/?count=1000')).map(({ name }) => name)).toContain(run);
    });

    test('answers 404 for a missing job', async () => {
      const { runPath, path } = await newJob(server);
      const message = 'attempted to delete a non-existent job';
      await expectRefused(del(`${runPath}jobs/2/`), 404, message);
      await expectRefused(del('/runs/missing/jobs/1/'), 404, message);
      expect((await del(path)).status).toBe(200);
      await expectRefused(del(path), 404, message);
    });
  });

  describe('GET', () => {
    test('answers 404 in JSON for a missing job and a missing run', async () => {
      const { runPath } = await newJob(server);
      await expectRefused(server.get(`${runPath}jobs/2/`), 404, 'job 2 was not found');
      await expectRefused(server.get('/runs/missing/jobs/2/'), 404, 'run missing was not found');
      await expectRefused(server.get('/runs/missing/jobs/'), 404, 'run missing was not found');
    });

    test('lists all jobs of a run, newest first, filtered by status', async () => {
      const run = newRunName();
      const ids = Array.from({ length: 120 }, (_, index) => String((index * 7) % 120));
      for (const job_id of ids) await newJob(server, { job_id, status: Number(job_id) % 2 ? 'pass' : 'queued' }, run);
      const at = async (query: string) =>
        (await listed(server, `/runs/${run}/jobs/${query}`)).map(({ job_id }) => job_id);
      expect(await at('')).toEqual(ids.toReversed());
      expect(await at('?count=3&page=2')).toEqual(ids.toReversed());
      expect(await at('?status=pass')).toEqual(ids.filter((id) => Number(id) % 2).reverse());
      expect(await at('?status=nothing&fields=job_id')).toEqual([]);
      await expectRefused(
        server.get(`/runs/${run}/jobs/?status=pass&status=fail`),
        400,
        "parameter 'status' must be given once",
      );
    });

    test('fields accepts every key of a job, and some that are not shown otherwise', async () => {
      const { run, path } = await newJob(server, { job_id: 'a b', targets: { t: 1 }, verbose: true, os_version: 9 });
      const nothing = Object.fromEntries([...documented, ...added].map((key) => [key, null]));
      const whole: Shown = { ...nothing, ...(await shown(server, path.replace('a b', 'a%20b'))) };
      const [all] = await listed(server, `/runs/${run}/jobs/?fields=${[...documented, ...added].join(',')}`);
      expect(Object.entries(all as Shown)).toEqual(Object.entries(whole));
      const [some] = await listed(server, `/runs/${run}/jobs/?fields=,verbose,href,run_id,targets,id,_x,job_id,`);
      expect(Object.entries(some as Shown)).toEqual([
        ...[
          ['verbose', true],
          ['href', `http://localhost:80/runs/${run}/jobs/a%20b/`],
          ['run_id', expect.any(Number)],
        ],
        ...[
          ['targets', { t: 1 }],
          ['id', expect.any(Number)],
          ['job_id', 'a b'],
        ],
      ]);
      for (const field of [...documented, ...added]) {
        expect(await listed(server, `/runs/${run}/jobs/?fields=${field}`)).toEqual([{ [field]: whole[field] }]);
      }
    });

    test.each(['x', 'job_id,', 'job_id,,status', ',', 'job_id, status', 'run', 'small', 'more', 'toString', 'query'])(
      'fields=%s',
      async (fields) => {
        const { run } = await newJob(server);
        const answer = server.get(`/runs/${run}/jobs/?fields=${encodeURIComponent(fields)}`);
        if (fields === 'job_id,') expect(await answer).toMatchObject({ status: 200, json: [{ job_id: '1' }] });
        else await expectRefused(answer, 400, 'an invalid field was specified');
      },
    );

    test('log_href has run and job once, encoded as path segments', async () => {
      const { path } = await newJob(server, { job_id: '$1' }, 'log$& ü {job_id}');
      const log_href = 'http://qa-proxy.ceph.com/teuthology/log%24%26%20%C3%BC%20%7Bjob_id%7D/%241/teuthology.log';
      expect(await shown(server, path)).toMatchObject({ log_href });
    });
  });
});
