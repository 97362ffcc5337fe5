import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobPage } from '../../src/http/api/job-page.ts';
import type { RunJobs } from '../../src/http/api/run-jobs.ts';
import type { RunParts } from '../../src/http/api/run-parts.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, runOn, startPages } from './pages.ts';

const run = runOn(23);
const description = 'rados/thrash/{a b}';

describe.each(engines)('the page of a job on $name', (engine) => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages(engine);
    await pages.report(runOn(21), { job_id: '1', status: 'pass', description, sha1: 'aaaa' });
    await pages.report(runOn(22, 'squid'), { job_id: '1', status: 'dead', description, sha1: 'bbbb' });
    await pages.report(run, { job_id: '4', status: 'pass', description: 'other' });
    await pages.report(run, { job_id: '6', status: 'fail', description: 'other' });
    await pages.report(run, {
      job_id: '5',
      status: 'fail',
      description,
      sha1: 'bbbb',
      failure_reason: "{'smithi1': {'msg': 'non-zero return code', 'ansible': 1}}",
      os_version: '22.10',
      roles: [['mon.a', 'osd.0'], ['client.0']],
      targets: { 'ubuntu@smithi009': 'k', smithi003: 'k' },
      cbt_perf_url: 'https://cbt.example/',
      sentry_event: 'data:text/html,x',
    });
    await pages.put(
      `/runs/${run}/jobs/5/`,
      '{"overrides":{"ceph":{"version":1.0,"2":"two","1":12345678901234567890}}}',
    );
  });
  afterAll(() => pages.stop());

  const page = (query = '') => pages.read<JobPage>(`/runs/${run}/jobs/5${query}`);

  test('shows the configuration of the job and leaves out what was not reported', async () => {
    const { config } = await page();
    expect(config).toMatchObject({ job_id: '5', description, overrides: { ceph: { '2': 'two' } } });
    expect(config).not.toHaveProperty('tasks');
    expect(config).not.toHaveProperty('run');
    expect((await pages.get(`/api/runs/${run}/jobs/5`)).text).toContain(
      '"version":1.0,"2":"two","1":12345678901234567890',
    );
  });

  test('is shown whatever its roles and targets are', async () => {
    const targets = [{ toString: 1, valueOf: 1 }];
    for (const [at, roles] of [[['a']], targets, [targets]].entries()) {
      await pages.report(`odd-${at}`, {
        job_id: '1',
        roles,
        targets,
        tasks: targets,
        os_type: targets,
        os_version: targets,
      });
      const { roles: shown, config } = await pages.read<JobPage>(`/runs/odd-${at}/jobs/1`);
      expect([shown, config.targets]).toEqual([[], targets]);
    }
  });

  test('assigns roles to targets in order', async () => {
    expect((await page()).roles).toEqual([
      { node: 'smithi009', roles: ['mon.a', 'osd.0'] },
      { node: 'smithi003', roles: ['client.0'] },
    ]);
    expect((await pages.read<JobPage>(`/runs/${run}/jobs/4`)).roles).toEqual([]);
  });

  test('knows its place in the run and the jobs with the same cause', async () => {
    const { place, siblings, job } = await page();
    expect(place).toEqual({ at: 1, of: 3 });
    expect(siblings).toEqual({ total: 1, jobs: [{ job_id: '5', status: 'fail', description }] });
    expect(job.signature).not.toBeNull();
    const silent = await pages.read<JobPage>(`/runs/${run}/jobs/6`);
    expect(silent.siblings).toEqual({ total: 1, jobs: [{ job_id: '6', status: 'fail', description: 'other' }] });
    const green = await pages.read<JobPage>(`/runs/${run}/jobs/4`);
    expect([green.place.at, green.siblings]).toEqual([3, { total: 0, jobs: [] }]);
  });

  test('has the parts that filters and columns of its run need', async () => {
    await pages.put(`/runs/${run}/jobs/6/`, {
      tasks: [{ install: null }, { ceph: {} }],
      owner: 'ana',
      suite_branch: 'x',
    });
    const { jobs, lists } = await pages.read<RunParts>(`/runs/${run}/parts`);
    const six = jobs.find(({ job_id }) => job_id === '6')!;
    expect({ ...six, tasks: lists[six.tasks], roles: lists[six.roles] }).toEqual({
      ...{ job_id: '6', tasks: ['install', 'ceph'], roles: [], machine_type: null, owner: 'ana', flavor: null },
      ...{ priority: null, teuthology_branch: null, suite_branch: 'x' },
    });
    const found = await pages.read<RunJobs>(`/runs/${run}/jobs?q=task:ceph,nothing`);
    expect(found.jobs.map(({ job_id }) => job_id)).toEqual(['6']);
  });

  test('links to logs and measurements, and only to http and https', async () => {
    const archive = `https://logs.example/${run}/5/`;
    expect((await page()).links).toEqual(
      expect.arrayContaining([
        { name: 'log', href: `${archive}teuthology.log` },
        { name: 'archive', href: archive },
        { name: 'cbt', href: 'https://cbt.example/' },
      ]),
    );
    expect(JSON.stringify((await page()).links)).not.toContain('data:');
  });

  test('has the history of its description in its branch, in all branches and for its sha1', async () => {
    const runsOf = async (query: string) => (await page(query)).history.map((job) => job.run);
    expect(await runsOf('')).toEqual([run, runOn(21)]);
    expect(await runsOf('?scope=all')).toEqual([run, runOn(22, 'squid'), runOn(21)]);
    expect(await runsOf('?scope=sha1')).toEqual([run, runOn(22, 'squid')]);
    expect((await pages.get(`/api/runs/${run}/jobs/5?scope=x`)).status).toBe(400);
  });

  test('includes the job itself in its history, however old it is', async () => {
    const first = runOn(1, 'long');
    await pages.report(first, { job_id: '1', status: 'pass', description: 'long' });
    for (let job = 2; job <= 30; job++) {
      await pages.report(runOn(2, 'long'), { job_id: String(job), status: 'pass', description: 'long' });
    }
    const { history } = await pages.read<JobPage>(`/runs/${first}/jobs/1`);
    expect(history.length).toBe(25);
    expect(history.at(-1)?.run).toBe(first);
  });

  test('has the previous and the next job of the run page', async () => {
    const { before, after } = await page();
    expect([before, after]).toEqual([null, '6']);
    const last = await pages.read<JobPage>(`/runs/${run}/jobs/4`);
    expect([last.before, last.after]).toEqual(['6', null]);
  });

  test('is 404 for a missing job or run', async () => {
    expect((await pages.get(`/api/runs/${run}/jobs/7`)).json).toMatchObject({ message: "there is no job '7'" });
    expect((await pages.get('/api/runs/nothing/jobs/7')).status).toBe(404);
  });
});
