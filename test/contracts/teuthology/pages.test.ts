/** The requests of each page of pulpito and each hook of pulpito-ng (teuthology contract §4.4 and §4.5). */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { createLab, type Shown } from '../../helpers/lab.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';

const pulpito = { accept: '*/*', 'user-agent': 'python-requests/2.32.3', 'accept-encoding': 'gzip, deflate' };
const browser = {
  ...{ accept: 'application/json, text/plain, */*', origin: 'https://pulpito-ng.ceph.com' },
  ...{ 'user-agent': 'Mozilla/5.0', 'accept-encoding': 'gzip, deflate, br' },
};

const name = 'ana-2024-03-01_20:00:15-rados-main-distro-default-smithi';
const queuedName = 'bob-2024-03-02_08:00:00-fs-wip-x-distro-default-smithi';
const sha1 = 'c0ffee'.padEnd(40, '0');
const description = 'rados/{clusters/fixed-2 100%_{a,b}}';

describe.each(engines)('pages on $name', (engine) => {
  let server: TestServer;

  /** Sends the request of a page: the answer must be 200, JSON, and readable from another origin. */
  async function page(path: string, headers: Record<string, string>): Promise<unknown> {
    const { status, json, headers: answered } = await server.get(path, headers);
    expect({ path, status }).toEqual({ path, status: 200 });
    expect(answered).toMatchObject({ 'access-control-allow-origin': '*', 'content-type': 'application/json' });
    return json;
  }
  const list = async (path: string, headers: Record<string, string> = pulpito) =>
    (await page(path, headers)) as Shown[];

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
    const lab = createLab(server);
    for (const [node, fields] of Object.entries({ 'page1.x': { up: true }, 'page2.x': { up: false } })) {
      await lab.inventory({ name: node, machine_type: 'smithi', ssh_pub_key: 'k', os_type: 'centos', ...fields });
    }
    await lab.lock('page1.x', 'ana', null);
    const config = {
      name,
      machine_type: 'smithi',
      suite: 'rados',
      branch: 'main',
      sha1,
      flavor: 'default',
      user: 'ana',
    };
    const os = {
      os_type: 'centos',
      os_version: '9.stream',
      owner: 'ana@host',
      teuthology_branch: 'main',
      priority: 70,
    };
    const failed = { failure_reason: 'no', sentry_event: 'http://sentry/1', pcp_grafana_url: 'http://pcp/1' };
    const targets = { 'ubuntu@page1.x': 'ssh-rsa', 'ubuntu@page2.x': 'ssh-rsa' };
    const job = { ...config, ...os, description, targets, roles: [['mon.a']], tasks: [{ ceph: null }], duration: 61.4 };
    await lab.report(name, { ...job, job_id: '1', status: 'running' });
    await lab.report(name, { ...job, ...failed, job_id: '1', success: false });
    await lab.report(name, { ...config, job_id: '2', description: 'other', status: 'running' });
    await lab.report(queuedName, {
      ...config,
      name: queuedName,
      suite: 'fs',
      branch: 'wip-x',
      job_id: '3',
      status: 'queued',
    });
  });
  afterAll(() => server.stop());

  const time = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/);
  const counts = { queued: 0, pass: 0, running: 1, waiting: 0, fail: 1, dead: 0, unknown: 0, total: 2 };
  const run = {
    ...{ name, status: 'running', user: 'ana', suite: 'rados', branch: 'main', machine_type: 'smithi', sha1 },
    ...{ priority: 70, flavor: 'default', scheduled: '2024-03-01 20:00:15.000000', posted: time, started: time },
    ...{ updated: time, results: { ...counts, sha1, flavor: 'default' } },
  };
  const job = {
    ...{ name, job_id: '1', status: 'fail', success: false, description, duration: 61, failure_reason: 'no', sha1 },
    ...{ log_href: `http://qa-proxy.ceph.com/teuthology/${name}/1/teuthology.log`, sentry_event: 'http://sentry/1' },
    ...{ pcp_grafana_url: 'http://pcp/1', targets: { 'ubuntu@page1.x': 'ssh-rsa', 'ubuntu@page2.x': 'ssh-rsa' } },
    ...{ machine_type: 'smithi', teuthology_branch: 'main', suite_branch: null, branch: 'main', os_type: 'centos' },
    ...{ os_version: '9.stream', roles: [['mon.a']], tasks: [{ ceph: null }], owner: 'ana@host' },
    ...{ posted: time, started: time, updated: time },
  };
  const stats = { 'page1.x': { fail: 1 }, 'page2.x': { fail: 1 } };

  describe('pulpito', () => {
    test.each([
      '/runs/?page=1',
      '/runs/branch/main/',
      `/runs/branch/main/machine_type/smithi/sha1/${sha1}/status/running/suite/rados/date/2024-03-01/?count=9999`,
      '/runs/machine_type/smithi/sha1/c0ffee/date/from/2024-03-01/to/2024-03-01/',
      '/runs/status/running/?count=9999',
      '/runs/date/2024-03-01/',
      '/runs/date/from/2024-02-01/to/2024-03-01',
      '/runs/branch/main/suite/rados/?count=3&since=2024-02-01',
    ])('the list %s', async (path) => {
      const runs = await list(path);
      expect(runs.find((shown) => shown.name === name)).toMatchObject(run);
      expect(runs).toHaveLength(path.startsWith('/runs/?') ? 2 : 1);
    });

    test('an invalid day and a day without runs', async () => {
      const bad = await server.get('/runs/date/31.12.2024/', pulpito);
      expect([bad.status, bad.json]).toEqual([400, { message: 'date format must match %Y-%m-%d' }]);
      expect(await list('/runs/date/2020-01-01/')).toEqual([]);
    });

    test('the queue', async () => {
      expect(await list('/runs/queued/')).toMatchObject([{ name: queuedName, results: { queued: 1, total: 1 } }]);
    });

    test('a run with its jobs, a job, and missing ones', async () => {
      const shown = (await page(`/runs/${name}/`, pulpito)) as Shown;
      expect(shown).toMatchObject({ ...run, jobs: [job, { job_id: '2', targets: null }] });
      expect(await page(`/runs/${name}/jobs/1/`, pulpito)).toMatchObject(job);
      for (const path of [
        '/runs/missing/',
        `/runs/${name}/jobs/9/`,
        '/nodes/missing/',
        '/nodes/missing/jobs/?count=20',
      ]) {
        const { status, json } = await server.get(path, pulpito);
        expect({ path, status, json }).toEqual({ path, status: 404, json: { message: expect.any(String) } });
      }
    });

    test('the comparison', async () => {
      const jobs = await list(`/runs/${name}/jobs/?fields=job_id,description,status,log_href,failure_reason`);
      const { job_id, status, log_href, failure_reason } = job;
      expect(jobs[1]).toEqual({ job_id, description, status, log_href, failure_reason });
      expect(jobs[0]).toMatchObject({ job_id: '2', description: 'other', failure_reason: null });
    });

    test('nodes, a node with its jobs, and the statistics', async () => {
      const nodes = await list('/nodes/?machine_type=smithi');
      expect(nodes).toMatchObject([
        {
          name: 'page1.x',
          description: null,
          up: true,
          locked: true,
          locked_since: time,
          locked_by: 'ana',
          arch: null,
        },
        { name: 'page2.x', up: false, locked: false, locked_since: null, locked_by: null, os_type: 'centos' },
      ]);
      expect(await list('/nodes/')).toEqual(nodes);
      expect(await page('/nodes/page1.x/', pulpito)).toEqual(nodes[0]);
      expect(await list('/nodes/page1.x/jobs/?count=20&page=1')).toMatchObject([job]);
      expect(await list('/nodes/page1.x/jobs/?count=20&page=2')).toEqual([]);
      expect(await page('/nodes/job_stats?since_days=14&machine_type=smithi', pulpito)).toEqual(stats);
      expect((await server.get('/nodes/job_stats?since_days=-1', pulpito)).status).toBe(400);
      expect(await list('/nodes/?up=True&machine_type=smithi')).toEqual([nodes[0]]);
    });

    test('the values of its menus', async () => {
      expect(await page('/runs/branch/', pulpito)).toEqual(['main', 'wip-x']);
      expect(await page('/runs/suite/', pulpito)).toEqual(['fs', 'rados']);
      expect(await page('/nodes/machine_types/', pulpito)).toEqual(['smithi']);
    });
  });

  describe('pulpito-ng', () => {
    test.each([
      '/runs/?page=1&count=25',
      '/runs/machine_type/smithi/?page=1&count=25&machine_type=smithi',
      `/runs/branch/main/date/2024-03-01/sha1/${sha1}/status/running/suite/rados/user/ana/?page=1`,
      '/runs/status/running/?page=1&count=100&machine_type=other',
    ])('useRuns %s', async (path) => {
      expect((await list(path, browser)).find((shown) => shown.name === name)).toMatchObject(run);
    });

    test('useRuns of the queue', async () => {
      expect((await list('/runs/queued/', browser)).map((shown) => shown.scheduled)).toEqual([
        '2024-03-02 08:00:00.000000',
      ]);
    });

    test('useRun and useJob', async () => {
      expect(await page(`/runs/${name}/`, browser)).toMatchObject({ ...run, jobs: [job, {}] });
      expect(await page(`/runs/${name}/jobs/1/`, browser)).toMatchObject(job);
    });

    test('useJobHistory', async () => {
      const jobs = await list(`/jobs/?description=${encodeURIComponent(description)}&count=25`, browser);
      expect(jobs).toMatchObject([job]);
    });

    test('useNode, useNodes, useNodeJobs and the statistics', async () => {
      expect(await page('/nodes/page1.x/', browser)).toMatchObject({ name: 'page1.x', locked: true });
      expect(await list('/nodes/?machine_type=smithi', browser)).toHaveLength(2);
      expect(await list('/nodes/', browser)).toHaveLength(2);
      expect(await list('/nodes/page1.x/jobs/?page=1&count=25', browser)).toMatchObject([job]);
      expect(await list('/nodes/?machine_type=smithi&up=True', browser)).toMatchObject([
        { locked: true, locked_by: 'ana' },
      ]);
      expect(await page('/nodes/job_stats/?machine_type=smithi&since_days=7', browser)).toEqual(stats);
      expect(await page('/nodes/machine_types/', browser)).toEqual(['smithi']);
    });
  });
});
