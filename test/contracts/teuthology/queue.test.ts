/** Requests for queues (teuthology contract §2.19 to §2.22). */
import { describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { expectRefused, type Reply, useTeuthology } from './start.ts';

describe.each(engines)('queues on $name', (engine) => {
  const server = useTeuthology(engine);
  let count = 0;
  const get = (path: string) => server.get(path);
  const post = (body?: unknown) => server.post('/queue/', body);
  const put = (body?: unknown) => server.put('/queue/', body);

  async function newQueue(fields: object = {}): Promise<string> {
    const queue = `queue${++count}`;
    expect(await post({ queue, ...fields })).toMatchObject({ status: 200, json: {} });
    return queue;
  }

  const shown = async (queue: string) => ((await get(`/queue/?machine_type=${queue}`)).json as object[])[0];

  /** Posts a queued job and returns its id. */
  async function newJob(queue: string, fields: object = {}): Promise<string> {
    const job_id = String(++count);
    const sent = { job_id, queue, status: 'queued', run: 'jobs', ...fields };
    expect(await server.post(`/runs/${sent.run}/jobs/`, sent)).toMatchObject({ status: 200 });
    return job_id;
  }

  describe('GET /queue/', () => {
    test('a queue has its keys in order', async () => {
      const queue = await newQueue();
      const never = { queue, paused: false, paused_by: null, paused_since: null, paused_until: null };
      expect(Object.entries((await shown(queue)) as object)).toEqual(Object.entries(never));
    });

    test('the list is ordered by name and filtered', async () => {
      await newQueue({ queue: 'zeta', paused_by: 'filter' });
      await newQueue({ queue: 'multi', paused_by: 'filter' });
      const names = async (query: string) =>
        ((await get(`/queue/${query}`)).json as { queue: string }[]).map(({ queue }) => queue);
      expect(await names('?paused_by=filter')).toEqual(['multi', 'zeta']);
      expect(await names('?machine_type=zeta')).toEqual(['zeta']);
      expect(await names('?machine_type=smithi%7Cmira')).toEqual(['multi']);
      expect(await names('?machine_type=zeta&paused_by=nobody')).toEqual([]);
      expect(await names('')).toEqual(expect.arrayContaining(['multi', 'zeta']));
      await expectRefused(get('/queue/?paused_by=a&paused_by=b'), 400, "parameter 'paused_by' must be given once");
    });
  });

  test.each<[string, unknown, string]>([
    ['invalid JSON', '{', 'could not decode JSON body'],
    ['no body', undefined, 'could not decode JSON body'],
    ['a list', [], 'the JSON body must be an object'],
    ['no queue', {}, "could not find required key: 'queue'"],
    ['an empty queue', { queue: '' }, "could not find required key: 'queue'"],
    [
      'a bad time',
      { queue: 'x', paused_until: 'soon' },
      "invalid value for key 'paused_until': must look like 2024-03-01 20:00:15",
    ],
    [
      'a bad duration',
      { queue: 'x', paused_by: 'a', pause_duration: '0x10' },
      "invalid value for key 'pause_duration': must be a number of seconds",
    ],
  ])('POST and PUT with %s are refused', async (_what, body, message) => {
    await expectRefused(post(body), 400, message);
    await expectRefused(put(body), 400, message);
  });

  describe('POST /queue/', () => {
    test('creates a paused queue', async () => {
      const queue = await newQueue({ paused_by: 'ana', pause_duration: '60' });
      expect(await shown(queue)).toMatchObject({ paused: true, paused_by: 'ana' });
    });

    test('refuses an existing queue', async () => {
      const queue = await newQueue();
      await expectRefused(post({ queue }), 400, `Queue ${queue} already exists`);
      await expectRefused(post({ queue, pause_duration: 1 }), 400, `Queue ${queue} already exists`);
    });

    test('creates nothing when it cannot pause (teuthology contract §7.76)', async () => {
      await expectRefused(
        post({ queue: 'nobody', pause_duration: 5 }),
        400,
        'Cannot pause without specifying paused_by',
      );
      expect(await shown('nobody')).toBeUndefined();
    });

    test.each([
      ['x'.repeat(33), 'must be at most 32 characters long'],
      ['a/b', "must not contain '/'"],
    ])('refuses the name %s', async (queue, problem) => {
      await expectRefused(post({ queue }), 400, `invalid value for key 'queue': ${problem}`);
    });

    test('exactly one of several clients creates a queue', async () => {
      const replies = await Promise.all(Array.from({ length: 20 }, () => post({ queue: 'same' })));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(400)]);
    });
  });

  describe('PUT /queue/', () => {
    test('refuses an unknown queue with 400', async () => {
      await expectRefused(put({ queue: 'none', paused_by: 'x' }), 400, 'specified queue does not exist');
    });

    test('pauses for a time, and keeps the details of the pause afterwards', async () => {
      const queue = await newQueue();
      expect(await put({ queue, paused_by: 'ana', pause_duration: 90.5 })).toMatchObject({ status: 200, json: {} });
      const paused = (await shown(queue)) as Record<'paused_since' | 'paused_until', string>;
      expect(paused).toMatchObject({ paused: true, paused_by: 'ana' });
      expect(Date.parse(paused.paused_until) - Date.parse(paused.paused_since)).toBe(90_500);
      for (const pause_duration of [60, '60', null]) {
        await expectRefused(
          put({ queue, paused_by: 'bob', pause_duration }),
          403,
          'Cannot pause an already-paused queue',
        );
      }
      server.passSeconds(91);
      expect(await shown(queue)).toEqual({ ...paused, paused: false });
      expect((await put({ queue, paused_by: 'bob', pause_duration: 60 })).status).toBe(200);
      expect(await shown(queue)).toMatchObject({ paused: true, paused_by: 'bob' });
    });

    test.each<[string, object, string]>([
      ['no paused_by', { pause_duration: 5 }, 'Cannot pause without specifying paused_by'],
      ['an empty name', { pause_duration: 5, paused_by: '' }, 'Cannot pause without specifying paused_by'],
      [
        'a negative duration',
        { pause_duration: -5, paused_by: 'a' },
        "invalid value for key 'pause_duration': must be a number of seconds",
      ],
      [
        'no time',
        { pause_duration: null, paused_by: 'a' },
        "invalid value for key 'pause_duration': must be a number of seconds",
      ],
      [
        'a pause forever',
        { pause_duration: 1e12, paused_by: 'a' },
        "invalid value for key 'pause_duration': must be a number of seconds",
      ],
      [
        'two ends',
        { pause_duration: 5, paused_by: 'a', paused_until: '2024-03-02' },
        'give pause_duration or paused_until, not both',
      ],
    ])('does not pause with %s', async (_what, body, message) => {
      const queue = await newQueue();
      await expectRefused(put({ queue, ...body }), 400, message);
      expect(await shown(queue)).toMatchObject({ paused: false, paused_by: null });
    });

    test('resumes with paused_until null or past, or a duration of 0 (teuthology contract §7.72)', async () => {
      const queue = await newQueue({ paused_by: 'ana', pause_duration: 9999 });
      expect((await put({ queue, paused_until: null })).status).toBe(200);
      expect(await shown(queue)).toMatchObject({ paused: false, paused_by: 'ana', paused_until: null });
      expect((await put({ queue, paused_until: '2224-03-01T00:00:00.5Z' })).status).toBe(200);
      expect(await shown(queue)).toMatchObject({ paused: true, paused_until: '2224-03-01 00:00:00.500000' });
      expect((await put({ queue, paused_until: '2024-02-29', paused_by: null })).status).toBe(200);
      expect(await shown(queue)).toMatchObject({ paused: false, paused_until: '2024-02-29 00:00:00.000000' });
      expect((await put({ queue, paused_by: 'ana', pause_duration: 9999 })).status).toBe(200);
      expect((await put({ queue, pause_duration: 0 })).status).toBe(200);
      const none = { paused: false, paused_by: null, paused_since: null, paused_until: null };
      expect(await shown(queue)).toEqual({ queue, ...none });
    });

    test('exactly one of several clients pauses a queue', async () => {
      const queue = await newQueue();
      const pause = (by: number) => put({ queue, paused_by: `client${by}`, pause_duration: 60 });
      const replies = await Promise.all(Array.from({ length: 20 }, (_, by) => pause(by)));
      expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(403)]);
    });
  });

  describe('/queue/pop_queue', () => {
    test('returns the job with the lowest priority, then the oldest, without removing it', async () => {
      const queue = await newQueue();
      const next = async () => ((await get(`/queue/pop_queue?queue=${queue}`)).json as { job_id: string }).job_id;
      await newJob(queue);
      const second = await newJob(queue, { priority: 5 });
      await newJob(queue, { priority: 5 });
      await newJob(queue, { priority: 1, status: 'running' });
      expect(await next()).toBe(second);
      expect(await next()).toBe(second);
      const first = await newJob(queue, { priority: -1, targets: { a: 1 } });
      for (const path of [`?queue=${queue}`, `/${queue}`, `/${queue}/`]) {
        expect(await get(`/queue/pop_queue${path}`)).toMatchObject({
          status: 200,
          json: { job_id: first, targets: { a: 1 } },
        });
      }
      expect((await server.post('/queue/pop_queue/', { queue })).json).toMatchObject({ job_id: first, queue });
      for (const job of ['running', 'pass']) await server.put(`/runs/jobs/jobs/${first}/`, { status: job });
      expect(await next()).toBe(second);
    });

    test('returns null for an empty or unknown queue, and 503 for a paused one', async () => {
      const queue = await newQueue();
      expect(await get(`/queue/pop_queue?queue=${queue}`)).toMatchObject({ status: 200, json: null });
      expect(await get('/queue/pop_queue?queue=none')).toMatchObject({ status: 200, json: null });
      await put({ queue, paused_by: 'ana', pause_duration: 5 });
      await expectRefused(get(`/queue/pop_queue?queue=${queue}`), 503, 'queue is paused, cannot retrieve job');
    });

    test('requires exactly one queue', async () => {
      await expectRefused(get('/queue/pop_queue/'), 400, "could not find required key: 'queue'");
      const twice = "parameter 'queue' must be given once";
      await expectRefused(get('/queue/pop_queue?queue=a&queue=b'), 400, twice);
      await expectRefused(server.post('/queue/pop_queue?queue=a', { queue: 'b' }), 400, twice);
    });
  });

  describe('/queue/stats', () => {
    test('counts the queued jobs, and shows a pause while it lasts', async () => {
      const queue = await newQueue();
      await newJob(queue);
      await newJob(queue);
      await newJob(queue, { status: 'running' });
      const stats = async () => JSON.stringify((await get(`/queue/stats/?queue=${queue}`)).json);
      expect(await stats()).toBe(JSON.stringify({ queue, queued_jobs: 2, paused: false }));
      await put({ queue, paused_by: 'ana', paused_since: '2024-03-01 10:00:00', paused_until: '2124-03-01 10:00:00' });
      const times = { paused_since: '2024-03-01 10:00:00.000000', paused_until: '2124-03-01 10:00:00.000000' };
      expect(await stats()).toBe(JSON.stringify({ queue, paused: true, paused_by: 'ana', ...times, queued_jobs: 2 }));
      for (const call of [
        get(`/queue/stats/${queue}`),
        server.post('/queue/stats/', { queue }),
        server.put(`/queue/stats?queue=${queue}`),
      ]) {
        expect(await call).toMatchObject({ status: 200, json: { queued_jobs: 2 } });
      }
    });

    test.each([
      ['?queue=none', 'specified queue does not exist'],
      ['?queue=', "could not find required key: 'queue'"],
      ['', "could not find required key: 'queue'"],
    ])('GET /queue/stats/%s is refused', async (query, message) => {
      await expectRefused(get(`/queue/stats/${query}`), 400, message);
    });
  });

  describe('/queue/queued_jobs', () => {
    test('lists the queued jobs of a queue, a user or a run', async () => {
      const queue = await newQueue();
      const other = await newQueue();
      const a = await newJob(queue, { user: 'ana', run: 'run-a' });
      const b = await newJob(queue, { user: 'bob', run: 'run-a' });
      const c = await newJob(queue, { user: 'ana', run: 'run-b' });
      await newJob(queue, { user: 'ana', run: 'run-a', status: 'dead' });
      await newJob(other, { user: 'ana', run: 'run-a' });
      const ids = async (reply: Promise<Reply>) =>
        ((await reply).json as { job_id: string }[]).map(({ job_id }) => job_id).sort();
      const path = '/queue/queued_jobs/';
      expect(await ids(server.post(path, { queue }))).toEqual([a, b, c]);
      expect(await ids(server.call('GET', path, { queue }))).toEqual([a, b, c]);
      expect(await ids(server.post(path, { queue, user: 'ana' }))).toEqual([a, c]);
      expect(await ids(server.post(`${path}?user=bob`, { queue }))).toEqual([b]);
      expect(await ids(server.put(`${path}?run_name=run-a`, { queue, user: 'nobody' }))).toEqual([a, b]);
      expect(await ids(server.post(path, { queue, run_name: 'run-b' }))).toEqual([c]);
      expect(await ids(server.post(path, { queue, run_name: 'none' }))).toEqual([]);
      for (const method of ['GET', 'POST', 'PUT']) {
        expect(await ids(server.call(method, `${path}?queue=${queue}&user=ana`, { queue }))).toEqual([a, c]);
        expect(await ids(server.call(method, `${path}?queue=${queue}&user=bob`))).toEqual([b]);
      }
    });

    test('sends long lists completely', async () => {
      const queue = await newQueue();
      for (let i = 0; i < 205; i++) await newJob(queue);
      expect((await server.post('/queue/queued_jobs', { queue })).json).toHaveLength(205);
    });

    test.each<[unknown, string]>([
      [undefined, 'could not decode JSON body'],
      [{}, "could not find required key: 'queue'"],
      [{ queue: 'none' }, 'specified queue does not exist'],
      [[], 'the JSON body must be an object'],
    ])('body %j is refused', async (body, message) => {
      await expectRefused(server.call('GET', '/queue/queued_jobs', body), 400, message);
      await expectRefused(server.call('POST', '/queue/queued_jobs?queue=', body), 400, message);
    });

    test('a queue that does not exist, or is given twice, is refused', async () => {
      const path = '/queue/queued_jobs?queue=none';
      await expectRefused(server.call('GET', path), 400, 'specified queue does not exist');
      for (const twice of [server.post(path, { queue: await newQueue() }), server.call('GET', `${path}&queue=none`)])
        await expectRefused(twice, 400, "parameter 'queue' must be given once");
    });
  });

  test('other methods get a 405 with Allow', async () => {
    expect(await server.call('DELETE', '/queue/')).toMatchObject({ status: 405 });
    expect((await server.call('DELETE', '/queue/stats')).headers.allow).toBe('GET, POST, PUT, HEAD, OPTIONS');
  });
});
