/** GET and POST /runs/{name}/jobs/. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { startServer, type TestServer } from '../../helpers/server.ts';
import { accepted, jobKeys, jobObject, newRun, printedKeys, refused } from './setup.ts';

describe.each(engines)('/runs/{name}/jobs/ on $name', (engine) => {
  let server: TestServer;
  let jobs: string;

  beforeAll(async () => {
    server = await startServer(engine);
  });
  beforeEach(async () => {
    jobs = `/runs/${await newRun(server)}/jobs/`;
  });
  afterAll(() => server.stop());

  async function read(): Promise<Record<string, unknown>[]> {
    return (await server.get(jobs)).json as Record<string, unknown>[];
  }

  /** Posts jobs, 50 at a time; the order within each 50 is undefined. */
  async function postMany(count: number): Promise<void> {
    for (let first = 0; first < count; first += 50) {
      const lot = Array.from({ length: Math.min(50, count - first) }, (_, index) => first + index);
      await Promise.all(lot.map((job_id) => accepted(server.post(jobs, { job_id, description: `job "${job_id}" ä` }))));
    }
  }

  test('answers [] when the run has no jobs', async () => {
    expect((await server.get(jobs)).text).toBe('[]');
  });

  test('shows exactly the documented keys, with null for those never sent', async () => {
    await accepted(server.post(jobs, { job_id: '1' }));
    expect(await read()).toEqual([jobObject({ job_id: '1' })]);
    expect(Object.keys((await read())[0] ?? {}).sort()).toEqual(jobKeys);
  });

  test('lists jobs oldest first, regardless of their ids and updates', async () => {
    const ids = ['10', '9', 'b', '1', 'a'];
    for (const job_id of ids) await accepted(server.post(jobs, { job_id }));
    await accepted(server.put(`${jobs}10/`, { success: true, tasks: ['x'] }));
    expect((await read()).map(({ job_id }) => job_id)).toEqual(ids);
  });

  test.each([99, 100, 101, 200, 201])('lists each of %i jobs once', async (count) => {
    await postMany(count);
    const ids = (await read()).map(({ job_id }) => job_id);
    expect(ids).toEqual(printedKeys(await server.get(jobs.replace('jobs/', ''))));
    expect(ids.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, index) => index));
  });

  test('lists 2,000 jobs completely, in order and as valid JSON', async () => {
    await postMany(2000);
    const listed = await read();
    const ids = listed.map(({ job_id }) => Number(job_id));
    expect(new Set(ids).size).toBe(2000);
    expect(ids.map((id) => Math.floor(id / 50))).toEqual(Array.from({ length: 2000 }, (_, at) => Math.floor(at / 50)));
    expect(listed).toEqual(ids.map((id) => jobObject({ job_id: `${id}`, description: `job "${id}" ä` })));
    expect(await server.request('HEAD', jobs)).toMatchObject({ status: 200, text: '' });
  });

  test.each([
    ['1', '1'],
    ['007', '007'],
    [0, '0'],
    [1500, '1500'],
    [-3, '-3'],
  ])('accepts the job_id %j and returns %j', async (sent, answered) => {
    await accepted(server.post(jobs, { job_id: sent }));
    expect((await server.get(`${jobs}${answered}/`)).json).toEqual(jobObject({ job_id: answered }));
    expect(refused(await server.post(jobs, { job_id: answered }), 400)).toMatch(/already exists$/);
  });

  test('keeps every digit of an integer job_id above 2^53', async () => {
    await accepted(server.post(jobs, '{"job_id": 90071992547409931234567890123456}'));
    expect((await read())[0]?.job_id).toBe('90071992547409931234567890123456');
  });

  test.each([{}, { job_id: null }, { job_id: '' }, { JOB_ID: '1' }, { id: '1' }])(
    "answers 400 'could not find required key' to %j",
    async (body) => {
      expect(refused(await server.post(jobs, body), 400)).toBe("could not find required key: 'job_id'");
      expect(await read()).toEqual([]);
    },
  );

  test.each([[{}], [[]], [['1']], [{ job_id: '1' }], [true], [false], [1.5], ['x'.repeat(33)], ['a/b']])(
    'answers 400 to the job_id %j, names the key and creates nothing',
    async (job_id) => {
      expect(refused(await server.post(jobs, { job_id }), 400)).toContain("'job_id'");
      expect(await read()).toEqual([]);
    },
  );

  test("answers 400 'already exists' when the job is posted again, and leaves it unchanged", async () => {
    await accepted(server.post(jobs, { job_id: '1', owner: 'first', tasks: ['first'], success: true }));
    const before = (await server.get(jobs)).text;
    const second = { job_id: 1, owner: 'second', tasks: ['second'], kernel: 'k', success: false };
    expect(refused(await server.post(jobs, second), 400)).toMatch(/already exists$/);
    expect((await server.get(jobs)).text).toBe(before);
    expect((await server.get(jobs.replace('jobs/', ''))).text).toContain('"pass":1,"running":0,"fail":0');
  });

  test('accepts exactly one of 20 simultaneous posts of one job', async () => {
    const owners = Array.from({ length: 20 }, (_, index) => `owner-${index}`);
    const answers = await Promise.all(owners.map((owner) => server.post(jobs, { job_id: '1', owner })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(400)]);
    const winner = owners[answers.findIndex(({ status }) => status === 200)];
    expect(await read()).toMatchObject([{ job_id: '1', owner: winner }]);
  });

  test.each([
    ['a good body', '{"job_id": "1"}'],
    ['no job_id', '{}'],
    ['a wrong type', '{"job_id": "1", "success": "maybe"}'],
    ['an undecodable body', '{'],
    ['no body', undefined],
    ['a list', '[]'],
  ])('answers 404 for an unknown run, not 400, to %s', async (_what, body) => {
    expect(refused(await server.post('/runs/nope/jobs/', body), 404)).toContain('nope');
    expect((await server.get('/runs/nope/')).status).toBe(404);
  });

  test.each(['success', 'duration', 'verbose', 'name'])(
    'answers 400 to a wrong type of %s, names the key and creates nothing',
    async (key) => {
      expect(refused(await server.post(jobs, { job_id: '1', owner: 'me', [key]: { x: 1 } }), 400)).toContain(key);
      expect(await read()).toEqual([]);
      expect((await server.get(jobs.replace('jobs/', ''))).text).toBe('{}');
    },
  );

  test('ignores unknown keys, however odd', async () => {
    const odd = '"status": "pass", "x": 1, "": 2, "__proto__": {"owner": "p"}, "constructor": 3, "run_id": 7, "id": 9';
    await accepted(server.post(jobs, `{"job_id": "1", ${odd}, "toString": null, "posted": "x", "small": "{}"}`));
    expect(await read()).toEqual([jobObject({ job_id: '1' })]);
  });
});
