/** The flows of teuthology (teuthology contract §4.1 to §4.3 and §4.6), over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { createLab, type Lab, type Shown } from '../../helpers/lab.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';

const owner = 'scheduled_ana@teuthology';
/** The format that clients parse; the fraction is required. */
const timestamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;

let runs = 0;

/** A unique run name, as the scheduler makes it. */
function newRun(): string {
  return `ana-2024-03-01_20:00:${String(10 + runs++)}-rados-main-distro-default-smithi`;
}

function config(run: string, job_id: string, more: Shown = {}): Shown {
  return {
    ...{
      name: run,
      job_id,
      owner,
      description: `rados/{${job_id}}`,
      machine_type: 'smithi',
      priority: 100,
      user: 'ana',
    },
    ...{ suite: 'rados', branch: 'main', sha1: 'a'.repeat(40), seed: 17, subset: '3/128', roles: [['mon.a']] },
    ...more,
  };
}

describe.each(engines)('teuthology speaks with $name', (engine) => {
  let server: TestServer;
  let lab: Lab;

  beforeAll(async () => {
    server = await startServer(engine, { contract: 'teuthology' });
    lab = createLab(server);
  });
  afterAll(() => server.stop());

  test('a run is reported with POST, and repeated reports with PUT', async () => {
    const run = newRun();
    expect(await lab.hasRun(run)).toBe(false);
    for (const job_id of ['1', '2']) expect(await lab.report(run, config(run, job_id))).toBe('posted');
    expect(await lab.hasRun(run)).toBe(true);
    expect(await lab.report(run, config(run, '2', { status: 'dead', success: false }))).toBe('put');
    expect((await lab.jobs(run, ['status', 'success'])).map((job) => Object.values(job))).toEqual([
      ['dead', false, '2'],
      ['unknown', null, '1'],
    ]);
    await lab.deleteJob(run, '1');
    await lab.deleteRun(run);
    expect(await lab.hasRun(run)).toBe(false);
  });

  test('a report from an archive keeps its own time', async () => {
    const run = newRun();
    await lab.report(run, config(run, '1', { updated: '2024-03-01 21:00:00', success: true, duration: 3.5 }));
    const updated = '2024-03-01 21:00:00.000000';
    expect(await lab.job(run, '1')).toMatchObject({ updated, status: 'pass', duration: 4 });
    expect(await lab.run(run)).toMatchObject({ updated, status: 'finished pass' });
  });

  test('the watchdog refreshes a job with its name and id alone', async () => {
    const run = newRun();
    await lab.report(run, config(run, '1', { status: 'running' }));
    const before = await lab.job(run, '1');
    expect(await lab.report(run, { name: run, job_id: '1' })).toBe('put');
    const after = await lab.job(run, '1');
    expect((after.updated as string) > (before.updated as string)).toBe(true);
    expect(after).toEqual({ ...before, updated: after.updated });
    expect(await lab.run(run)).toMatchObject({ updated: after.updated, status: 'running' });
  });

  test.each([
    [true, 'pass', 'finished pass'],
    [false, 'fail', 'finished fail'],
  ])('dead after success %s is ignored', async (success, status, runStatus) => {
    const run = newRun();
    await lab.report(run, config(run, '1', { status: 'running', pid: 4242 }));
    await lab.report(run, config(run, '1', { success, duration: 12.2 }));
    await lab.report(run, { name: run, job_id: '1', status: 'dead' });
    expect(await lab.job(run, '1')).toMatchObject({ status, success, pid: '4242', duration: 12 });
    expect(await lab.run(run)).toMatchObject({ status: runStatus });
  });

  test('the times of a job from queued to pass are those of its reports', async () => {
    const run = newRun();
    const steps: [string, Shown][] = [
      ['queued', { status: 'queued' }],
      ['running', { status: 'running' }],
      ['waiting', { status: 'waiting' }],
      ['running', { status: 'running', targets: { 'ubuntu@flow1.x': 'ssh-rsa' } }],
      ['finished pass', { success: true }],
    ];
    const times: Shown[] = [];
    for (const [status, more] of steps) {
      await lab.report(run, config(run, '1', more));
      const [job, whole] = [await lab.job(run, '1'), await lab.run(run)];
      expect(whole).toMatchObject({ status, scheduled: expect.stringMatching(/^2024-03-01 20:00:\d\d\.000000$/) });
      expect(whole.jobs).toEqual([job]);
      for (const key of ['posted', 'started', 'updated']) expect([key, whole[key]]).toEqual([key, job[key]]);
      times.push(job);
    }
    const [queued, running, ...later] = times as [Shown, Shown, ...Shown[]];
    expect(queued).toMatchObject({ started: null, posted: expect.stringMatching(timestamp), updated: queued.posted });
    expect(running.started).toBe(running.updated);
    for (const job of later) expect(job).toMatchObject({ posted: queued.posted, started: running.started });
    const updates = times.map(({ updated }) => updated as string);
    expect(updates).toEqual([...new Set(updates)].sort());
  });

  test('a node is inventoried, locked, relocked and unlocked', async () => {
    const name = 'flow2.front.sepia.ceph.com';
    expect(await lab.node(name)).toBeNull();
    const facts = { name, arch: 'x86_64', os_type: 'ubuntu', os_version: '22.04', ssh_pub_key: 'k', up: true };
    expect(await lab.inventory({ ...facts, user: 'ubuntu', machine_type: 'flow2' })).toBe('created');
    expect(await lab.inventory({ ...facts, os_type: '', os_version: '' })).toBe('updated');
    expect(await lab.lock(name, 'ana', null)).toEqual({
      ...{ name, locked: true, locked_by: 'ana', machine_type: 'flow2', is_vm: false },
    });
    expect(await lab.lock(name, 'ana', null)).toEqual({ refused: 'Cannot lock an already-locked node' });
    await lab.update(name, { description: '/archive/run/1' });
    expect(await lab.lock(name, 'ana', '/archive/run/1')).toMatchObject({ locked: true });
    expect(await lab.unlock(name, 'bob', null)).toBe(false);
    const locked = await lab.node(name);
    expect(locked).toMatchObject({ up: true, os_type: '', description: '/archive/run/1', vm_host: null });
    expect(locked?.locked_since).toMatch(timestamp);
    expect(await lab.unlock(name, 'ana', '/archive/run/1')).toBe(true);
    expect(await lab.unlock(name, 'ana', null)).toBe(false);
    expect(await lab.node(name)).toMatchObject({ locked: false, locked_by: null, locked_since: null });
    expect(await lab.nodes({ machine_type: 'flow2,none', up: 1, locked: 0, count: 5 })).toMatchObject([{ name }]);
    expect(await lab.nodes({ machine_type: 'flow2', locked: 1 })).toEqual([]);
    await lab.update(name, { up: false });
    expect(await lab.lockMany({ count: 1, locked_by: 'ana', machine_type: 'flow2', description: null })).toBeNull();
  });

  test('stale locks are found by the ended jobs of locked nodes', async () => {
    const run = newRun();
    for (const [index, status] of ['running', 'pass', 'dead'].entries()) {
      const name = `stale${index}.x`;
      await lab.report(run, config(run, String(index), { status }));
      await lab.inventory({ name, up: true, machine_type: 'stale', ssh_pub_key: 'k' });
      await lab.lock(name, owner, `/archive/${run}/${index}`);
    }
    await lab.inventory({ name: 'stale3.x', up: true, machine_type: 'stale', ssh_pub_key: 'k' });
    await lab.lock('stale3.x', owner, `/archive/${run}/unknown`);
    const stale: string[] = [];
    for (const { name, locked, locked_by, description } of await lab.nodes({ machine_type: 'stale', locked: 1 })) {
      expect([locked, locked_by]).toEqual([true, owner]);
      const [ofRun, job_id] = (description as string).split('/').slice(-2) as [string, string];
      if (!(await lab.isActive(ofRun, job_id))) stale.push(name);
    }
    expect(stale).toEqual(['stale1.x', 'stale2.x']);
    for (const name of stale)
      expect(await lab.unlock(name, owner, (await lab.node(name))?.description ?? null)).toBe(true);
    expect((await lab.nodes({ machine_type: 'stale', locked: 1 })).map(({ name }) => name)).toEqual([
      ...['stale0.x', 'stale3.x'],
    ]);
  });

  test('killing a run deletes its queued jobs, and deletes a run of queued jobs', async () => {
    const run = newRun();
    const statuses = ['pass', 'running', 'queued', 'queued'];
    for (const [index, status] of statuses.entries()) {
      const targets = status === 'running' ? { 'ubuntu@kill1.x': 'ssh-rsa' } : undefined;
      await lab.report(run, config(run, String(index), { status, targets, pid: index }));
    }
    const { machine_type, jobs } = await lab.run(run);
    expect(machine_type).toBe('smithi');
    expect(jobs.map(({ pid, owner: who, targets }) => [pid, who, targets])).toEqual([
      ['0', owner, null],
      ['1', owner, { 'ubuntu@kill1.x': 'ssh-rsa' }],
      ['2', owner, null],
      ['3', owner, null],
    ]);
    const queued = (await lab.jobs(run, ['status'])).filter(({ status }) => status === 'queued');
    const ids = (await lab.jobs(run, ['job_id'])).map(({ job_id }) => job_id).sort();
    expect(ids).toEqual(['0', '1', '2', '3']);
    for (const { job_id } of queued) await lab.deleteJob(run, job_id as string);
    await lab.report(run, { name: run, job_id: '1', status: 'dead', failure_reason: 'killed' });
    expect(await lab.run(run)).toMatchObject({ status: 'finished fail', results: { pass: 1, dead: 1, total: 2 } });
    const other = newRun();
    await lab.report(other, config(other, '1', { status: 'queued' }));
    await lab.deleteRun(other);
    expect(await lab.hasRun(other)).toBe(false);
  });

  test('--rerun finds suite, seed, subset and the descriptions of failed jobs', async () => {
    const run = newRun();
    for (const [job_id, status] of Object.entries({ 1: 'pass', 2: 'fail', 3: 'dead', 4: 'waiting' })) {
      await lab.report(run, config(run, job_id, { status, no_nested_subset: true }));
    }
    const { suite, jobs } = await lab.run(run);
    expect({ suite, ...(jobs[0] as Shown) }).toMatchObject({
      ...{ suite: 'rados', seed: 17, subset: '3/128', no_nested_subset: true },
    });
    const failed = jobs.filter(({ status }) => status === 'fail' || status === 'dead');
    expect(failed.map(({ description }) => description)).toEqual(['rados/{2}', 'rados/{3}']);
  });

  test('the results mail finds all the fields it needs', async () => {
    const run = newRun();
    await lab.report(
      run,
      config(run, '1', { success: false, failure_reason: 'no', sentry_event: 'http://s', duration: 9 }),
    );
    await lab.report(run, config(run, '2', { status: 'queued', description: null }));
    const fields = ['job_id', 'status', 'description', 'duration', 'failure_reason', 'sentry_event', 'log_href'];
    const log = (id: number) => `http://qa-proxy.ceph.com/teuthology/${run}/${id}/teuthology.log`;
    expect((await lab.jobs(run, fields)).map((job) => Object.entries(job).map(([, value]) => value))).toEqual([
      ['2', 'queued', null, null, null, null, log(2)],
      ['1', 'fail', 'rados/{1}', 9, 'no', 'http://s', log(1)],
    ]);
    expect(await lab.jobs(run, ['job_id', 'status', 'description', 'log_href'])).toHaveLength(2);
  });

  test('ten failed reimages in a row take a node out of service', async () => {
    const name = 'reimage1.x';
    const run = newRun();
    for (let id = 0; id < 12; id++) {
      const failure_reason = id < 2 ? null : `Error reimaging machines: ${id}`;
      await lab.report(
        run,
        config(run, `${id}`, { status: 'dead', targets: { [`ubuntu@${name}`]: '' }, failure_reason }),
      );
    }
    const jobs = (await lab.page(`/nodes/${name}/jobs/?count=10`)) as Shown[];
    expect(jobs.map(({ failure_reason }) => failure_reason)).toEqual(
      Array.from({ length: 10 }, (_, index) => `Error reimaging machines: ${11 - index}`),
    );
    await lab.update(name, { up: false, description: 'reimage failed 10 times' });
    expect(await lab.node(name)).toMatchObject({ up: false, description: 'reimage failed 10 times' });
    // The client parses the answer whatever its status.
    const unknown = await server.get('/nodes/unknown.x/jobs/?count=10', { accept: '*/*' });
    expect([unknown.status, unknown.json]).toEqual([404, { message: 'node not found' }]);
  });

  test('docker-compose creates and changes test nodes and checks the health with curl', async () => {
    const form = { accept: '*/*', 'user-agent': 'curl/8.5.0', 'content-type': 'application/x-www-form-urlencoded' };
    const node = '{"name": "testnode1", "machine_type": "testnode", "up": true, "locked": false, "os_type": "ubuntu"}';
    expect((await server.post('/nodes/', node, form)).status).toBe(200);
    expect(await lab.node('testnode1')).toMatchObject({ machine_type: 'testnode', up: true, locked: false });
    expect((await server.put('/nodes/testnode1/', '{"name": "testnode1", "up": false}', form)).status).toBe(200);
    expect(await lab.node('testnode1')).toMatchObject({ up: false });
    expect(await server.get('/', { accept: '*/*', 'user-agent': 'curl/8.5.0' })).toMatchObject({
      status: 200,
      text: '{}',
    });
  });

  test('teuthology-api finds the owner of a run, and gets a 404 for a missing one', async () => {
    const run = newRun();
    await lab.report(run, config(run, '1', { status: 'queued' }));
    const { jobs } = (await lab.page(`/runs/${run}/`)) as { jobs: Shown[] };
    expect(jobs[0]?.owner).toBe(owner);
    const missing = await server.get('/runs/missing/', { accept: '*/*' });
    expect([missing.status, missing.json]).toEqual([404, { message: 'run missing was not found' }]);
  });

  test('documents are returned exactly, including numbers and the order of keys', async () => {
    const run = newRun();
    const overrides = '{"10":{"b":1.0,"a":1e3},"9":12345678901234567890,"ü":"\\u00fc\\/"}';
    const body = `{"job_id": 1, "overrides": ${overrides}, "tasks": [ ], "targets": {"u@z9.x": 1, "u@a1.x": 2}}`;
    expect((await server.post(`/runs/${run}/jobs/`, body)).status).toBe(200);
    for (const path of [`/runs/${run}/jobs/1/`, `/runs/${run}/jobs/?fields=overrides,targets,tasks`, `/runs/${run}`]) {
      const { text } = await server.get(path);
      for (const part of [`"overrides":${overrides}`, '"tasks":[ ]', '"targets":{"u@z9.x": 1, "u@a1.x": 2}']) {
        expect(text).toContain(part);
      }
    }
  });
});
