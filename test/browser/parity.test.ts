/** Tasks that users of the replaced dashboards rely on and must find here. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlannedRun } from '../../demo/runs.ts';
import { noJobs } from '../../src/core/run.ts';
import { closePage, hasBrowser, openPage, startBrowser, type Watched } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { seedLab } from './seed.ts';

let server: TestServer;
let browser: Browser;
let red: PlannedRun;
let failing: PlannedRun['jobs'][number];

describe.skipIf(!hasBrowser)('a user', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract: 'teuthology' });
    const runs = await seedLab(server, 8);
    red = runs.findLast((run) => run.jobs.filter(({ outcome }) => outcome === 'fail').length > 3)!;
    failing = red.jobs.find(({ outcome }) => outcome === 'fail')!;
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function at(path: string, look: (page: Page, watched: Watched) => Promise<void>): Promise<void> {
    const watched = await openPage(browser, `${server.url}${path}`);
    await watched.page.locator('main h1').first().waitFor();
    await look(watched.page, watched);
    await closePage(watched);
  }

  const where = (page: Page) => decodeURIComponent(page.url().slice(server.url.length));
  const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

  test.each([
    ['/RUN/', '/ui/runs/RUN', 'RUN'],
    ['/RUN/detail', '/ui/runs/RUN?view=jobs', 'RUN'],
    ['/RUN/JOB/', '/ui/runs/RUN/jobs/JOB', 'JOB'],
    ['/?suite=SUITE&status=fail', '/ui/runs?q=suite:SUITE status:fail', 'Runs'],
    ['/?branch=main', '/ui/runs?q=branch:main', 'Runs'],
    ['/compare?branch=main&suite=SUITE&count=3', '/ui/history?branch=main&suite=SUITE&n=3', 'History'],
    ['/stats/nodes/jobs', '/ui/nodes?view=results', 'Nodes'],
    ['/stats/nodes/lock', '/ui/nodes?view=owners', 'Nodes'],
    ['/', '/ui/runs', 'Runs'],
  ])('who follows the old link %s reaches its page', async (old, now, title) => {
    const filled = (text: string) =>
      text.replace('RUN', red.name).replace('JOB', failing.job_id).replace('SUITE', red.suite);
    await at(filled(old), async (page) => {
      expect(where(page).replaceAll('+', ' ')).toBe(filled(now));
      expect(await page.locator('main h1').first().textContent()).toContain(filled(title));
    });
  });

  test('chooses the first day of a history, resets it, and finds suites of which only totals remain', async () => {
    const gone = { month: '2020-01', suite: 'gone', branch: 'main', machine_type: '', runs: 1, ...noJobs() };
    await server.db.kysely.insertInto('monthly_results').values(gone).execute();
    await at(`/compare?branch=main&suite=${red.suite}&since=2026-11-20`, async (page) => {
      const since = page.getByLabel('since');
      expect(await since.inputValue()).toBe('2026-11-20');
      await since.fill('2020-01-31');
      await page.waitForURL(/since=2020-01-31/);
      await page.getByRole('button', { name: 'any day' }).click();
      await page.waitForURL((url) => !url.searchParams.has('since'));
      await page.locator('table tbody tr').first().waitFor();
      await page.locator('option[value=gone]').waitFor({ state: 'attached' });
    });
  });

  test('copies names, reasons and reports exactly', async () => {
    await at(`/ui/runs/${red.name}`, async (page) => {
      await page.getByRole('button', { name: 'Copy run name' }).click();
      expect(await clipboard(page)).toBe(red.name);
      await page.getByRole('button', { name: 'Copy sha1' }).click();
      expect(await clipboard(page)).toBe(red.sha1);
      await page.getByRole('button', { name: 'Report' }).click();
      await page.getByRole('button', { name: 'Copy as Markdown' }).click();
      const report = await clipboard(page);
      expect(report).toContain(`**${red.suite}** on \`${red.branch}\``);
      expect(report).toContain(`[${red.name}](${server.url}/ui/runs/${red.name})`);
      await page.getByRole('button', { name: 'Rerun…' }).click();
      await page.getByRole('checkbox', { name: /^dead/ }).uncheck();
      await page.getByRole('button', { name: 'Copy the command to rerun' }).click();
      expect(await clipboard(page)).toMatch(
        new RegExp(`^teuthology-suite --rerun ${red.name} -R fail -c .* -m .* -p `),
      );
    });
    await at(`/ui/runs/${red.name}/jobs/${failing.job_id}`, async (page) => {
      const { failure_reason, description } = { ...failing.document, ...failing.summary };
      await page.getByRole('button', { name: 'Copy failure reason' }).click();
      expect(await clipboard(page)).toBe(failure_reason);
      await page.getByRole('button', { name: 'Copy description' }).click();
      expect(await clipboard(page)).toBe(description);
    });
  });

  test('goes back and forward through filters, tabs and pages, and shares what is on the screen', async () => {
    await at(`/ui/runs/${red.name}`, async (page, watched) => {
      await page.getByRole('tab', { name: /^Jobs/ }).click();
      await page.getByRole('combobox', { name: 'Filter jobs' }).fill('s:fail');
      await page.keyboard.press('Enter');
      await page.locator('.matched').waitFor();
      const matched = await page.locator('.matched').textContent();
      expect(matched).toMatch(new RegExp(` of ${red.jobs.length} jobs$`));
      await page.locator('.grid-row').nth(1).click();
      const link = page.url();
      const selected = await page.locator('.grid-row[aria-selected="true"]').textContent();
      await page.getByRole('link', { name: 'job page' }).click();
      await page.getByRole('tab', { name: 'Overview' }).waitFor();
      await page.goBack();
      expect(page.url()).toBe(link);
      expect(await page.locator('.grid-row[aria-selected="true"]').textContent()).toBe(selected);
      expect(await page.locator('.matched').textContent()).toBe(matched);
      await page.goBack();
      expect(where(page)).toBe(`/ui/runs/${red.name}?view=jobs`);
      await page.goBack();
      expect(where(page)).toBe(`/ui/runs/${red.name}`);
      await page.goForward();
      expect(await page.getByRole('tab', { name: /^Jobs/ }).getAttribute('aria-selected')).toBe('true');
      const fresh = await openPage(browser, link);
      await fresh.page.locator('.matched').waitFor();
      expect(await fresh.page.locator('.grid-row[aria-selected="true"]').textContent()).toBe(selected);
      await fresh.page.reload();
      expect(await fresh.page.locator('.matched').textContent()).toBe(matched);
      await closePage(fresh);
      expect(watched.wrong).toEqual([]);
    });
  });

  test('finds runs by suggestions, which show the number of runs that would match', async () => {
    await at('/ui/runs', async (page) => {
      const box = page.getByRole('combobox', { name: 'Filter runs' });
      await box.pressSequentially('suite:');
      // Keys come first, followed by values, which end in a count.
      const option = page.getByRole('listbox').getByRole('option').filter({ hasText: /\d$/ }).first();
      await option.waitFor();
      const count = /(\d+)\D*$/.exec((await option.textContent()) ?? '')?.[1];
      expect(Number(count)).toBeGreaterThan(0);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await expect.poll(() => page.locator('.matched').textContent()).toMatch(new RegExp(`^${count} runs?$`));
    });
  });

  test('is told why a filter is invalid, and the rest of it applies', async () => {
    await at('/ui/runs?q=brnch:main+suite:none-such', async (page) => {
      await page.getByRole('button', { name: 'use branch:' }).waitFor();
      await page
        .getByText(/0 runs|No runs|no runs/)
        .first()
        .waitFor();
      await page.getByRole('button', { name: 'use branch:' }).click();
      expect(where(page)).toContain('q=branch:main');
    });
  });

  test('can work with the keyboard only', async () => {
    await at('/ui/runs', async (page) => {
      const address = () => where(page);
      await page.keyboard.press('/');
      await page.keyboard.type(`suite:${red.suite} `);
      // Letters in the filter box are text.
      await page.keyboard.type('jk');
      expect(await page.getByRole('combobox', { name: 'Filter runs' }).inputValue()).toBe(`suite:${red.suite} jk`);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      await page.goto(`${server.url}/ui/runs/${red.name}`);
      await page.locator('.grid-row').first().waitFor();
      await page.keyboard.press('2');
      expect(address()).toContain('view=jobs');
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      const second = await page.locator('.grid-row[aria-selected="true"]').getAttribute('data-index');
      expect(second).toBe('1');
      await page.keyboard.press('y');
      await page.keyboard.press('u');
      await expect.poll(() => clipboard(page)).toBe(page.url());
      await page.keyboard.press('o');
      await page.getByRole('tab', { name: 'Overview' }).waitFor();
      await page.keyboard.press('g');
      await page.keyboard.press('n');
      await page.waitForURL('**/ui/nodes');
      await page.keyboard.press('?');
      await page.waitForURL('**/ui/help');
    });
  });

  test('can switch off the keys and change the theme and the time zone permanently', async () => {
    await at('/ui/settings', async (page) => {
      await page.getByRole('radio', { name: 'off' }).check();
      await page.goto(`${server.url}/ui/runs`);
      await page.locator('.grid-row').first().waitFor();
      await page.keyboard.press('?');
      await page.keyboard.press('D');
      expect(where(page)).toBe('/ui/runs');
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('light');
      await page.getByRole('button', { name: 'Dark theme' }).click();
      await page.reload();
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
    });
  });

  test('who requests a run that does not exist is offered similar ones', async () => {
    await at(`/ui/runs/${red.name.slice(0, -2)}`, async (page) => {
      await page.getByRole('link', { name: red.name }).click();
      await page.getByRole('button', { name: 'Copy run name' }).waitFor();
    });
  });

  test('who follows a link to an unknown view gets the first one', async () => {
    await at(`/ui/runs/${red.name}?view=gone`, async (page) => {
      await page.locator('.group-row').first().waitFor();
      expect(await page.getByRole('tab', { selected: true }).textContent()).toContain('Failures');
    });
  });

  test('is not told that every job passed if one has an unknown status, and sees no tab of failed cases', async () => {
    await server.post('/runs/quiet/jobs/', { job_id: '1', status: 'pass' });
    await server.post('/runs/quiet/jobs/', { job_id: '2' });
    await at('/ui/runs/quiet?view=cases', async (page) => {
      await page.getByText('No job failed: 1 of 2 jobs passed, and 1 ended with an unknown status.').waitFor();
      expect(await page.getByRole('tab', { selected: true }).textContent()).toContain('Failures');
    });
  });

  test('is told why data could not be loaded, and can retry', async () => {
    await at('/ui/runs', async (page, watched) => {
      await page.route('**/api/queue', (route) =>
        route.fulfill({ status: 500, headers: { 'x-request-id': 'r1' }, json: { message: 'it broke' } }),
      );
      await page.getByRole('link', { name: 'Queue' }).click();
      const alert = page.getByRole('alert');
      await alert.waitFor();
      expect(await alert.textContent()).toContain('it broke');
      expect(await alert.textContent()).toContain('r1');
      await page.unroute('**/api/queue');
      await page.getByRole('button', { name: 'Retry' }).click();
      await alert.waitFor({ state: 'detached' });
      watched.wrong.splice(0, watched.wrong.length, ...watched.wrong.filter((text) => !text.includes('status of 500')));
    });
  });

  test('can open another page if one could not be loaded', async () => {
    await at('/ui/runs', async (page, watched) => {
      await page.route('**/assets/help-*', (route) => route.abort());
      await page.getByRole('link', { name: 'Help' }).click();
      await page.getByRole('heading', { name: 'Something went wrong' }).waitFor();
      await page.getByRole('link', { name: 'Runs' }).click();
      await page.locator('.grid-row').first().waitFor();
      // Messages of the browser and React about the page.
      watched.wrong.length = 0;
    });
  });
});
