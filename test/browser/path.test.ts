/** The dashboard of a server that runs below a path of its host. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closePage, hasBrowser, openPage, startBrowser } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const run = 'kim-2024-03-05_21:14:02-rados-main-distro-default-smithi';

describe.skipIf(!hasBrowser)('below a path', () => {
  let server: TestServer;
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract: 'teuthology', address: 'http://127.0.0.1/paddles' });
    await server.post(`/runs/${run}/jobs/`, {
      job_id: '7',
      status: 'fail',
      description: 'rados/basic',
      failure_reason: 'x failed',
    });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('a user opens a run, a job and the history without requests outside the path', async () => {
    const asked: string[] = [];
    const watched = await openPage(browser, `${server.url}/paddles/`);
    const { page } = watched;
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(`${server.url}/paddles/`);
    await page.waitForURL('**/paddles/ui/runs');
    await page.locator(`a[href^="/paddles/ui/runs/"]`).first().click();
    await page.waitForURL('**/paddles/ui/runs/**');
    await page.locator('.group-row').first().waitFor();
    const told = page.waitForResponse('**/paddles/api/runs/*/page*');
    await server.put(`/runs/${run}/jobs/7/`, { success: true });
    await told;
    await page.goto(`${server.url}/paddles/ui/runs/${run}/jobs/7`);
    await page.locator('main h1').first().waitFor();
    await page.goto(`${server.url}/paddles/ui/history`);
    await page.locator('main h1').first().waitFor();
    await page.goBack();
    await page.locator('main h1').first().waitFor();
    expect(asked.filter((path) => !path.startsWith('/paddles/'))).toEqual([]);
    expect(asked).toContain('/paddles/api/events');
    const addresses = await page
      .locator('a[href]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
    expect(addresses.filter((address) => address?.startsWith('/') && !address.startsWith('/paddles/'))).toEqual([]);
    await closePage(watched);
  });
});
