/** A page that is open while results arrive: it reports changes, and no row moves while a user reads. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closePage, hasBrowser, openPage, startBrowser } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const size = 400;

let server: TestServer;
let browser: Browser;

describe.skipIf(!hasBrowser)('an open page', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract: 'teuthology' });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function newRun(name: string, jobs: number): Promise<string> {
    const run = `teuthology-2026-11-20_20:00:00-${name}-main-distro-default-smithi`;
    const posts = Array.from({ length: jobs }, (_, index) =>
      server.post(`/runs/${run}/jobs/`, {
        job_id: 1000 + index,
        status: 'running',
        description: `${name}/{a/${index % 7} b/${index}}`,
        sha1: 'a'.repeat(40),
      }),
    );
    await Promise.all(posts);
    return run;
  }

  const put = (run: string, index: number, body: object) => server.put(`/runs/${run}/jobs/${1000 + index}/`, body);
  const live = (page: Page) => page.getByText('● live').waitFor();
  const shifts = (page: Page) =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let sum = 0;
          const observer = new PerformanceObserver((list) => {
            for (const entry of list.getEntriesByType('layout-shift')) {
              sum += (entry as unknown as { value: number }).value;
            }
            if (list.getEntriesByName('read').length > 0) resolve(sum);
          });
          // The mark is added after all earlier layout shifts.
          observer.observe({ type: 'layout-shift', buffered: true });
          observer.observe({ type: 'mark' });
          performance.mark('read');
        }),
    );

  test('does not move during 200 changes, counts the waiting ones, and shows them on request', async () => {
    const run = await newRun('place', size);
    const watched = await openPage(browser, `${server.url}/ui/runs/${run}?view=jobs`);
    const { page } = watched;
    await live(page);
    const grid = page.getByRole('grid', { name: 'Jobs' });
    await grid.evaluate((element) => element.scrollTo(0, 300 * 28));
    await page.locator('.grid-row[data-index="305"]').click();
    const place = await grid.evaluate((element) => element.scrollTop);
    expect(place).toBeGreaterThan(8000);
    const row = () => page.locator('.grid-row[aria-selected="true"]').textContent();
    const selected = await row();
    for (let index = 0; index < 200; index += 50) {
      const batch = Array.from({ length: 50 }, (_, at) =>
        put(run, index + at, { status: at % 2 ? 'fail' : 'pass', failure_reason: at % 2 ? 'it broke' : null }),
      );
      await Promise.all(batch);
    }
    await page.getByRole('button', { name: '100 fail', exact: true }).waitFor();
    const pill = page.getByRole('button', { name: /updates/ });
    await pill.waitFor();
    expect(await grid.evaluate((element) => element.scrollTop)).toBe(place);
    expect(await row()).toBe(selected);
    expect(await page.locator('.grid-row[data-index="305"]').textContent()).toBe(selected);
    expect(await shifts(page)).toBeLessThanOrEqual(0.05);
    await page.keyboard.press('.');
    await pill.waitFor({ state: 'detached' });
    expect(await row()).toBe(selected);
    await grid.evaluate((element) => element.scrollTo(0, 0));
    expect(await page.locator('.grid-row[data-index="0"]').textContent()).toContain('it broke');
    await closePage(watched);
  });

  test('keeps causes in place when another one becomes the first', async () => {
    const run = await newRun('causes', 8);
    const fail = (index: number, failure_reason: string) => put(run, index, { status: 'fail', failure_reason });
    await Promise.all([fail(0, 'amber broke'), fail(1, 'amber broke'), fail(2, 'brass broke')]);
    const watched = await openPage(browser, `${server.url}/ui/runs/${run}`);
    const { page } = watched;
    await live(page);
    await page.keyboard.press('n');
    await page.locator('.group-row[aria-selected="true"]', { hasText: 'brass broke' }).waitFor();
    const before = await page.locator('.grid-row').count();
    await Promise.all([3, 4, 5, 6].map((index) => fail(index, 'cork broke')));
    await page.getByRole('button', { name: /updates?/ }).waitFor();
    expect(await page.locator('.grid-row').count()).toBe(before);
    await page.keyboard.press('.');
    await page.locator('.group-row', { hasText: 'cork broke' }).waitFor();
    await closePage(watched);
  });

  test('shows changes immediately while the list is not in use, and shows in its title how the run ended', async () => {
    const run = await newRun('title', 3);
    const watched = await openPage(browser, `${server.url}/ui/runs/${run}`);
    const { page } = watched;
    await live(page);
    await expect.poll(() => page.title()).toContain('running');
    await put(run, 0, { status: 'fail', failure_reason: 'first' });
    await page.getByRole('tab', { name: 'Failures 1' }).waitFor();
    await page.getByRole('tab', { name: 'Failures 1' }).click();
    await page.getByRole('treegrid').getByText('first').waitFor();
    await put(run, 1, { status: 'dead' });
    await put(run, 2, { status: 'pass' });
    await expect.poll(() => page.title()).toMatch(/^1✕ 1† title @main/);
    expect(await shifts(page)).toBeLessThanOrEqual(0.05);
    await closePage(watched);
  });

  test('continues after the stream was interrupted, with everything that it missed', async () => {
    const run = await newRun('cut', 5);
    const watched = await openPage(browser, `${server.url}/ui/runs/${run}?view=jobs`);
    const { page, wrong } = watched;
    await live(page);
    server.app.server.closeAllConnections();
    // The connections of this test are cut, too. The client must have noticed that before it uses one again.
    await page.getByText('◌ polling').waitFor();
    await put(run, 0, { status: 'fail', failure_reason: 'while it was cut' });
    await page.getByRole('button', { name: '1 fail', exact: true }).waitFor();
    await live(page);
    await put(run, 1, { status: 'fail', failure_reason: 'afterwards' });
    await page.getByRole('button', { name: '2 fail', exact: true }).waitFor();
    // The browser reports the interruption on its console.
    wrong.splice(0, wrong.length, ...wrong.filter((text) => !/ERR_(INCOMPLETE|EMPTY|CONNECTION)/.test(text)));
    await closePage(watched);
  });

  test('shows a new run in the list, but holds it back while the list is in use', async () => {
    const watched = await openPage(browser, `${server.url}/ui/runs`);
    const { page } = watched;
    await live(page);
    await page.locator('.grid-row').first().waitFor();
    await newRun('listed', 2);
    await page.getByRole('grid').or(page.getByRole('treegrid')).getByText('listed').first().waitFor();
    await page.locator('.grid-row').nth(1).hover();
    await newRun('waiting', 2);
    await page.getByRole('button', { name: /update/ }).waitFor();
    expect(await page.locator('.grid').getByText('waiting', { exact: true }).count()).toBe(0);
    await page.keyboard.press('.');
    await page.locator('.grid').getByText('waiting', { exact: true }).first().waitFor();
    await closePage(watched);
  });
});
