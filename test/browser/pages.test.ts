/** Every page in every theme and width: no violation of axe's rules, no requests to other servers, no errors, nothing too large. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeFiles } from '../../demo/archive.ts';
import type { PlannedRun } from '../../demo/runs.ts';
import { archiveForReader, readNext } from '../../src/cli/log-reader.ts';
import { noJobs } from '../../src/core/run.ts';
import { signatureOf } from '../../src/core/signature.ts';
import { claimDelivery, recordAttempt } from '../../src/store/write/deliveries.ts';
import { askForLogs } from '../../src/store/write/excerpts.ts';
import { hasBrowser, openPage, sizes, startBrowser, violations, type Watched } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { seedLab } from './seed.ts';

let archive: string;
let server: TestServer;
let browser: Browser;
/** One page for all tests, so that its scripts and styles stay compiled. */
let watched: Watched;
let red: PlannedRun;
let before: PlannedRun | undefined;

describe.skipIf(!hasBrowser)('every page', () => {
  beforeAll(async () => {
    archive = mkdtempSync(join(tmpdir(), 'paddles-archive-'));
    server = await startServer(engines[0]!, { contract: 'teuthology', archive });
    const runs = await seedLab(server);
    const isRed = (run: PlannedRun) => run.jobs.some((job) => job.outcome === 'fail');
    red = runs.findLast(isRed)!;
    before = runs.findLast((run) => run !== red && run.suite === red.suite);
    await leaveFiles();
    await subscribe();
    await keepMonths();
    browser = await startBrowser();
    watched = await openPage(browser, `${server.url}/ui/help`);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(archive, { recursive: true, force: true });
  });

  const pages: [string, () => string][] = [
    ['runs', () => '/runs'],
    ['runs-filtered', () => '/runs?q=s:fail'],
    ['runs-nothing', () => '/runs?q=branch:no-such-branch'],
    ['run-failures', () => `/runs/${red.name}`],
    ['run-jobs', () => `/runs/${red.name}?view=jobs`],
    ['run-config', () => `/runs/${red.name}?view=config`],
    ['run-cases', () => `/runs/${red.name}?view=cases`],
    ['run-missing', () => `/runs/${red.name}x`],
    ['job', () => `/runs/${red.name}/jobs/${failing().job_id}`],
    ['job-config', () => `/runs/${red.name}/jobs/${failing().job_id}?view=config`],
    ['job-history', () => `/runs/${red.name}/jobs/${failing().job_id}?view=history`],
    ['job-tests', () => `/runs/${red.name}/jobs/${logged().job_id}?view=tests`],
    ['log', () => `/runs/${red.name}/jobs/${logged().job_id}/log`],
    ['test', () => `/tests?name=${encodeURIComponent('test_b (t.Lamps)')}`],
    ['compare', () => `/runs/${red.name}/compare?with=${before?.name ?? 'prev'}`],
    ['cause', () => `/causes/${signatureOf(failing().summary.failure_reason as string).id}`],
    ['history', () => `/history?suite=${red.suite}&branch=${red.branch}`],
    ['history-months', () => '/history?suite=gone'],
    ['queue', () => '/queue'],
    ['nodes', () => '/nodes'],
    ['nodes-results', () => '/nodes?view=results'],
    ['nodes-owners', () => '/nodes?view=owners'],
    ['node', () => `/nodes/${failing().nodes[0]}`],
    ['audit', () => '/audit'],
    ['notifications', () => '/notifications?id=1'],
    ['settings', () => '/settings'],
    ['help', () => '/help'],
    ['missing', () => '/no/such/page'],
  ];

  // Each page is loaded once, because it follows changes of the theme and the width, and no colour depends on the width. Half of the pages start
  // in the dark theme.
  test.each(pages.map(([name, path], index) => ({ name, path, isLightFirst: index % 2 === 0 })))(
    '$name holds in light and dark, wide and narrow',
    async ({ name, path, isLightFirst }) => {
      const [first, second] = isLightFirst ? (['light', 'dark'] as const) : (['dark', 'light'] as const);
      const { page, wrong } = watched;
      await page.setViewportSize(sizes.wide);
      await page.emulateMedia({ colorScheme: first });
      await page.goto(`${server.url}/ui${path()}`);
      await fits(page);
      await picture(page, `${name}-${first}-wide`);
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: second });
      await picture(page, `${name}-${second}-wide`);
      // A theme changes only colours.
      expect(await violations(page, 'colours')).toEqual([]);
      await page.setViewportSize(sizes.narrow);
      await fits(page);
      await picture(page, `${name}-${second}-narrow`);
      expect(await violations(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: first });
      await picture(page, `${name}-${first}-narrow`);
      expect(wrong.splice(0)).toEqual([]);
    },
  );
});

