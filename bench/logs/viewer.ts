/** What the viewer of logs costs a browser, on a log of a gigabyte. */
import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { pagePath } from '../../src/core/paths.ts';
import { type Line, median } from '../bench.ts';
import type { Server } from '../server.ts';
import { lineWith } from './door.ts';

const executable = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(
  (path) => path !== undefined && existsSync(path),
);
const megabyte = 1 << 20;

/** Opens the log at its error, five times, and works with it as people do. Nothing without a browser. */
export async function measureViewer(
  server: Server,
  { run, job, error }: { run: string; job: string; error: number },
  say: (line: string) => void,
): Promise<Line[]> {
  if (executable === undefined) return [];
  const browser = await chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const before = await server.ask('figures');
    // Waiting for an element in every frame needs what the policy of the pages forbids.
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
    page.setDefaultTimeout(60_000);
    // The files of the dashboard are read once.
    await page.goto(`http://127.0.0.1:${server.port}/ui${pagePath.job(run, job)}`);
    await page.locator('h1').first().waitFor();
    const clicks: number[] = [];
    for (let round = 0; round < 5; round++) {
      await page.goto(`http://127.0.0.1:${server.port}/ui${pagePath.job(run, job)}`);
      const link = page.getByRole('link', { name: 'open the log here' });
      await link.waitFor();
      const start = await page.evaluate(() => performance.now());
      await link.click();
      clicks.push((await timeOf(page, '.log-row.marked')) - start);
    }
    const firsts: number[] = [];
    for (let round = 0; round < 5; round++) {
      await page.goto(`http://127.0.0.1:${server.port}/ui${pagePath.log(run, job)}`);
      firsts.push(await timeOf(page, '.log-row.marked'));
    }
    const numbered = await timeOf(page, `a.log-at[href="?at=${error}"][aria-label^="Link to line"]`);
    say(
      `first lines after ${firsts.map((value) => value.toFixed(0)).join(' ')} ms, numbers after ${numbered.toFixed(0)}`,
    );
    const most = await work(page);
    const after = await server.ask('figures');
    const server_ = (after.rssBytes - before.rssBytes) / megabyte;
    const [click, first] = [median(clicks), median(firsts)];
    return [
      lineWith(
        'the viewer shows the first error of a gigabyte',
        '≤ 500 ms',
        `${click.toFixed(0)} ms`,
        click <= 500,
        `from a click on the page of the job, median of five; from its address, with all that a page loads, ${first.toFixed(0)} ms; numbers of lines the last time after ${(numbered / 1000).toFixed(1)} s`,
      ),
      lineWith(
        'memory of the page',
        '≤ 100 MB',
        `${most.toFixed(0)} MB`,
        most <= 100,
        'the most of the heap while 20,000 lines were scrolled, ends and places shown, and a text sought',
      ),
      lineWith('memory of the server for it', '≤ 100 MB', `${server_.toFixed(0)} MB`, server_ <= 100),
    ];
  } finally {
    await browser.close();
  }
}

/** Milliseconds from the start of the page until it has an element. */
async function timeOf(page: Page, selector: string): Promise<number> {
  const found = await page.waitForFunction(
    `document.querySelector(${JSON.stringify(selector)}) && performance.now()`,
    undefined,
    { polling: 'raf' },
  );
  return (await found.jsonValue()) as number;
}

/** Scrolls, goes to places and searches; the most megabytes that the page had. */
async function work(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  let most = 0;
  const look = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    most = Math.max(most, metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0);
  };
  const lines = page.getByLabel('Lines of the log');
  await page.getByRole('button', { name: 'Start', exact: true }).click();
  for (let step = 0; step < 60; step++) {
    await lines.evaluate((element) => element.scrollBy(0, 8000));
    await page.waitForTimeout(50);
    await look();
  }
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await page.getByLabel('Go to line').fill('5000000');
  await page.keyboard.press('Enter');
  await page.locator('.log-row.marked').filter({ hasText: '5000000' }).waitFor();
  await look();
  await page.getByLabel('Find in the log').fill('there is no such text');
  await page.keyboard.press('Enter');
  await page.getByText('nothing more was found').waitFor();
  await look();
  return most / megabyte;
}
