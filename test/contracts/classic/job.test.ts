/** GET and PUT /runs/{name}/jobs/{job_id}/. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';
import { accepted, entry, jobKeys, jobObject, newJob, newRun, refused } from './setup.ts';

/** A job in which every documented key has a value. */
const full: Record<string, unknown> = {
  archive_path: '/a/teuthology-2013/1',
  description: 'rados/{a.yaml b.yaml}',
  duration: 1424.75,
  email: 'me@example.com',
  flavor: 'basic',
  job_id: '1',
  kernel: { branch: 'testing', kdb: true },
  last_in_suite: false,
  machine_type: 'plana',
  mon_a_kernel_sha1: 'aaaa',
  mon_b_kernel_sha1: 'bbbb',
  name: 'run',
  nuke_on_error: true,
  os_type: 'ubuntu',
  overrides: { ceph: { conf: { osd: { 'debug osd': 20 } } } },
  owner: 'me@host',
  pid: 4711,
  roles: [['mon.a', 'osd.0'], ['client.0']],
  success: true,
  targets: { 'ubuntu@plana01': 'ssh-rsa AAAA' },
  tasks: [{ install: null }, { ceph: null }],
  teuthology_branch: 'master',
  verbose: true,
};
const settableKeys = jobKeys.filter((key) => key !== 'job_id');

