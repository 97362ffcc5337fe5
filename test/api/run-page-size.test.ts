/** Limits for the compressed size of a run page. The size does not depend on the database. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planRuns } from '../../demo/runs.ts';
import { apiPath } from '../../src/core/paths.ts';
import type { RunPage } from '../../src/http/api/run-document.ts';
import { engines } from '../helpers/engines.ts';
import { type Pages, startPages } from './pages.ts';

let pages: Pages;

beforeAll(async () => {
  pages = await startPages(engines[0]!);
});
afterAll(() => pages.stop());

test.each([
  [500, 30_000],
  [5000, 200_000],
])('the page of a run with %i jobs takes at most %i bytes, compressed by either method', async (size, limit) => {
  const run = `teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi${size}`;
  await reportJobs(run, size);
  const path = apiPath.runPage(run);
  const page = (await pages.get(path)).json as RunPage;
  expect(page.jobs).toHaveLength(size);
  expect(page.signatures.length).toBeGreaterThan(10);
  for (const method of ['br', 'gzip']) {
    const answer = await pages.app.inject({ url: path, headers: { 'accept-encoding': method } });
    expect(answer.headers['content-encoding']).toBe(method);
    expect(answer.rawPayload.length, method).toBeLessThanOrEqual(limit);
  }
});

/** Reports finished jobs of the demo's suites, of which a seventh have failed. */
async function reportJobs(run: string, size: number): Promise<void> {
  const pool = planRuns({ seed: 11, runs: 40, now: new Date(), days: 5 }).flatMap(({ jobs }) => jobs);
  for (let from = 0; from < size; from += 100) {
    const batch = Array.from({ length: 100 }, (_, at) => {
      const { document, summary } = pool[(from + at) % pool.length]!;
      return pages.report(run, { ...document, ...summary, name: run, job_id: String(9_000_000 + from + at) });
    });
    await Promise.all(batch);
  }
}
