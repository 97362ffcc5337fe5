/** `GET /runs/`: order, pages and fields (teuthology contract §2.4, §1.8). */
import { beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { listed, newJob } from './report.ts';
import { expectRefused, useTeuthology } from './start.ts';

describe.each(engines)('GET /runs/ on $name', (engine) => {
  const server = useTeuthology(engine);
  const names = async (query: string) => (await listed(server, `/runs/${query}`)).map(({ name }) => name);
  // Posted in a scrambled order of their names, so that neither names nor ids alone determine the order.
  const posted = Array.from({ length: 60 }, (_, index) => `list${String((index * 37) % 60).padStart(2, '0')}`);
  const newest = posted.toReversed();

  beforeAll(async () => {
    for (const name of posted) expect((await server.post('/runs/', { name })).status).toBe(200);
  });

  test('returns the last 25 runs', async () => {
    expect(await names('')).toEqual(newest.slice(0, 25));
  });

  test.each<[string, number, number]>([
    ['?page=2', 25, 50],
    ['?page=3', 50, 60],
    ['?page=4', 60, 60],
    ['?page=999999999', 60, 60],
    ['?page=0', 0, 25],
    ['?page=-3', 0, 25],
    ['?page=1', 0, 25],
    ['?count=0', 0, 0],
    ['?count=7&page=2', 7, 14],
    ['?count=20&page=4', 60, 60],
    ['?count=9999', 0, 60],
    ['?count=100000000', 0, 60],
    ['?count=100000000&page=100000000', 60, 60],
    ['?count=%203%20', 0, 3],
  ])('%s returns runs %i to %i', async (query, from, to) => {
    expect(await names(query)).toEqual(newest.slice(from, to));
  });

  test.each([
    ['?count=x', 'count must be an integer'],
    ['?count=', 'count must be an integer'],
    ['?count=1.5', 'count must be an integer'],
    ['?count=-1', 'count must not be negative'],
    ['?page=x', 'page must be an integer'],
    ['?page=', 'page must be an integer'],
    ['?count=99999999999999999999', 'count must be an integer'],
    ['?count=1&count=2', "parameter 'count' must be given once"],
    ['?fields=name,', undefined],
    ['?fields=name,,status', 'an invalid field was specified'],
    ['?fields=,', 'an invalid field was specified'],
    ['?fields=name,%20status', 'an invalid field was specified'],
    ['?fields=jobs', 'an invalid field was specified'],
    ['?fields=constructor', 'an invalid field was specified'],
    ['?fields=first_job', 'an invalid field was specified'],
    ['?fields=query,name', 'an invalid field was specified'],
  ])('%s is refused with %s', async (query, message) => {
    if (message !== undefined) return expectRefused(server.get(`/runs/${query}`), 400, message);
    expect((await server.get(`/runs/${query}`)).status).toBe(200);
  });

  test('unknown parameters are ignored', async () => {
    expect(await names('?status=running&machine_type=x&since=never&count=2')).toEqual(newest.slice(0, 2));
  });

  test('fields are returned in the requested order', async () => {
    const name = 'ana-2024-02-03_04:05:06-rados-main-distro-default-smithi';
    await newJob(server, { status: 'running', priority: 7, sha1: 'abc', flavor: 'default' }, name);
    const fields = ['status', 'name', 'user', 'scheduled', 'suite', 'branch', 'machine_type', 'posted', 'started'];
    const more = ['updated', 'href', 'priority', 'results', 'sha1', 'flavor', 'jobs_count', 'tags', 'id'];
    const [run] = await listed(server, `/runs/?count=1&fields=,${[...fields, ...more].join(',')},_hidden,`);
    expect(Object.keys(run ?? {})).toEqual([...fields, ...more]);
    expect(run).toMatchObject({
      ...{ status: 'running', name, user: 'ana', scheduled: '2024-02-03 04:05:06.000000', suite: 'rados' },
      ...{ branch: 'main', machine_type: 'smithi', priority: 7, sha1: 'abc', flavor: 'default', jobs_count: 1 },
      ...{ href: `http://localhost:80/runs/${name}/`, tags: [], id: expect.any(Number) },
      results: { running: 1, total: 1 },
    });
  });

  test('a list that is longer than a page is sent completely and in order', async () => {
    const before = await names('?count=9999');
    const more = Array.from({ length: 250 }, (_, index) => `more${String((index * 37) % 250).padStart(3, '0')}`);
    for (const name of more) expect((await server.post('/runs/', { name })).status).toBe(200);
    const all = [...more.toReversed(), ...before];
    expect(await names('?count=9999')).toEqual(all);
    expect(await names('?count=130&page=2')).toEqual(all.slice(130, 260));
    expect(await names('?count=200')).toEqual(all.slice(0, 200));
    const days = await listed(server, '/runs/date/from/2020-01-01/to/2030-01-01/');
    // Ordered by the time in their names or, without one, by the time of posting.
    expect(days.map(({ name }) => String(name)).filter((name) => !name.includes('2024'))).toEqual(
      all.filter((name) => !String(name).includes('2024')),
    );
  });
});
