/** Runs by day, `since`, and `/runs/queued/` (teuthology contract §2.9, §1.7). The current day is 2024-03-01. */
import { beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { change, listed, newJob } from './report.ts';
import { expectRefused, useTeuthology } from './start.ts';

const scheduled = [
  ...['2024-01-31_12:00:00', '2024-02-28_23:59:59', '2024-02-29_00:00:00', '2024-02-29_23:59:59'],
  ...['2024-03-01_00:00:00', '2024-03-01_13:00:00', '2024-03-02_00:00:00'],
];
const nameOf = (time: string) => `ana-${time}-rados-main-distro-default-smithi`;
/** The runs between two indexes of `scheduled` in the order of lists, last first. */
const runs = (from: number, to: number) => scheduled.slice(from, to).map(nameOf).toReversed();

const dateMessage = 'date format must match %Y-%m-%d';

describe.each(engines)('days of runs on $name', (engine) => {
  const server = useTeuthology(engine);
  const names = async (path: string) => (await listed(server, `/runs/${path}`)).map(({ name }) => name);

  beforeAll(async () => {
    // Posted in an order that differs from that of their days.
    for (const at of [3, 0, 6, 1, 5, 2, 4]) {
      const name = nameOf(scheduled[at] as string);
      expect((await server.post('/runs/', { name })).status).toBe(200);
    }
  });

  test.each<[string, number, number]>([
    ['date/2024-02-29/', 2, 4],
    ['date/2024-2-29/', 2, 4],
    ['date/2024-02-28/', 1, 2],
    ['date/2024-01-31', 0, 1],
    ['date/2023-02-28/', 0, 0],
    // February 29th is the day before March 1st (teuthology contract §7.17).
    ['date/today/', 4, 6],
    ['date/yesterday/', 2, 4],
    ['date/from/2024-02-28/to/2024-02-29/', 1, 4],
    ['date/from/2024-02-28/to/2024-02-29', 1, 4],
    ['date/from/yesterday/to/today/', 2, 6],
    ['date/from/today/to/9999-12-31/', 4, 7],
    ['date/from/2024-02-29/to/2024-02-28/', 0, 0],
    ['date/from/2024-02-29/to/2024-02-29/', 2, 4],
    ['date/from/2024-02-29/', 0, 0],
    ['branch/main/date/from/2024-2-1/to/2024-2-29/', 1, 4],
    ['branch/other/date/from/2024-2-1/to/2024-2-29/', 0, 0],
    ['branch/main/date/yesterday/suite/rados/', 2, 4],
    // From midnight of that day on.
    ['branch/main/?since=2024-02-29', 2, 7],
    ['branch/main/?since=today', 4, 7],
    ['branch/main/suite/rados/?since=yesterday&count=2&page=2', 3, 5],
    ['date/2024-02-29/?since=2024-02-29', 2, 4],
    ['date/from/2024-02-28/to/2024-03-01/?since=2024-03-01', 4, 6],
  ])('%s', async (path, from, to) => {
    expect(await names(path)).toEqual(runs(from, to));
  });

  test('the index has each day once', async () => {
    const days = ['2024-01-31', '2024-02-28', '2024-02-29', '2024-03-01', '2024-03-02'];
    expect((await server.get('/runs/date/')).json).toEqual(days);
    expect((await server.get('/runs/branch/main/date/')).json).toEqual(days);
  });

  test.each([
    ...['date/tomorrow/', 'date/2024-02-30/', 'date/2024-13-01/', 'date/24-01-01/', 'date/2024-02-29_00:00:00/'],
    ...['date/from/', 'date/from', 'date/from/x/', 'date/from/2024-02-28/to/', 'date/from/2024-02-28/to/x/'],
    ...['date/Today/', 'branch/main/date/x/', 'branch/main/?since=x', 'branch/main/?since=', 'date/x/branch/'],
    'date/2024-01-01/?since=2024-02-30',
  ])('%s is refused', async (path) => {
    await expectRefused(server.get(`/runs/${path}`), 400, dateMessage);
  });

  test('repeated since is refused', async () => {
    await expectRefused(
      server.get('/runs/branch/main/?since=today&since=today'),
      400,
      "parameter 'since' must be given once",
    );
  });

  test('a day includes its last fraction of a second (teuthology contract §7.19)', async () => {
    server.passSeconds(24 * 3600 - 1);
    const fraction = { name: 'fraction' };
    expect((await server.post('/runs/', fraction)).status).toBe(200);
    expect(await listed(server, '/runs/date/2024-03-01/?count=1')).toMatchObject([
      { ...fraction, scheduled: expect.stringMatching(/^2024-03-01 23:59:59\.\d{6}$/) },
    ]);
  });

  test('queued lists the runs with a queued job, oldest scheduled first', async () => {
    expect(await names('queued/')).toEqual([]);
    const [late, middle, early] = [nameOf(scheduled[6] ?? ''), nameOf(scheduled[3] ?? ''), nameOf(scheduled[0] ?? '')];
    const [first] = await Promise.all([
      newJob(server, { job_id: '1', status: 'queued' }, late),
      newJob(server, { job_id: '2', status: 'running' }, late),
      newJob(server, { job_id: '1', status: 'queued' }, early),
      newJob(server, { job_id: '2', status: 'queued' }, early),
      newJob(server, { job_id: '3', status: 'fail' }, middle),
      newJob(server, { job_id: '4', status: 'queued' }, middle),
      newJob(server, { job_id: '1', status: 'pass' }, nameOf(scheduled[1] ?? '')),
    ]);
    const list = (await listed(server, '/runs/queued/')).map(({ name, status }) => [name, status]);
    expect(list).toEqual([
      [early, 'queued'],
      [middle, 'finished fail'],
      [late, 'running'],
    ]);
    expect(await names('queued?count=1&page=2')).toEqual([middle]);
    await change(server, first, { status: 'running' });
    expect(await names('queued')).toEqual([early, middle]);
  });
});