describe.each(engines)('/runs/{name}/jobs/{job_id}/ on $name', (engine) => {
  let server: TestServer;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  afterAll(() => server.stop());

  async function read(job: string): Promise<unknown> {
    return (await server.get(job)).json;
  }

  test('returns all posted metadata, alone and in the list', async () => {
    const job = await newJob(server, full);
    expect(await read(job)).toEqual(full);
    expect(await read(job.replace(/1\/$/, ''))).toEqual([full]);
  });

  test('answers 404 for an unknown run or job', async () => {
    const job = await newJob(server);
    for (const path of ['/runs/nope/jobs/1/', job.replace(/1\/$/, '2/'), job.replace(/1\/$/, '01/')]) {
      refused(await server.get(path), 404);
      refused(await server.put(path, { owner: 'me' }), 404);
      expect((await server.get(path)).status).toBe(404);
    }
  });

  test.each([
    ['an undecodable body', '{'],
    ['no body', undefined],
    ['a list', '[]'],
    ['a wrong type', '{"success": "maybe"}'],
  ])('answers 404 for an unknown run or job, not 400, to %s', async (_what, body) => {
    const job = await newJob(server);
    expect(refused(await server.put('/runs/nope/jobs/1/', body), 404)).toContain('nope');
    expect(refused(await server.put(job.replace(/1\/$/, 'gone/'), body), 404)).toContain('gone');
    refused(await server.put(job, body), 400);
  });

  test.each(settableKeys)('changes only %s if only that is sent, and clears it with null', async (key) => {
    const job = await newJob(server);
    await accepted(server.put(job, { [key]: full[key] }));
    expect(await read(job)).toEqual(jobObject({ job_id: '1', [key]: full[key] }));
    await accepted(server.put(job, full));
    await accepted(server.put(job, { [key]: null }));
    expect(await read(job)).toEqual({ ...full, [key]: null });
    await accepted(server.put(job, { [key]: full[key] }));
    expect(await read(job)).toEqual(full);
  });

  test('treats null as no value at creation and update', async () => {
    const nothing = Object.fromEntries(settableKeys.map((key) => [key, null]));
    const job = await newJob(server, nothing);
    expect(await read(job)).toEqual(jobObject({ job_id: '1' }));
    await accepted(server.put(job, full));
    await accepted(server.put(job, nothing));
    expect(await read(job)).toEqual(jobObject({ job_id: '1' }));
  });

  test('changes nothing for {} and for the same job again', async () => {
    const job = await newJob(server, full);
    await accepted(server.put(job, {}));
    await accepted(server.put(job, full));
    expect(await read(job)).toEqual(full);
  });

  test.each([['"2"'], ['2'], ['null'], ['""'], ['{}'], ['[1]'], ['true'], ['"a/b"'], [`"${'x'.repeat(99)}"`]])(
    'ignores the job_id %s in the body and updates the other keys',
    async (job_id) => {
      const job = await newJob(server, { owner: 'before' });
      await accepted(server.put(job, `{"job_id": ${job_id}, "owner": "after", "job-id": ${job_id}}`));
      expect(await read(job)).toEqual(jobObject({ job_id: '1', owner: 'after' }));
      expect(await read(job.replace(/1\/$/, ''))).toHaveLength(1);
    },
  );

  test('ignores unknown keys, however odd', async () => {
    const job = await newJob(server, full);
    const odd = '"status": "dead", "x": 1, "": 2, "__proto__": {"owner": "p"}, "constructor": 3, "id": 9, "run_id": 1';
    await accepted(server.put(job, `{${odd}, "hasOwnProperty": null, "Owner": "x", "mon.c_kernel_sha1": "c"}`));
    expect(await read(job)).toEqual(full);
  });

  test.each([
    ['success', ['maybe', 'true', 1, 0, '', [], {}]],
    ['verbose', ['yes', 1, [], {}]],
    ['last_in_suite', ['false', 0, [], {}]],
    ['nuke_on_error', ['no', 1, [], {}]],
    ['duration', ['long', '5', true, [], {}]],
    ['pid', [true, 1.5, [], {}]],
    ...['archive_path', 'description', 'email', 'flavor', 'machine_type', 'mon_a_kernel_sha1'].map(text),
    ...['mon_b_kernel_sha1', 'name', 'os_type', 'owner', 'teuthology_branch'].map(text),
  ] as [string, unknown[]][])(
    'answers 400 to values of a wrong type for %s, names it, changes nothing',
    async (key, values) => {
      const job = await newJob(server, full);
      for (const value of values) {
        // The keys before and after the wrong one must not be stored either.
        const body = { description: 'changed', tasks: ['changed'], [key]: value, owner: 'changed', kernel: 'changed' };
        expect(refused(await server.put(job, { ...body, [key]: value }), 400)).toContain(`'${key}'`);
        expect(await read(job), JSON.stringify(value)).toEqual(full);
      }
      expect(entry(await server.get(job.replace('jobs/1/', '')), '1')?.results.pass).toBe(1);
    },
  );

  test('names a wrong key as it was spelt in the request', async () => {
    const job = await newJob(server);
    expect(refused(await server.put(job, { 'nuke-on-error': 'maybe' }), 400)).toContain("'nuke-on-error'");
    expect(refused(await server.put(job, { 'mon.a_kernel_sha1': [] }), 400)).toContain("'mon.a_kernel_sha1'");
  });

  test.each(['POST', 'PUT'])('reads dashes and the dots of mon.* as underscores in a %s', async (method) => {
    const sent = {
      'nuke-on-error': true,
      'last-in-suite': false,
      'archive-path': '/a',
      'machine-type': 'plana',
      'os-type': 'ubuntu',
      'teuthology-branch': 'main',
      'mon.a_kernel_sha1': 'aaaa',
      'mon.b_kernel_sha1': 'bbbb',
    };
    const job = await newJob(server, method === 'POST' ? sent : {});
    if (method === 'PUT') await accepted(server.put(job, sent));
    expect(await read(job)).toEqual(
      jobObject({
        job_id: '1',
        nuke_on_error: true,
        last_in_suite: false,
        archive_path: '/a',
        machine_type: 'plana',
        os_type: 'ubuntu',
        teuthology_branch: 'main',
        mon_a_kernel_sha1: 'aaaa',
        mon_b_kernel_sha1: 'bbbb',
      }),
    );
  });

  test('leaves dots and dashes in values alone', async () => {
    const overrides = { 'mon.a_kernel_sha1': 1, 'nuke-on-error': { 'a-b': 2 } };
    expect(await read(await newJob(server, { overrides }))).toMatchObject({ overrides });
  });

  test('keeps the last of many updates of one client', async () => {
    const job = await newJob(server);
    for (let index = 0; index < 30; index++)
      await accepted(server.put(job, { duration: index, tasks: [index], success: index % 2 === 0 }));
    expect(await read(job)).toMatchObject({ duration: 29, tasks: [29], success: false });
  });

  test('changes no other job and no other run', async () => {
    const [job, other] = [await newJob(server), await newJob(server, full)];
    const run = await newRun(server);
    await accepted(server.post(job.replace(/1\/$/, ''), { ...full, job_id: '2' }));
    await accepted(server.put(job, { owner: 'changed', tasks: [], success: false }));
    expect(await read(other)).toEqual(full);
    expect(await read(job.replace(/1\/$/, '2/'))).toEqual({ ...full, job_id: '2' });
    expect(await read(`/runs/${run}/jobs/`)).toEqual([]);
  });
});

function text(key: string): [string, unknown[]] {
  return [key, [true, [], {}, ['x']]];
}
