/** Jobs and their runs change over time (teuthology contract §3.3 to §3.6, §3.8, §3.9, §7.44 to §7.49, §7.56). */
import { describe, expect, test } from 'vitest';
import { jobStatuses } from '../../../src/core/job.ts';
import { engines } from '../../helpers/engines.ts';
import { change, listed, newJob, newRunName, type Shown, shown } from './report.ts';
import { useTeuthology } from './start.ts';

describe.each(engines)('the progress of jobs on $name', (engine) => {
  const server = useTeuthology(engine);
  const job = (of: { path: string }) => shown(server, of.path);
  const run = (of: { runPath: string }) => shown(server, of.runPath);
  const namesAt = async (path: string) => (await listed(server, path)).map(({ name }) => name);
  const hostsOf = async (of: { path: string; job_id: string; run: string }, names: string[]) => {
    const linked = await Promise.all(names.map((name) => server.get(`/nodes/${name}/jobs/`)));
    return names.filter((_, index) =>
      ((linked[index]?.json as Shown[]) ?? []).some?.(({ name, job_id }) => name === of.run && job_id === of.job_id),
    );
  };

  // Examples of teuthology contract §3.3; src/core/job.test.ts tests all rules.
  test.each<[Shown[], string, boolean | null]>([
    [[{ name: 'x' }], 'unknown', null],
    [[{ status: 'running' }, { success: true }], 'pass', true],
    [[{ status: 'running' }, { success: true }, { status: 'dead' }], 'pass', true],
    [[{ status: 'running' }, { success: 1 }, { status: 'running' }], 'pass', true],
    [[{ status: 'running' }, { success: true }, { success: false }], 'fail', false],
    [[{ status: 'dead', success: false }], 'dead', false],
    [[{ status: 'pass', success: false }], 'pass', false],
    [[{ status: 'running' }, { status: 'dead' }, { success: true }], 'pass', true],
    [[{ status: 'dead' }, { status: 'running' }], 'running', null],
    [[{ status: 'dead' }, { status: 'queued' }], 'queued', null],
    // A null is ignored (teuthology contract §7.46).
    [[{ status: 'running' }, { success: false }, { success: null }], 'fail', false],
    [[{ status: 'pass', success: true }, { status: null }], 'pass', true],
    [[{ success: null }], 'unknown', null],
    [[{ status: 'queued' }, { success: null, status: null, updated: null }], 'queued', null],
  ])('%j ends as %s, %s', async ([first, ...bodies], status, success) => {
    const posted = await newJob(server, first);
    for (const body of bodies) await change(server, posted, body);
    expect(await job(posted)).toMatchObject({ status, success });
    expect((await run(posted)).results).toMatchObject({ [status]: 1, total: 1 });
  });

  test('a run has the same status in its page, lists and filters (teuthology contract §7.28)', async () => {
    const posted = await newJob(server, { status: 'queued' });
    for (const [sent, status] of [
      ['queued', 'queued'],
      ['waiting', 'waiting'],
      ['running', 'running'],
      ['dead', 'finished dead'],
      ['unknown', 'unknown'],
      ['pass', 'finished pass'],
    ]) {
      await change(server, posted, { status: sent });
      expect(await run(posted)).toMatchObject({ status });
      expect(await listed(server, '/runs/?count=1&fields=status')).toEqual([{ status }]);
      const path = `/runs/status/${encodeURIComponent(status as string)}/`;
      expect(await namesAt(`${path}?count=1000`)).toContain(posted.run);
      expect(await shown(server, '/runs/status/')).toContain(status);
    }
    await change(server, posted, { success: false });
    expect(await namesAt('/runs/status/finished%20fail/?count=1000')).toContain(posted.run);
    expect(await namesAt('/runs/status/finished%20pass/?count=1000')).not.toContain(posted.run);
  });

  describe('started', () => {
    test.each([...jobStatuses.filter((status) => status !== 'pass' && status !== 'fail'), undefined])(
      'is when a job that was %s first runs (teuthology contract §7.44)',
      async (status) => {
        const posted = await newJob(server, status === undefined ? {} : { status });
        if (status !== 'running') expect(await job(posted)).toMatchObject({ started: null });
        server.passSeconds(10);
        await change(server, posted, { status: 'running' });
        const { started, updated, posted: at } = await job(posted);
        expect(started).toBe(status === 'running' ? at : updated);
        expect(await run(posted)).toMatchObject({ started });
        for (const body of [{ status: 'waiting' }, { status: 'running' }, { status: 'dead' }, { success: true }]) {
          server.passSeconds(10);
          await change(server, posted, body);
          expect(await job(posted)).toMatchObject({ started });
        }
      },
    );

    test('is the time in the report, unless that is in the future', async () => {
      const past = await newJob(server, {});
      await change(server, past, { status: 'running', updated: '2024-01-02 03:04:05' });
      const started = '2024-01-02 03:04:05.000000';
      expect([await job(past), await run(past)]).toMatchObject([{ started }, { started }]);
      const future = await newJob(server, {});
      await change(server, future, { status: 'running', updated: '2101-01-02 03:04:05' });
      expect(await job(future)).not.toMatchObject({ started: expect.stringMatching(/^2101/) });
    });

    test('of a run is that of its first running job and does not change', async () => {
      const name = newRunName();
      const first = await newJob(server, { job_id: '1', status: 'queued' }, name);
      const second = await newJob(server, { job_id: '2', status: 'queued' }, name);
      expect(await run(first)).toMatchObject({ started: null });
      await change(server, second, { status: 'running' });
      const { started } = await job(second);
      expect(await run(first)).toMatchObject({ started });
      await change(server, second, { success: true });
      server.passSeconds(5);
      await change(server, first, { status: 'waiting' });
      await change(server, first, { status: 'running' });
      expect(await run(first)).toMatchObject({ started, status: 'running' });
    });
  });

  describe('updated', () => {
    test('is the time of the last POST or PUT, for job and run', async () => {
      const posted = await newJob(server, { status: 'running' });
      const { updated, posted: at } = await job(posted);
      expect(updated).toBe(at);
      server.passSeconds(60);
      await change(server, posted, { owner: 'o' });
      const later = (await job(posted)).updated;
      expect(Date.parse(later as string) - Date.parse(updated as string)).toBe(60_000);
      expect(await run(posted)).toMatchObject({ updated: later, posted: at });
    });

    test('can be set by the body, without fraction and time zone shift', async () => {
      const posted = await newJob(server, { updated: '2024-02-03 04:05:06.789' });
      expect(await job(posted)).toMatchObject({ updated: '2024-02-03 04:05:06.000000' });
      expect(await run(posted)).toMatchObject({ updated: '2024-02-03 04:05:06.000000' });
      await change(server, posted, { updated: '2024-2-4 1:2:3' });
      expect(await job(posted)).toMatchObject({ updated: '2024-02-04 01:02:03.000000' });
      expect(await run(posted)).toMatchObject({ updated: '2024-02-04 01:02:03.000000' });
    });
  });

  describe('jobs correct their run (teuthology contract §3.9)', () => {
    test('the last suite, branch and machine type win; nulls and empty texts are ignored', async () => {
      const key = newRunName();
      const first = await newJob(
        server,
        { job_id: '1', suite: 'rados', branch: 'main', 'machine-type': 'smithi' },
        key,
      );
      expect(await run(first)).toMatchObject({ suite: 'rados', branch: 'main', machine_type: 'smithi' });
      const second = await newJob(server, { job_id: '2', suite: 'fs', branch: null, machine_type: '' }, key);
      expect(await run(first)).toMatchObject({ suite: 'fs', branch: 'main', machine_type: 'smithi' });
      await change(server, second, { suite: '', branch: '' });
      await change(server, second, { suite: null, machine_type: null, branch: 'wip/x' });
      expect(await run(first)).toMatchObject({ suite: 'fs', branch: 'wip/x', machine_type: 'smithi' });
      await change(server, first, { owner: 'says nothing of the run' });
      expect(await run(first)).toMatchObject({ suite: 'fs', branch: 'wip/x', machine_type: 'smithi' });
      await change(server, first, { branch: 'main' });
      expect(await run(first)).toMatchObject({ branch: 'main' });
      expect(await namesAt('/runs/branch/main/suite/fs/?count=1000')).toContain(key);
      expect(await namesAt('/runs/branch/wip%2Fx/')).not.toContain(key);
    });

    test('their values replace those of the run name', async () => {
      const posted = await newJob(
        server,
        { branch: 'wip-a-distro', suite: 's', machine_type: 'gibba', user: 'job' },
        'ana-2024-02-03_04:05:06-rados-main-distro-default-smithi',
      );
      expect(await run(posted)).toMatchObject({
        ...{ branch: 'wip-a-distro', suite: 's', machine_type: 'gibba', user: 'ana' },
      });
    });

    test('the user is that of the first job with one if the run name has none (teuthology contract §7.56)', async () => {
      const posted = await newJob(server, { job_id: '1', user: null });
      expect(await run(posted)).toMatchObject({ user: '' });
      await newJob(server, { job_id: '2', user: 'ana' }, posted.run);
      await newJob(server, { job_id: '3', user: 'bob' }, posted.run);
      expect(await run(posted)).toMatchObject({ user: 'ana' });
    });

    test('sha1, flavor and priority follow those of the first job', async () => {
      const first = await newJob(server, { job_id: '10', status: 'queued', sha1: 'a', flavor: 'f', priority: 3 });
      await newJob(server, { job_id: '2', sha1: 'b', flavor: 'g', priority: 4 }, first.run);
      expect(await run(first)).toMatchObject({ sha1: 'a', flavor: 'f', priority: 3 });
      await change(server, first, { sha1: 'c', flavor: null, priority: 5 });
      expect(await run(first)).toMatchObject({ sha1: 'c', flavor: null, priority: 5, results: { sha1: 'c' } });
      await newJob(server, { job_id: '1', sha1: 'd' }, first.run);
      expect(await run(first)).toMatchObject({ sha1: 'd', flavor: null, priority: null });
    });
  });

  describe('targets (teuthology contract §3.8)', () => {
    test('every host becomes a node with the job; existing nodes are unchanged', async () => {
      expect((await server.post('/nodes/', { name: 'old.x', machine_type: 'mira', up: true })).status).toBe(200);
      const targets = { 'ubuntu@new.x': 'ssh-rsa', 'old.x': null, 'not a host': '', 'a@b@c.x': '' };
      const posted = await newJob(server, { targets, machine_type: 'smithi', name: 'run-targets' }, 'run-targets');
      expect(await shown(server, '/nodes/new.x/')).toMatchObject({
        ...{ machine_type: 'smithi', is_vm: false, locked: false, up: null, locked_by: null },
      });
      expect(await shown(server, '/nodes/old.x/')).toMatchObject({ machine_type: 'mira', up: true });
      expect(await hostsOf(posted, ['new.x', 'old.x', 'c.x'])).toEqual(['new.x', 'old.x', 'c.x']);
      expect((await server.get('/nodes/not%20a%20host/')).status).toBe(404);
      expect(await job(posted)).toMatchObject({ targets });
    });

    test('hosts of later updates are added, and none is removed (teuthology contract §7.48)', async () => {
      const posted = await newJob(server, { name: 'run-more', targets: { 'u@m1': '', 'u@m2': '' } }, 'run-more');
      for (const targets of [{ 'u@m3': '' }, { 'u@m1': '', 'u@m4': '' }, null, {}, [], 'x']) {
        await change(server, posted, { targets });
        expect(await job(posted)).toMatchObject({ targets });
      }
      const all = ['m1', 'm2', 'm3', 'm4'];
      expect(await hostsOf(posted, all)).toEqual(all);
      const [first] = await listed(server, '/nodes/m3/jobs/');
      expect(first).toEqual(await job(posted));
    });

    test('a refused update creates no nodes', async () => {
      await server.post(`/runs/${newRunName()}/jobs/`, { job_id: 1, targets: { 'u@never': '' }, status: 'x' });
      const posted = await newJob(server);
      await server.put(posted.path, { targets: { 'u@never': '' }, seed: 'x' });
      await server.post(`${posted.runPath}jobs/`, { job_id: 1, targets: { 'u@never': '' } });
      expect((await server.get('/nodes/never/')).status).toBe(404);
    });
  });
});
