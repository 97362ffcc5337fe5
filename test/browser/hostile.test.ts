/** All text from clients is shown as text, whatever it contains. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closePage, hasBrowser, openPage, startBrowser } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const evil = (name: string) =>
  `<img src=x onerror="window.hacked='${name}'"><script>window.hacked='${name}'</script></script>"'\`{{7*7}}\u202e\u001b[31m${name}`;
const run = 'eve-2026-11-20_10:00:00-<b>suite-main-distro-default-"smithi';

let server: TestServer;
let browser: Browser;

describe.skipIf(!hasBrowser)('hostile text', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract: 'teuthology' });
    const jobs = [
      {
        job_id: 1,
        status: 'fail',
        branch: evil('branch'),
        suite: evil('suite'),
        machine_type: evil('type'),
        sha1: evil('sha1'),
        flavor: evil('flavor'),
        description: evil('description'),
        failure_reason: `${evil('reason')}\nsecond line\n${'x'.repeat(10_000)}`,
        os_type: evil('os'),
        os_version: evil('version'),
        owner: evil('owner'),
        user: evil('user'),
        sentry_event: 'javascript:window.hacked=1',
        log_href: 'javascript:window.hacked=1',
        roles: [[evil('role')]],
        targets: { 'ubuntu@<i>node': evil('key') },
        overrides: { [evil('override')]: evil('value'), __proto__: 1 },
        tasks: [{ [evil('task')]: null }],
      },
      { job_id: 2, status: 'pass', description: `${'a/{'.repeat(200)} broken } } }` },
      { job_id: '<u>3', status: 'dead' },
    ];
    for (const job of jobs)
      expect(await server.post(`/runs/${encodeURIComponent(run)}/jobs/`, job)).toMatchObject({ status: 200 });
    const node = {
      name: '<i>n',
      machine_type: evil('type'),
      description: evil('note'),
      locked: true,
      locked_by: evil('by'),
    };
    expect(await server.post('/nodes/', node)).toMatchObject({ status: 200 });
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  const encoded = encodeURIComponent(run);
  test.each<[path: string, isMissing?: boolean]>([
    ['/runs'],
    [`/runs?q=${encodeURIComponent(evil('q'))}`],
    [`/runs/${encoded}`],
    [`/runs/${encoded}?view=jobs&rail=1&cols=${encodeURIComponent(`+cause,+f:${evil('f')}`)}&sel=1`],
    [`/runs/${encoded}?view=config`],
    [`/runs/${encoded}?group=${encodeURIComponent(evil('group'))}&sel=${encodeURIComponent(evil('sel'))}`],
    [`/runs/${encoded}/jobs/1`],
    [`/runs/${encoded}/jobs/1?view=config`],
    [`/runs/${encoded}/jobs/1?view=history`],
    [`/runs/${encoded}/jobs/${encodeURIComponent('<u>3')}`],
    [`/runs/${encodeURIComponent(evil('none'))}`, true],
    [`/runs/${encoded}/compare?with=${encodeURIComponent(evil('with'))}`],
    ['/history?suite=%3Cb%3E&branch=x'],
    ['/nodes'],
    ['/nodes?view=owners'],
    [`/nodes/${encodeURIComponent('<i>n')}`],
    ['/queue'],
    [`/${encodeURIComponent(evil('page'))}`, true],
  ])('stays text on %s', async (path, isMissing = false) => {
    const watched = await openPage(browser, `${server.url}/ui${path}`);
    const { page } = watched;
    await page.locator('main h1').first().waitFor();
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
    // Make sure that this is the page itself and not the "Not found" page.
    expect(await page.getByRole('heading', { name: 'Not found' }).count()).toBe(isMissing ? 1 : 0);
    if (isMissing) expect(await page.locator('main').innerText()).toContain('<img src=x');
    expect(await page.evaluate(() => (window as { hacked?: unknown }).hacked)).toBeUndefined();
    expect(await page.locator('main img, main script, main b b, main i, main u').count()).toBe(0);
    const turning = await page
      .locator('main *')
      .evaluateAll((elements) =>
        elements
          .filter(({ childNodes }) =>
            [...childNodes].some((node) => node.nodeType === 3 && /\u202e/.test(node.nodeValue!)),
          )
          .filter((element) => !getComputedStyle(element).unicodeBidi.includes('isolate')),
      );
    expect(turning.length, 'texts that change the direction of the following text').toBe(0);
    const hrefs = await page
      .locator('a')
      .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol));
    expect(hrefs.filter((protocol) => !/^(https?|data):$/.test(protocol))).toEqual([]);
    await closePage(watched);
  });

  test('a job with hardly any data has a page', async () => {
    const watched = await openPage(browser, `${server.url}/ui/runs/${encoded}/jobs/2`);
    await watched.page.getByRole('heading', { name: '2' }).waitFor();
    // The heading is shown before the job has been loaded.
    await watched.page.locator('main').getByText('none reported').first().waitFor();
    await closePage(watched);
  });
});
