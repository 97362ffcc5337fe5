/** The examples in the README of the original paddles: posting their input returns their output. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

/**
 * The example of `GET /runs/`. In the README its second href lacks "/runs/" and the trailing slash, unlike the two others and
 * the text; that misprint is corrected here.
 */
const runs = {
  'teuthology-2013-09-25_23:00:06-rados-master-testing-basic-plana': {
    href: 'http://paddles/runs/teuthology-2013-09-25_23:00:06-rados-master-testing-basic-plana/',
    status: 'running',
    results: { pass: 10, running: 15, fail: 0 },
  },
  'teuthology-2013-09-26_01:30:26-upgrade-fs-next-testing-basic-plana': {
    href: 'http://paddles/runs/teuthology-2013-09-26_01:30:26-upgrade-fs-next-testing-basic-plana/',
    status: 'running',
    results: { pass: 3, running: 10, fail: 1 },
  },
  'teuthology-2013-09-26_01:30:26-rados-next-testing-basic-plana': {
    href: 'http://paddles/runs/teuthology-2013-09-26_01:30:26-rados-next-testing-basic-plana/',
    status: 'finished',
    results: { pass: 8, running: 0, fail: 2 },
  },
};

/** The example of `GET /runs/{name}/` without its results, which count test cases. */
const name = 'teuthology-2013-09-01_23:59:59-rados-master-testing-basic-plana';
const jobs = {
  '1500': { href: `http://paddles/runs/${name}/1500/`, status: 'running' },
  '1501': { href: `http://paddles/runs/${name}/1501/`, status: 'finished' },
  '1502': { href: `http://paddles/runs/${name}/1502/`, status: 'finished' },
};

/** The example of `GET /runs/{name}/jobs/`: a single object. */
const documentedJob = {
  archive_path: null,
  kernel: null,
  teuthology_branch: null,
  tasks: null,
  verbose: null,
  description: null,
  roles: null,
  overrides: null,
  pid: null,
  success: null,
  name: null,
  targets: null,
  owner: null,
  last_in_suite: null,
  os_type: null,
  machine_type: null,
  nuke_on_error: null,
  duration: null,
  flavor: null,
  email: null,
  job_id: '1',
};

describe.each(engines)('the conversation of the README on $name', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine, { address: 'http://paddles' });
  });
  afterAll(() => server.stop());

  async function say(method: 'post' | 'put', path: string, body: object): Promise<void> {
    const { status, text } = await server[method](path, body);
    expect([status, text]).toEqual([200, '{}']);
  }

  test('gives exactly the example of GET /runs/', async () => {
    // The list has the newest run first.
    for (const [run, { results }] of Object.entries(runs).toReversed()) {
      const { pass, running, fail } = results;
      await say('post', '/runs/', { name: run });
      for (let job = 0; job < pass + running + fail; job++)
        await say('post', `/runs/${run}/jobs/`, { job_id: 1500 + job });
      for (let job = 0; job < pass + fail; job++)
        await say('put', `/runs/${run}/jobs/${1500 + job}/`, { success: job < pass });
    }
    expect((await server.get('/runs/')).text).toBe(JSON.stringify(runs));
  });

  test('gives the links and statuses of the example of GET /runs/{name}/, with one result per job', async () => {
    await say('post', '/runs/', { name });
    for (const job_id of Object.keys(jobs)) await say('post', `/runs/${name}/jobs/`, { job_id });
    // In the README both finished jobs have failures.
    for (const job_id of ['1501', '1502']) await say('put', `/runs/${name}/jobs/${job_id}/`, { success: false });
    const running = { pass: 0, running: 1, fail: 0 };
    const failed = { pass: 0, running: 0, fail: 1 };
    expect((await server.get(`/runs/${name}/`)).text).toBe(
      JSON.stringify({
        '1500': { ...jobs['1500'], results: running },
        '1501': { ...jobs['1501'], results: failed },
        '1502': { ...jobs['1502'], results: failed },
      }),
    );
  });

  test('gives an empty array for a run without jobs, then one object that is null except for job_id', async () => {
    await say('post', '/runs/', { name: 'empty' });
    expect((await server.get('/runs/empty/jobs/')).text).toBe('[]');
    await say('post', '/runs/empty/jobs/', { job_id: '1' });
    // The README lists these two keys as saved, but its example lacks them.
    const job = { ...documentedJob, mon_a_kernel_sha1: null, mon_b_kernel_sha1: null };
    expect((await server.get('/runs/empty/jobs/')).json).toEqual([job]);
    expect((await server.get('/runs/empty/jobs/1/')).json).toEqual(job);
  });

  test('saves every key that the README lists, and returns mon.* with underscores', async () => {
    const sent = {
      name: 'a',
      email: 'b',
      archive_path: 'c',
      description: 'd',
      duration: 5,
      flavor: 'f',
      job_id: 'g',
      kernel: { h: 1 },
      last_in_suite: true,
      machine_type: 'j',
      nuke_on_error: false,
      os_type: 'm',
      overrides: { n: 1 },
      owner: 'o',
      pid: 16,
      roles: [['q']],
      success: true,
      targets: { s: 't' },
      tasks: [{ u: null }],
      teuthology_branch: 'v',
      verbose: true,
    };
    await say('post', '/runs/', { name: 'listed' });
    await say('post', '/runs/listed/jobs/', {
      ...sent,
      'mon.a_kernel_sha1': 'k',
      'mon.b_kernel_sha1': 'l',
      other: 'x',
    });
    const saved = { ...sent, mon_a_kernel_sha1: 'k', mon_b_kernel_sha1: 'l' };
    expect((await server.get('/runs/listed/jobs/g/')).json).toEqual(saved);
  });
});
