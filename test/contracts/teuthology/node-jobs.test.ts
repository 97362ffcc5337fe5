/** Requests for jobs of nodes and machine types (teuthology contract §2.15 to §2.18). */
import { describe, expect, test } from 'vitest';
import { engines } from '../../helpers/engines.ts';
import { createNode, expectRefused, useTeuthology } from './start.ts';

describe.each(engines)('jobs of nodes on $name', (engine) => {
  const server = useTeuthology(engine);
  const get = (path: string) => server.get(path);
  const post = (path: string, body?: unknown) => server.post(path, body);
  const newNode = (fields?: object) => createNode(server, fields);

  let jobs = 0;

  /** Posts a job that ran on these hosts. */
  async function ran(hosts: string[], fields: object): Promise<string> {
    const job_id = String(++jobs);
    const targets = Object.fromEntries(hosts.map((host) => [`ubuntu@${host}`, 'key']));
    expect(await post('/runs/stats/jobs/', { job_id, name: 'stats', targets, ...fields })).toMatchObject({
      status: 200,
    });
    return job_id;
  }

  test('are listed, paged and counted', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 230; i++) {
      const fields = { status: i % 2 ? 'pass' : 'fail', name: i < 5 ? 'other' : 'stats', machine_type: 'busy' };
      ids.unshift(await ran(['busy1'], fields));
    }
    const idsAt = async (query: string) =>
      ((await get(`/nodes/busy1/jobs/${query}`)).json as { job_id: string }[]).map(({ job_id }) => job_id);
    expect(await idsAt('')).toEqual(ids);
    expect(await idsAt('?page=3')).toEqual(ids);
    expect(await idsAt('?count=20')).toEqual(ids.slice(0, 20));
    expect(await idsAt('?count=20&page=2')).toEqual(ids.slice(20, 40));
    expect(await idsAt('?count=150&page=2')).toEqual(ids.slice(150));
    expect(await idsAt('?count=115&page=3')).toEqual([]);
    expect(await idsAt('?count=0')).toEqual([]);
    expect(await idsAt('?count=20&page=-1')).toEqual(ids.slice(0, 20));
    expect(await idsAt('?name=other&status=fail')).toEqual(['5', '3', '1']);
    expect((await get('/nodes/busy1/jobs/?count=1')).json).toMatchObject([
      { job_id: '230', targets: { 'ubuntu@busy1': 'key' }, failure_reason: null },
    ]);
    await expectRefused(get('/nodes/busy1/jobs/?count=-1'), 400, 'count must not be negative');
    await expectRefused(get('/nodes/busy1/jobs/?count=x'), 400, 'count must be an integer');
    await expectRefused(get('/nodes/busy1/jobs/?count=1&page=1.5'), 400, 'page must be an integer');
    const stats = { pass: 115, fail: 115, queued: 0, running: 0, dead: 0, unknown: 0, waiting: 0 };
    expect(JSON.stringify((await get('/nodes/busy1/job_stats')).json)).toBe(JSON.stringify(stats));
  });

  test('are counted by their current status until they are deleted', async () => {
    const counts = async (node: string) => {
      const stats = (await get(`/nodes/${node}/job_stats`)).json as Record<string, number>;
      return Object.fromEntries(Object.entries(stats).filter(([, count]) => count > 0));
    };
    const job = await ran(['moving1'], { status: 'waiting' });
    const change = (body: object) => server.put(`/runs/stats/jobs/${job}/`, body);
    expect(await counts('moving1')).toEqual({ waiting: 1 });
    expect((await change({ status: 'running' })).status).toBe(200);
    expect(await counts('moving1')).toEqual({ running: 1 });
    // Existing links stay. New ones start with the job's current status.
    expect((await change({ targets: { 'ubuntu@moving2': 'key' }, status: 'fail' })).status).toBe(200);
    expect([await counts('moving1'), await counts('moving2')]).toEqual([{ fail: 1 }, { fail: 1 }]);
    expect((await get('/nodes/moving1/jobs/?status=fail')).json).toMatchObject([{ job_id: job }]);
    expect((await get('/nodes/moving1/jobs/?status=running')).json).toEqual([]);
    expect((await server.call('DELETE', `/runs/stats/jobs/${job}/`)).status).toBe(200);
    expect([await counts('moving1'), await counts('moving2')]).toEqual([{}, {}]);
  });

  test('are counted over all nodes by machine type and age', async () => {
    await ran(['old1'], { status: 'dead', machine_type: 'ages' });
    server.passSeconds(20 * 24 * 3600);
    await ran(['old1', 'old2'], { status: 'running', machine_type: 'ages' });
    await ran(['old1'], { status: 'running', machine_type: 'multi' });
    await ran(['old2'], { status: 'running', machine_type: 'else' });
    const stats = async (query: string) => (await get(`/nodes/job_stats${query}`)).json as object;
    const recent = await stats('?machine_type=ages');
    expect(Object.entries(recent)).toEqual([
      ['old2', { running: 1 }],
      ['old1', { running: 2 }],
    ]);
    expect(await stats('/?machine_type=ages&since_days=30')).toEqual({
      old1: { dead: 1, running: 2 },
      old2: { running: 1 },
    });
    expect(Object.keys(await stats('?since_days=100'))).toContain('busy1');
    expect(await stats('?machine_type=none')).toEqual({});
    for (const [days, message] of [
      ['0', 'since_days must be a positive integer'],
      ['-1', 'since_days must be a positive integer'],
      ['x', 'since_days must be an integer'],
    ]) {
      await expectRefused(get(`/nodes/job_stats?since_days=${days}`), 400, message as string);
    }
    expect((await get('/nodes/job_stats?since_days=99999999')).status).toBe(200);
  });

  test('machine types are distinct and sorted', async () => {
    await newNode({ name: 'untyped', machine_type: '' });
    const types = (await get('/nodes/machine_types')).json as string[];
    expect(types).toEqual([...new Set(types)].sort());
    expect(types).toEqual(expect.arrayContaining(['ages', 'busy']));
    expect(types).not.toContain('');
  });

  test('remain when a node is deleted', async () => {
    await ran(['leaving'], {});
    expect((await server.call('DELETE', '/nodes/leaving')).status).toBe(200);
    expect((await get(`/runs/stats/jobs/${jobs}/`)).json).toMatchObject({ targets: { 'ubuntu@leaving': 'key' } });
  });
});
