/** What a user relies on when triaging a run with failures: new causes stand out, and filters find what they name. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pagePath } from '../../src/core/paths.ts';
import { closePage, hasBrowser, openPage, sizes, startBrowser, violations } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const runOn = (day: number) => `yuriw-2026-11-${day}_09:00:00-rados-v1..v2-distro-default-smithi`;
const [before, run, later] = [runOn(20), runOn(21), runOn(22)] as const;
const tested = 'yuriw-2026-11-21_08:00:00-krbd-main-distro-default-smithi';
const odd = 'yuriw-2026-11-21_10:00:00-fs-100%,a "b" {job_id}-distro-default-smithi';

const known = 'Command failed on smithi001 with status 1: "old problem"';
const fresh = 'Command failed on smithi002 with status 1: "fresh problem"';

let server: TestServer;
let browser: Browser;

describe.skipIf(!hasBrowser)('a user who examines a run with failures', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, {
      contract: 'teuthology',
      base_branches: 'main,v1..v2',
      job_log_href_templ: 'https://logs.example/{run_name}/{job_id}/teuthology.log',
    });
    const report = async (name: string, jobs: Record<string, unknown>[]) => {
      for (const job of jobs) {
        const answer = await server.post(`${pagePath.run(name)}/jobs/`, { name, ...job });
        expect(answer.status, answer.text).toBe(200);
      }
    };
    await report(before, [
      { job_id: '1', status: 'fail', failure_reason: known, description: 'rados/{a}' },
      { job_id: '2', status: 'fail', failure_reason: known, description: 'rados/{b}' },
      ...Array.from({ length: 24 }, (_, at) => ({
        job_id: `${at + 100}`,
        status: 'pass',
        description: `rados/{p${at}}`,
      })),
    ]);
    await report(run, [
      { job_id: '11', status: 'fail', failure_reason: known, description: 'rados/{a}' },
      { job_id: '12', status: 'fail', failure_reason: known, description: 'rados/{c}' },
      { job_id: '13', status: 'fail', failure_reason: fresh, description: 'rados/{d}' },
      { job_id: '14', status: 'running', description: 'rados/{e}' },
      { job_id: '15', status: 'waiting', description: 'rados/{f}' },
      { job_id: '16', status: 'pass', description: 'rados/{b}' },
      { job_id: '17', status: 'fail', failure_reason: fresh, description: 'rados/{g}' },
      { job_id: '18', status: 'fail', failure_reason: fresh, description: 'rados/{h}' },
    ]);
    await report(later.replace('v1..v2', 'v1'), [{ job_id: '21', status: 'pass' }]);
    const twoCases = { 1: ['wick', 'oil'], 2: ['glass', 'oil'] };
    await report(
      tested,
      Object.keys(twoCases).map((job_id) => ({
        job_id,
        status: 'fail',
        failure_reason: 'Command failed with status 1: a',
      })),
    );
    for (const [job, names] of Object.entries(twoCases)) {
      const cases = names.map(
        (name) => `<testcase classname="Lamps" name="${name}"><failure message="no ${name}"/></testcase>`,
      );
      const path = `/api${pagePath.job(tested, job)}/tests`;
      expect((await server.put(path, `<testsuite>${cases.join('')}</testsuite>`)).status).toBe(200);
    }
    await report(odd, [{ job_id: '7,8', status: 'fail', failure_reason: known, description: 'fs/{a}' }]);
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  async function at(path: string, look: (page: Page) => Promise<void>): Promise<void> {
    const watched = await openPage(browser, `${server.url}/ui${path}`);
    await watched.page.locator('main h1').first().waitFor();
    await look(watched.page);
    await closePage(watched);
  }

  /** The texts of the rows of the list, once it has the expected number of rows. */
  const rows = async (page: Page, count: number) => {
    await expect.poll(() => page.locator('.grid-row').count()).toBe(count);
    return page.locator('.grid-row').allTextContents();
  };

  test('sees new causes first, with a prominent badge and the reasons', async () => {
    await at(pagePath.run(run), async (page) => {
      const groups = page.locator('.group-row');
      await groups.nth(1).waitFor();
      expect(await groups.allTextContents()).toEqual([
        expect.stringMatching(/^3×.*NEW.*fresh problem.*3 of 6 here, 0 of 26 before/),
        expect.stringMatching(/^2×.*KNOWN.*old problem/),
      ]);
      expect(await groups.nth(0).locator('.badge').getAttribute('class')).toContain('badge-look');
      expect(await groups.nth(1).locator('.badge').getAttribute('class')).not.toContain('badge-look');
      await page.locator('.pane').getByText('3 of 6 jobs here, 0 of 26 before (p 0.004).').first().waitFor();
      expect(await page.locator('.head').first().textContent()).toContain('2 causes in 5 jobs: 1 new, 1 known');
    });
  });

  test('returns to the list from details that cover the page on a phone', async () => {
    await at(pagePath.run(run), async (page) => {
      await page.setViewportSize(sizes.narrow);
      await page.locator('.pane').waitFor({ state: 'detached' });
      await page.locator('.group-row').nth(1).click();
      await page.locator('.pane').getByText('old problem').first().waitFor();
      await page.goBack();
      await page.locator('.pane').waitFor({ state: 'detached' });
      await page.locator('.group-row').nth(1).click();
      const entries = await page.evaluate(() => history.length);
      await page.getByRole('button', { name: 'Close details' }).click();
      await page.locator('.pane').waitFor({ state: 'detached' });
      await page.goForward();
      await page.locator('.pane').getByText('old problem').first().waitFor();
      expect(await page.evaluate(() => history.length)).toBe(entries);
    });
  });

  test('compares a run with another branch, which the URL stores', async () => {
    await at(pagePath.run(run), async (page) => {
      await page.locator('.pane').getByText('Compared with 1 run of rados on v1..v2, 20 Nov.').waitFor();
      await page.getByLabel('against').selectOption('main');
      await page.locator('.pane').getByText('No earlier run of rados on main').waitFor();
      await page.locator('.head').getByText('2 causes in 5 jobs: 2 unseen before').waitFor();
      expect(new URL(page.url()).searchParams.get('base')).toBe('main');
      const link = page.locator('.pane').getByRole('link', { name: 'job page' });
      expect(await link.getAttribute('href')).toMatch(/\?base=main$/);
      await page.reload();
      await page.locator('.head').getByText('2 causes in 5 jobs: 2 unseen before').waitFor();
    });
  });

  test.each([
    ['is:new', ['13', '17', '18']],
    ['is:unseen,infra', []],
    ['is:known', ['11', '12']],
    ['is:live', ['14', '15']],
    ['is:fixed', ['16']],
  ])('finds the same jobs by %s as the API', async (q, ids) => {
    const answer = await server.get(`/api${pagePath.run(run)}/jobs?q=${q}`);
    expect((answer.json as { jobs: { job_id: string }[] }).jobs.map(({ job_id }) => job_id)).toEqual(ids);
    await at(pagePath.run(run, { view: 'jobs', q }), async (page) => {
      const texts = await rows(page, ids.length);
      for (const [index, id] of ids.entries()) expect(texts[index]).toContain(id);
    });
  });

  test('finds the runs of a branch with any name by clicking on it', async () => {
    const branches = async (page: Page) => (await page.locator('.runs-branch-name').allTextContents()).sort();
    await at(pagePath.runs(), async (page) => {
      await page.locator('.runs-branch-name').getByRole('button', { name: 'v1..v2' }).first().click();
      await expect.poll(() => branches(page)).toEqual(['v1..v2', 'v1..v2']);
      expect(new URL(page.url()).searchParams.get('q')).toBe('branch:"v1..v2"');
    });
    await at(pagePath.run(run), async (page) => {
      await page.locator('.head').getByRole('link', { name: 'v1..v2', exact: true }).click();
      await page.waitForURL(/\/ui\/runs\?/);
      await expect.poll(() => branches(page)).toEqual(['v1..v2', 'v1..v2']);
    });
    await at(pagePath.runs(), async (page) => {
      const box = page.getByRole('combobox', { name: 'Filter runs' });
      await box.pressSequentially('branch:v1.');
      const option = page.getByRole('option').filter({ hasText: 'v1..v2' });
      await option.click();
      expect(await box.inputValue()).toBe('branch:"v1..v2" ');
      await expect.poll(() => branches(page)).toEqual(['v1..v2', 'v1..v2']);
    });
  });

  test('reaches the page, a job and a log of a run with any name, and sees its changes', async () => {
    await at(pagePath.run(odd), async (page) => {
      expect(await page.locator('main h1').first().textContent()).toBe(odd);
      await page.getByText('● live').waitFor();
      const log = page.locator('.pane').getByRole('link', { name: 'log', exact: true });
      expect(await log.getAttribute('href')).toBe(
        'https://logs.example/yuriw-2026-11-21_10:00:00-fs-100%25,a%20%22b%22%20%7Bjob_id%7D-distro-default-smithi/7,8/teuthology.log',
      );
      await server.post(`${pagePath.run(odd)}/jobs/`, { name: odd, job_id: '9', status: 'pass' });
      await page.getByRole('button', { name: '1 pass', exact: true }).waitFor();
      await page.getByRole('link', { name: 'job page' }).click();
      await page.getByRole('heading', { name: '7,8' }).waitFor();
      await page.getByRole('link', { name: odd }).click();
      await page.getByRole('heading', { name: odd }).waitFor();
    });
  });

  test('decides on each failed test case of two jobs, which always count as two jobs', async () => {
    const watched = await openPage(browser, `${server.url}/ui${pagePath.run(tested)}`);
    const { page } = watched;
    await page.evaluate(() => localStorage.setItem('paddles.preferences', JSON.stringify({ name: 'ana' })));
    await page.reload();
    const left = (text: string) => page.locator('.head').getByText(text).waitFor();
    await left('3 causes in 2 jobs: 3 unseen before; 3 of 3 undecided');
    const titles = await page.locator('.group-row .mono').allTextContents();
    expect(titles).toEqual(['oil (Lamps)', 'wick (Lamps)', 'glass (Lamps)']);
    await page.locator('.pane').getByText('no oil').waitFor();
    await page.keyboard.press('x');
    await page.getByText('2 jobs marked').waitFor();
    for (const text of ['2 of 3 undecided', '1 of 3 undecided', 'nothing left to decide']) {
      await page.keyboard.press('t');
      await page.getByLabel('Issue').waitFor();
      await page.keyboard.press('Enter');
      await left(text);
    }
    await page.keyboard.press('4');
    await page.locator('[role="tab"][aria-selected="true"]', { hasText: 'Failed cases' }).waitFor();
    await page.goto(`${server.url}/ui${pagePath.job(tested, '2')}`);
    await page.getByRole('heading', { name: 'Other failed test cases' }).waitFor();
    await page.locator('.cases').getByRole('link', { name: 'oil (Lamps)' }).waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('4');
    await page.locator('[role="tab"][aria-selected="true"]', { hasText: 'Tests' }).waitFor();
    await closePage(watched);
  });
});
