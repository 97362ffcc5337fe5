/** Days in a browser whose time zone is ahead of UTC, and what the jump box finds there. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pagePath } from '../../src/core/paths.ts';
import { closePage, hasBrowser, openPage, startBrowser } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

// 20:30 UTC is 05:30 of the next day in Tokyo.
const evening = 'yuriw-2025-11-23_20:30:00-rados-main-distro-default-smithi';
const noon = 'yuriw-2025-11-23_12:00:00-rados-main-distro-default-smithi';
const tokyo = { theme: 'light', width: 'wide', timezoneId: 'Asia/Tokyo' } as const;

let server: TestServer;
let browser: Browser;

describe.skipIf(!hasBrowser)('a browser in Tokyo', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract: 'teuthology' });
    for (const run of [evening, noon]) {
      const job = { job_id: '7', status: 'fail', failure_reason: 'the cluster went up in smoke' };
      expect((await server.post(`${pagePath.run(run)}/jobs/`, job)).status).toBe(200);
    }
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('finds a run by the day in its heading, and in UTC by the other day', async () => {
    const watched = await openPage(browser, `${server.url}/ui/runs?q=scheduled:2025-11-24`, tokyo);
    const { page } = watched;
    await page.getByText('Mon 24 Nov 2025').waitFor();
    await page.getByText('1 run', { exact: true }).first().waitFor();
    const file = await page.getByRole('link', { name: 'csv' }).getAttribute('href');
    expect(file).toContain('tz=Asia/Tokyo');
    await page.keyboard.press('U');
    await page.getByText('0 of 2 runs match').waitFor();
    await page.goto(`${server.url}/ui/runs?q=scheduled:2025-11-23`);
    await page.getByText('Sun 23 Nov 2025').waitFor();
    await page.getByText('2 runs', { exact: true }).first().waitFor();
    await closePage(watched);
  });

  test('jumps to a job by RUN/JOB and to a cause by words, and says when nothing matches', async () => {
    const watched = await openPage(browser, `${server.url}/ui/runs`, tokyo);
    const { page } = watched;
    const jump = async (text: string) => {
      // Keys work only after the page has been loaded.
      await page.locator('main h1').first().waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: /^Jump to/ }).fill(text);
    };
    await jump('nothing is called like this');
    await page.getByText('Nothing matches “nothing is called like this”.').waitFor();
    await page.keyboard.press('Escape');
    await jump(`${evening}/7`);
    await page.getByRole('option', { name: /^job 7/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/ui${pagePath.job(evening, '7')}`);
    await jump('up in smoke');
    await page.getByRole('option', { name: /^cause/ }).click();
    await page.waitForURL(/causes\//);
    await page.getByRole('link', { name: evening }).first().waitFor();
    await closePage(watched);
  });
});