/** What a failed job leaves behind: a log that the server has read, and test cases. */
async function leaveFiles(): Promise<void> {
  const { job_id } = logged();
  writeFiles(archive, red, logged(), false);
  const tests =
    '<testsuite><testcase classname="t.Lamps" name="test_a"/><testcase classname="t.Lamps" name="test_b"><failure message="no lamp"/></testcase></testsuite>';
  const put = await server.put(`/api/runs/${encodeURIComponent(red.name)}/jobs/${job_id}/tests`, tests);
  expect(put.status, put.text).toBe(200);
  await askForLogs(server.db, { run: red.name, job_ids: [job_id], at: 1 });
  const reader = archiveForReader(archive);
  await readNext({ db: server.db, archive: reader, log: { warn: () => {} } as never, now: () => 2 });
  await reader.close();
}

/** Two subscriptions, and deliveries to the first one. */
async function subscribe(): Promise<void> {
  const events = ['run_finished', 'new_cause', 'node_suspect'];
  const filter = 'suite:rados branch:main status:fail,dead';
  const target = 'https://receiver.example.com/hooks/paddles';
  for (const [name, format] of [
    ['nightly runs of rados on main', 'standard'],
    ['a channel', 'slack'],
  ])
    expect((await server.post('/api/subscriptions', { name, format, events, filter, target })).status).toBe(200);
  for (let count = 0; count < 3; count++) expect((await server.post('/api/subscriptions/1/test', {})).status).toBe(200);
  for (const attempt of [
    { outcome: 'delivered', answer_code: 204 },
    { outcome: 'failed', answer_code: null, error: 'cannot be reached: ECONNREFUSED' },
    { outcome: 'failed', answer_code: 410, error: 'answered 410: gone', gone: true },
  ] as const) {
    const at = Date.now() * 1000;
    const claimed = await claimDelivery(server.db, { at: at + 60_000_000, until: at + 120_000_000, busy: [] });
    await recordAttempt(server.db, claimed!, attempt, at);
  }
}

/** What remains of deleted runs: two years of monthly totals, each month with a cause. */
async function keepMonths(): Promise<void> {
  const { kysely } = server.db;
  const of = { suite: 'gone', branch: 'main' };
  const cause = signatureOf(failing().summary.failure_reason as string).id;
  for (let index = 0; index < 24; index++) {
    const month = `${2023 + Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
    const counts = { ...noJobs(), pass: 4000 + index, fail: 31 * index, dead: index };
    const results = { month, ...of, machine_type: 'smithi', runs: 20 + index, ...counts };
    await kysely.insertInto('monthly_results').values(results).execute();
    await kysely
      .insertInto('monthly_causes')
      .values({ month, ...of, cause, jobs: index + 1 })
      .execute();
  }
}

/** The last job, whose cause these files refine. */
function logged() {
  return red.jobs.findLast((job) => job.outcome === 'fail')!;
}

function failing() {
  return red.jobs.find((job) => job.outcome === 'fail')!;
}

/** Waits until a page shows its content, and checks that it is not too large for the window or the browser. */
async function fits(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((settled) => {
        const look = () => {
          if (document.querySelector('main h1') === null || document.querySelector('[aria-busy="true"]')) return;
          changes.disconnect();
          requestAnimationFrame(() => requestAnimationFrame(() => settled()));
        };
        const changes = new MutationObserver(look);
        changes.observe(document, { subtree: true, childList: true, attributes: true });
        look();
      }),
  );
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThanOrEqual(1800);
  const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
  expect(inner, 'the page does not scroll sideways').toBeLessThanOrEqual(outer!);
}

/** Saves screenshots in the folder `PADDLES_SCREENSHOTS`. */
async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.PADDLES_SCREENSHOTS;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
