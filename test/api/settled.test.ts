/** Totals of lists when there are more runs than are summed each time. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunList, Suggestions } from '../../src/http/api/schemas.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, startPages } from './pages.ts';

const runs = Array.from({ length: 220 }, (_, index) => {
  const day = new Date(Date.UTC(2024, 0, 1 + index)).toISOString().slice(0, 10);
  return `user${index % 2}-${day}_09:00:00-rados-main-distro-default-smithi`;
});
const [oldest, secondOldest] = runs as [string, string];
const newest = runs.at(-1) as string;

describe.each(engines)('totals of 220 runs on $name', (engine) => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages(engine);
    for (const name of runs) expect((await pages.post('/runs/', { name })).status).toBe(200);
  });
  afterAll(() => pages.stop());

  const list = (q = '') => pages.read<RunList>(`/runs?${new URLSearchParams({ q, limit: '1' })}`);
  const users = async () => {
    const { values } = await pages.read<Suggestions>('/suggest?field=user');
    return Object.fromEntries(values.map(({ value, count }) => [value, count]));
  };

  test('follow changes of the newest runs at once, and of the oldest as soon as these are told', async () => {
    for (let repeated = 0; repeated < 2; repeated++) {
      expect(await list()).toMatchObject({ total: 220, counts: { pass: 0 } });
      expect(await list('user:user1')).toMatchObject({ total: 110 });
      expect(await users()).toEqual({ user0: 110, user1: 110 });
    }
    await pages.report(newest, { job_id: '1', status: 'pass' });
    expect(await list()).toMatchObject({ total: 220, counts: { pass: 1 } });
    expect(await list('status:pass')).toMatchObject({ total: 1 });

    await pages.report(oldest, { job_id: '1', status: 'pass' });
    await expect.poll(() => list()).toMatchObject({ total: 220, counts: { pass: 2 } });
    await expect.poll(() => list('status:pass')).toMatchObject({ total: 2 });

    for (const name of [secondOldest, newest]) {
      expect((await pages.request('DELETE', `/runs/${encodeURIComponent(name)}/`)).status).toBe(200);
    }
    await expect.poll(() => list()).toMatchObject({ total: 218, counts: { pass: 1 } });
    await expect.poll(users).toEqual({ user0: 110, user1: 108 });
    expect(
      (await pages.post('/runs/', { name: 'someone-2026-01-01_00:00:00-fs-main-distro-default-smithi' })).status,
    ).toBe(200);
    expect(await list()).toMatchObject({ total: 219 });
  });

  test('of filters by time are those of now', async () => {
    const { total } = await list('scheduled:>2024-02-01');
    expect(await list('scheduled:>2024-01-31')).toMatchObject({ total: total + 1 });
  });
});
