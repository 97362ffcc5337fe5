/** Totals of lists, words in names and suggested values among hundreds of runs. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunList, Suggestions } from '../../src/http/api/lists.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, startPages } from './pages.ts';

const runs = Array.from({ length: 720 }, (_, index) => {
  const day = new Date(Date.UTC(2024, 0, 1 + index)).toISOString().slice(0, 10);
  return `user${index % 2}-${day}_09:00:00-rados-${index % 9 === 4 ? 'wip_100%-É' : 'main'}-distro-default-smithi`;
});
const [oldest, secondOldest] = runs as [string, string];
const newest = runs.at(-1) as string;

describe.each(engines)('totals and words of 720 runs on $name', (engine) => {
  let pages: Pages;

  beforeAll(async () => {
    pages = await startPages(engine);
    for (const name of runs) expect((await pages.post('/runs/', { name })).status).toBe(200);
  });
  afterAll(() => pages.stop());

  const list = (q = '') => pages.read<RunList>(`/runs?${new URLSearchParams({ q, limit: '1' })}`);
  const namesOf = async (...texts: string[]) => {
    const q = texts.map((word) => (word.startsWith('"') ? word : JSON.stringify(word))).join(' ');
    const names: string[] = [];
    for (let after = ''; ; ) {
      const page = await pages.read<RunList>(
        `/runs?${new URLSearchParams({ q, limit: '200', ...(after && { after }) })}`,
      );
      expect(page.total).toBeGreaterThanOrEqual(page.runs.length);
      names.push(...page.runs.map(({ name }) => name));
      if (page.next === null) return names;
      after = page.next;
    }
  };
  const search = async (text: string) => {
    const { items } = await pages.read<{ items: { kind: string; label: string }[] }>(
      `/search?${new URLSearchParams({ text })}`,
    );
    return items.filter(({ kind }) => kind === 'run').map(({ label }) => label);
  };
  const users = async () => {
    const { values } = await pages.read<Suggestions>('/suggest?field=user');
    return Object.fromEntries(values.map(({ value, count }) => [value, count]));
  };

  // Words with more and with fewer matches than are looked up one by one, in old and new runs, and characters that are special in SQL.
  const words = [
    'rados',
    'RADOS',
    '2024-01-0',
    '2024-01-03',
    '2025-12-1',
    'user1-2025',
    'wip_1',
    '0%-',
    '100_',
    'é',
    'É',
    '_',
    'a',
    'no',
  ];

  test('words find the runs whose names contain them', async () => {
    for (let repeated = 0; repeated < 2; repeated++) {
      for (const word of words) {
        const lower = word.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
        const expected = runs.filter((name) =>
          name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()).includes(lower),
        );
        const found = await namesOf(word);
        expect({ word, found }).toEqual({ word, found: expected.toReversed() });
        const without = await list(`-${JSON.stringify(word)}`);
        expect({ word, total: without.total }).toEqual({ word, total: runs.length - expected.length });
      }
    }
    expect(await namesOf('"2024-01-03"', '"user0"')).toEqual(runs.filter((name) => /^user0-2024-01-03/.test(name)));
  });

  test('words find a run as soon as it is created, and an old one until it is deleted', async () => {
    const old = runs[7] as string;
    const part = old.slice(0, 16);
    expect(await search(part)).toEqual([old]);
    expect((await pages.request('DELETE', `/runs/${encodeURIComponent(old)}/`)).status).toBe(200);
    expect(await search(part)).toEqual([]);
    expect((await pages.post('/runs/', { name: old })).status).toBe(200);
    expect(await search(part)).toEqual([old]);
    expect(await namesOf(part)).toEqual([old]);
  });

  test('totals and suggested values follow every change at once', async () => {
    for (let repeated = 0; repeated < 2; repeated++) {
      expect(await list()).toMatchObject({ total: 720, counts: { pass: 0 } });
      expect(await list('user:user1')).toMatchObject({ total: 360 });
      expect(await users()).toEqual({ user0: 360, user1: 360 });
    }
    await pages.report(newest, { job_id: '1', status: 'pass' });
    expect(await list()).toMatchObject({ total: 720, counts: { pass: 1 } });
    expect(await list('status:pass')).toMatchObject({ total: 1 });

    await pages.report(oldest, { job_id: '1', status: 'pass' });
    expect(await list()).toMatchObject({ total: 720, counts: { pass: 2 } });
    expect(await list('status:pass')).toMatchObject({ total: 2 });

    for (const name of [secondOldest, newest]) {
      expect((await pages.request('DELETE', `/runs/${encodeURIComponent(name)}/`)).status).toBe(200);
    }
    expect(await list()).toMatchObject({ total: 718, counts: { pass: 1 } });
    expect(await users()).toEqual({ user0: 360, user1: 358 });
    expect(
      (await pages.post('/runs/', { name: 'someone-2026-01-01_00:00:00-fs-main-distro-default-smithi' })).status,
    ).toBe(200);
    expect(await list()).toMatchObject({ total: 719 });
  });

  test('totals of filters by time are correct at any moment', async () => {
    const { total } = await list('scheduled:>2024-02-01');
    expect(await list('scheduled:>2024-01-31')).toMatchObject({ total: total + 1 });
  });

  test('the last three jobs with an id are found', async () => {
    for (const run of ['d', 'a', 'c', 'b']) await pages.report(run, { job_id: '4711' });
    const { items } = await pages.read<{ items: { kind: string; path: string }[] }>('/search?text=4711');
    expect(items.filter(({ kind }) => kind === 'job').map(({ path }) => path)).toEqual(
      ['b', 'c', 'a'].map((run) => `/runs/${run}/jobs/4711`),
    );
  });
});
