/** Times when a clock jumps, or when those of two servers differ: lists go by the times that are shown, not by the order of storing. */
import { beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { listed, newJob, shown } from './report.ts';
import { useTeuthology } from './start.ts';

const hour = 3600;

describe.each(engines)('with a clock that was four hours ahead for one job on $name', (engine) => {
  const server = useTeuthology(engine);
  const ids = async (path: string) => (await listed(server, path)).map(({ job_id }) => job_id);
  const job = (job_id: string, status = 'pass') =>
    newJob(
      server,
      { job_id, status, branch: 'main', user: 'ana', name: 'suite', targets: { 'ubuntu@one': 'key' } },
      'clock',
    );

  beforeAll(async () => {
    server.passSeconds(20 * hour);
    await job('at-20:00');
    server.passSeconds(4.5 * hour);
    await job('ahead-00:30');
    server.passSeconds(-3 * hour);
    for (const job_id of ['1st-21:30', '2nd-21:30', '3rd-21:30']) await job(job_id, 'fail');
  });

  const newestFirst = ['ahead-00:30', '3rd-21:30', '2nd-21:30', '1st-21:30', 'at-20:00'];

  test.each([
    ['/jobs/?posted_before=2024-03-02', newestFirst.slice(1)],
    ['/jobs/?posted_after=2024-03-02', newestFirst.slice(0, 1)],
    ['/jobs/?posted_after=2024-03-01&posted_before=2024-03-02', newestFirst.slice(1)],
    ['/jobs/?posted_after=2024-03-03', []],
    ['/jobs/?posted_before=2024-03-01', []],
    ...['branch=main', 'user=ana', 'branch=main&user=ana'].flatMap((filter): [string, string[]][] => [
      [`/jobs/?${filter}&posted_before=2024-03-02`, newestFirst.slice(1)],
      [`/jobs/?${filter}&posted_after=2024-03-02`, newestFirst.slice(0, 1)],
      [`/jobs/?${filter}&status=pass&posted_before=2024-03-02`, newestFirst.slice(4)],
    ]),
    ['/jobs/', newestFirst],
    ['/jobs/?count=2', newestFirst.slice(0, 2)],
    ['/jobs/?count=2&page=2', newestFirst.slice(2, 4)],
    ['/jobs/?status=fail&posted_before=2024-03-02', newestFirst.slice(1, 4)],
    ['/jobs/?status=pass', ['ahead-00:30', 'at-20:00']],
    ['/runs/clock/jobs/', newestFirst],
    ['/nodes/one/jobs/', newestFirst],
    ['/nodes/one/jobs/?count=2&page=2', newestFirst.slice(2, 4)],
    ['/nodes/one/jobs/?status=pass', ['ahead-00:30', 'at-20:00']],
    ['/nodes/one/jobs/?name=suite&status=fail', newestFirst.slice(1, 4)],
  ])('%s', async (path, expected) => {
    expect(await ids(path)).toEqual(expected);
  });

  test('a node counts the jobs that were posted since, whenever they were stored', async () => {
    const stats = async () => (await server.get('/nodes/job_stats/?since_days=1')).json;
    expect(await stats()).toEqual({ one: { pass: 2, fail: 3 } });
    server.passSeconds(24 * hour);
    expect(await stats()).toEqual({ one: { pass: 1 } });
    server.passSeconds(-24 * hour);
  });
});

describe.each(engines)('with a clock that was put back by an hour on $name', (engine) => {
  const server = useTeuthology(engine);

  test('a job and its run are never updated before they were posted and started', async () => {
    const job = await newJob(server, { job_id: '1', status: 'queued' }, 'back');
    const { posted } = await shown(server, job.path);
    server.passSeconds(-hour);
    await server.put(job.path, { status: 'running' });
    expect(await shown(server, job.path)).toMatchObject({ posted, started: posted, updated: posted });
    const run = await shown(server, job.runPath);
    expect(run.updated).toBe(posted);
    server.passSeconds(2 * hour);
    await server.put(job.path, { status: 'pass' });
    const { updated } = await shown(server, job.path);
    expect(String(updated) > String(posted)).toBe(true);
    expect(await shown(server, job.runPath)).toMatchObject({ updated, started: posted });
    // A run that another server's clock saw start later than this job is reported.
    server.passSeconds(-2 * hour);
    await newJob(server, { job_id: '2', status: 'waiting' }, 'back');
    const after = await shown(server, job.runPath);
    expect(String(after.updated) >= String(after.started)).toBe(true);
    expect(String(after.updated) >= String(after.posted)).toBe(true);
  });
});
