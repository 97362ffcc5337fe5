import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engines } from '../helpers/engines.ts';
import { type Pages, startPages } from './pages.ts';

describe.each(engines)('the configuration of a run on $name', (engine) => {
  let server: Pages;

  beforeAll(async () => {
    server = await startPages(engine);
  });
  afterAll(() => server.stop());

  test('is what its jobs have in common, without results', async () => {
    for (const [id, seed] of [
      [1, 7],
      [2, 8],
    ]) {
      await server.report('common', {
        job_id: id,
        status: 'fail',
        failure_reason: 'the same',
        machine_type: 'smithi',
        overrides: { ceph: { conf: { mon: { debug: 20 }, seed } }, only: { here: seed } },
        tasks: [{ install: null }, { ceph: null }],
      });
    }
    expect(await server.read('/runs/common/config')).toEqual({
      common: {
        machine_type: 'smithi',
        overrides: { ceph: { conf: { mon: { debug: 20 } } } },
        tasks: [{ install: null }, { ceph: null }],
      },
      jobs: 2,
      compared: 2,
    });
  });

  test('compares 40 jobs from all parts of a larger run', async () => {
    for (let id = 100; id < 200; id++) {
      await server.report('large', { job_id: id, suite: 'rados', overrides: { late: id >= 190 } });
    }
    const { common, ...rest } = await server.read<{ common: unknown }>('/runs/large/config');
    expect(rest).toEqual({ jobs: 100, compared: 40 });
    expect(common).toEqual({ suite: 'rados' });
  });

  test('contains values of a hundred kilobytes and names of any kind, but no values of a megabyte', async () => {
    const overrides = { list: ['x'.repeat(100_000)], constructor: 1, ['__proto__']: { toString: 2 } };
    const kernel = { is: 'y'.repeat(1_000_000) };
    for (const id of [1, 2, 3]) await server.report('long', { job_id: id, overrides, kernel, roles: [[`a.${id}`]] });
    const { text } = await server.get('/api/runs/long/config');
    expect(JSON.parse(text)).toEqual({
      common: { overrides: JSON.parse(JSON.stringify(overrides)) },
      jobs: 3,
      compared: 3,
    });
    expect(text).toContain('"__proto__":{"toString":2}');
  });

  test('is empty for a run without jobs, and 404 for a missing run', async () => {
    await server.post('/runs/', { name: 'empty' });
    expect(await server.read('/runs/empty/config')).toEqual({ common: {}, jobs: 0, compared: 0 });
    expect(await server.get('/api/runs/none/config')).toMatchObject({ status: 404 });
  });
});
