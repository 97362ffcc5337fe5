/**
 * What a release engineer needs for an hour of work: pages of causes, commands, marks, links that show the same page again, low windows, pages
 * without scripts.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlannedRun } from '../../demo/runs.ts';
import { pagePath } from '../../src/core/paths.ts';
import { closePage, hasBrowser, type Look, openPage, startBrowser, violations } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { seedLab } from './seed.ts';

let server: TestServer;
let browser: Browser;
let red: PlannedRun;

describe.skipIf(!hasBrowser)('a user who keeps a page open', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract: 'teuthology' });
    const runs = await seedLab(server, 10);
    const failures = (run: PlannedRun) => run.jobs.filter(({ outcome }) => outcome === 'fail').length;
    red = runs.reduce((most, run) => (failures(run) > failures(most) ? run : most));
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function at(path: string, look: (page: Page) => Promise<void>, kind?: Look): Promise<void> {
    const watched = await openPage(browser, `${server.url}/ui${path}`, kind);
    await watched.page.locator('main h1').first().waitFor();
    await look(watched.page);
    await closePage(watched);
  }

  const parameter = (page: Page, key: string) => new URL(page.url()).searchParams.get(key);
  const command = (page: Page) => page.locator('dialog[open] .command').first();
  const firstCause = (page: Page) => page.locator('.group-row').first();

  test('opens the page of a cause, and its runs from there', async () => {
    await at(pagePath.run(red.name), async (page) => {
      await firstCause(page).waitFor();
      await page.locator('.pane').getByRole('link', { name: 'All details of this cause' }).click();
      await page.waitForURL('**/ui/causes/*');
      await page.getByRole('heading', { name: 'Last runs on base branches' }).waitFor();
      await page.getByRole('link', { name: 'runs with it' }).click();
      await page.locator('.grid-row').first().waitFor();
      expect(parameter(page, 'q')).toMatch(/^cause:/);
      await expect.poll(() => page.locator('.runs-suite').allTextContents()).toContain(red.suite);
    });
  });

  test('copies the full command for a cause and for marked jobs, which the URL stores', async () => {
    await at(pagePath.run(red.name), async (page) => {
      await firstCause(page).waitFor();
      await page.getByRole('button', { name: 'Rerun these…' }).click();
      expect(await command(page).textContent()).toMatch(
        new RegExp(`^teuthology-suite -s ${red.suite} -c .* -S .* -m .* -p .* --seed .* --filter`),
      );
      await page.keyboard.press('Escape');
      await page.keyboard.press('x');
      await page.getByText(/\d+ jobs? marked/).waitFor();
      const marks = parameter(page, 'marks');
      await page.reload();
      await page.getByText(/\d+ jobs? marked/).waitFor();
      expect(parameter(page, 'marks')).toBe(marks);
      await page.locator('.marked-bar').getByRole('button', { name: 'Rerun…' }).click();
      await expect.poll(() => command(page).textContent()).toContain('--filter');
      await page.keyboard.press('Escape');
      await page.locator('.marked-bar').getByRole('button', { name: 'Clear' }).click();
      expect(parameter(page, 'marks')).toBeNull();
    });
  });

  test('closes the topmost element with Esc, and leaves the filter without clearing it', async () => {
    await at(pagePath.run(red.name), async (page) => {
      await page.keyboard.press('n');
      await page.locator('.pane').waitFor();
      await page.getByRole('button', { name: 'Copy a report' }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Copy as Textile' }).waitFor({ state: 'detached' });
      expect(await page.locator('.pane').count()).toBe(1);
      await page.keyboard.press('/');
      await page.keyboard.type('s:fail ');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      expect(await page.getByRole('combobox', { name: 'Filter jobs' }).inputValue()).toBe('s:fail');
      await page.keyboard.press('Escape');
      await page.locator('.pane').waitFor({ state: 'detached' });
    });
  });

  test('moves the focus from cause to cause, and finds the same groups open again', async () => {
    await at(pagePath.run(red.name), async (page) => {
      await firstCause(page).waitFor();
      await page.keyboard.press('n');
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-selected'));
      await expect.poll(focused).toBe('true');
      await page.keyboard.press('Enter');
      await expect.poll(() => parameter(page, 'open')).not.toBeNull();
      await page.keyboard.press('j');
      const selected = page.locator('.grid-row[aria-selected="true"]');
      const text = await selected.textContent();
      expect(parameter(page, 'sel')).toContain('@');
      await page.keyboard.press('o');
      await page.getByRole('tab', { name: 'Overview' }).waitFor();
      await page.keyboard.press('3');
      await page.getByText('(this job)').waitFor();
      await page.keyboard.press('1');
      await page.getByText('in the run').waitFor();
      await page.goBack();
      await page.goBack();
      await page.goBack();
      await selected.waitFor();
      expect(await selected.textContent()).toBe(text);
      const alone = new URL(page.url());
      alone.searchParams.delete('open');
      await page.goto(alone.href);
      await selected.waitFor();
      expect(await selected.textContent()).toBe(text);
    });
  });

  test('sees how many results there would be without each term of a filter', async () => {
    await at(pagePath.run(red.name, { view: 'jobs', q: 's:fail task:no-such-task' }), async (page) => {
      await page.getByRole('button', { name: 'Without task:no-such-task' }).click();
      await page.locator('.grid-row').first().waitFor();
      expect(parameter(page, 'q')).toBe('s:fail');
    });
  });

  test('sees six causes at a zoom of 200 %, and the first view needs five requests', async () => {
    const context = await browser.newContext({ viewport: { width: 720, height: 450 } });
    const page = await context.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${server.url}/ui${pagePath.run(red.name)}`);
    await firstCause(page).waitFor();
    await page.getByText('● live').waitFor();
    expect(asked.length, asked.join('\n')).toBeLessThanOrEqual(5);
    const seen = await page.locator('.group-row').evaluateAll((rows) => {
      const bottom = document.querySelector('.footer')?.getBoundingClientRect().top ?? 0;
      return rows.filter((row) => row.getBoundingClientRect().bottom <= bottom + 1).length;
    });
    expect(seen).toBeGreaterThanOrEqual(6);
    await context.close();
  });

  test('reads runs and a run without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${server.url}/ui/runs`);
    await page.getByRole('link', { name: red.name }).click();
    await page.getByRole('heading', { name: red.name }).waitFor();
    expect(await page.locator('table').nth(1).locator('tbody tr').count()).toBeGreaterThan(3);
    await page.getByRole('link', { name: 'Markdown' }).click();
    expect(await page.locator('body').textContent()).toContain('causes in');
    await context.close();
  });

  const opened: [string, string, (page: Page) => Promise<void>][] = [
    ['the rerun dialog', 'run', (page) => page.getByRole('button', { name: 'Rerun…' }).click()],
    ['the report menu', 'run', (page) => page.getByRole('button', { name: 'Copy a report' }).click()],
    ['the column menu', 'runs', (page) => page.getByRole('button', { name: 'Columns' }).click()],
    ['the suggestions', 'runs', (page) => page.getByRole('combobox', { name: 'Filter runs' }).pressSequentially('s')],
    [
      'the chooser for a run, which accepts typing immediately',
      'compare',
      async (page) => {
        await page.getByRole('button', { name: 'change run' }).click();
        await page.locator('input:focus').and(page.getByLabel('Part of the run name')).waitFor();
      },
    ],
    ['the jump box', 'runs', (page) => page.keyboard.press('Control+k')],
  ];
  // The colours do not depend on the width.
  test.each([
    { width: 'wide', themes: ['light', 'dark'] },
    { width: 'narrow', themes: ['dark'] },
  ] as const)('finds nothing wrong with what opens, $width, in $themes', async ({ width, themes: [theme, other] }) => {
    const paths: Record<string, string> = {
      run: pagePath.run(red.name),
      runs: pagePath.runs(),
      compare: pagePath.compare(red.name),
    };
    for (const [what, where, open] of opened) {
      await at(
        paths[where]!,
        async (page) => {
          await page.locator('.grid-row').first().waitFor();
          await open(page);
          await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
          expect(await violations(page, width === 'wide' ? 'all' : 'others'), what).toEqual([]);
          if (other === undefined) return;
          await page.emulateMedia({ colorScheme: other });
          expect(await violations(page, 'colours'), `${what}, ${other}`).toEqual([]);
        },
        { theme, width },
      );
    }
  });
});
