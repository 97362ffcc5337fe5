/** A page of a read-only server on a standby, open while results arrive at the main server. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closePage, hasBrowser, openPage, startBrowser } from '../helpers/browser.ts';
import { type Replicated, startReplicated } from '../helpers/replicated.ts';
import { startReadOnlyServer, type TestServer } from '../helpers/server.ts';

const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';

describe.skipIf(!hasBrowser)('an open page of a read-only server', () => {
  let lab: Replicated;
  let reader: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    lab = await startReplicated();
    await post(1);
    reader = await startReadOnlyServer(lab.replica, { contract: 'teuthology' });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await reader?.stop();
    await lab?.stop();
  });

  async function post(id: number): Promise<void> {
    const job = { job_id: id, status: 'running', description: `rados/${id}` };
    expect((await lab.main.post(`/runs/${run}/jobs/`, job)).status).toBe(200);
  }

  const fail = (id: number, failure_reason: string) =>
    lab.main.put(`/runs/${run}/jobs/${id}/`, { status: 'fail', failure_reason });

  test('shows what was written to the main server, even after the standby was unavailable', async () => {
    // The standby may lag slightly when the page is opened.
    await expect.poll(async () => (await reader.get(`/api/runs/${run}`)).status).toBe(200);
    const watched = await openPage(browser, `${reader.url}/ui/runs/${run}`);
    const { page, wrong } = watched;
    await page.getByText('● live').waitFor();
    await fail(1, 'first');
    await page.getByRole('tab', { name: 'Failures 1' }).click();
    await page.getByRole('treegrid').getByText('first').waitFor();
    await post(2);
    await fail(2, 'second');
    await page.getByRole('tab', { name: 'Failures 2' }).waitFor();

    await lab.standby.kill();
    await post(3);
    await fail(3, 'third');
    await expect.poll(async () => (await reader.get('/readyz')).status).toBe(503);
    await lab.standby.start();
    await page.getByRole('tab', { name: 'Failures 3' }).waitFor();
    // The browser reports responses with status 503 on its console.
    wrong.splice(0, wrong.length, ...wrong.filter((text) => !/status of 503/.test(text)));
    await closePage(watched);
  });
});
