/** Clocks that jump, or that differ between two servers: lists are ordered by the times that they show, not by the order of writes. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines, type TestDatabase } from '../../helpers/engines.ts';
import { listed, newJob, shown } from './report.ts';
import { startTeuthology, type Teuthology, useTeuthology } from './start.ts';

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

  test('a node counts jobs by the time of posting, not by the order of writes', async () => {
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
    // As if another server, whose clock is ahead, had recorded a start after this report.
    server.passSeconds(-2 * hour);
    await newJob(server, { job_id: '2', status: 'waiting' }, 'back');
    const after = await shown(server, job.runPath);
    expect(String(after.updated) >= String(after.started)).toBe(true);
    expect(String(after.updated) >= String(after.posted)).toBe(true);
  });
});

describe.each(engines.filter(({ name }) => name === 'postgres'))(
  'with two servers whose clocks differ by an hour on one $name database',
  (engine) => {
    let database: TestDatabase;
    let exact: Teuthology;
    let ahead: Teuthology;

    beforeAll(async () => {
      database = await engine.createTables();
      exact = await startTeuthology(database.url);
      ahead = await startTeuthology(database.url);
      ahead.passSeconds(hour);
      const post = (server: Teuthology, job_id: string) =>
        newJob(server, { job_id, status: 'queued', branch: 'main', user: 'ana' }, `of-${job_id}`);
      for (const server of [exact, ahead]) server.passSeconds(23.25 * hour);
      await post(exact, '1st-23:15');
      await post(ahead, '1st-00:15');
      await post(exact, '2nd-23:15');
      await post(ahead, '2nd-00:15');
      for (const server of [exact, ahead]) server.passSeconds(0.5 * hour);
      await post(exact, 'at-23:45');
    });
    afterAll(async () => {
      await exact.stop();
      await ahead.stop();
      await database.drop();
    });

    const newestFirst = ['2nd-00:15', '1st-00:15', 'at-23:45', '2nd-23:15', '1st-23:15'];

    test.each([
      ['/jobs/', newestFirst],
      ['/jobs/?count=2&page=2', newestFirst.slice(2, 4)],
      ['/jobs/?posted_before=2024-03-02', newestFirst.slice(2)],
      ['/jobs/?posted_after=2024-03-02', newestFirst.slice(0, 2)],
      ['/jobs/?branch=main&posted_before=2024-03-02', newestFirst.slice(2)],
      ['/jobs/?user=ana&status=queued&posted_after=2024-03-02', newestFirst.slice(0, 2)],
    ])('both servers order %s by the time of posting', async (path, expected) => {
      for (const server of [exact, ahead])
        expect((await listed(server, path)).map(({ job_id }) => job_id)).toEqual(expected);
    });

    test('both list runs by the time of posting', async () => {
      for (const server of [exact, ahead])
        expect((await listed(server, '/runs/')).map(({ name }) => name)).toEqual(newestFirst.map((id) => `of-${id}`));
    });

    test('a job that starts on the server that is ahead and ends on the other is not updated before it started', async () => {
      const job = await newJob(exact, { job_id: 'moved', status: 'queued' }, 'moved');
      await ahead.put(job.path, { status: 'running' });
      const { started } = await shown(exact, job.path);
      expect(String(started) > String((await shown(exact, job.path)).posted)).toBe(true);
      await exact.put(job.path, { status: 'pass' });
      for (const server of [exact, ahead]) {
        expect(await shown(server, job.path)).toMatchObject({ status: 'pass', started, updated: started });
        expect(await shown(server, job.runPath)).toMatchObject({ started, updated: started });
      }
    });
  },
);
