/** What the viewer of logs costs a browser, on a log of a gigabyte. */
import { existsSync } from 'node:fs';
import { chromium, type Page } from 'playwright-core';
import { pagePath } from '../../src/core/paths.ts';
import { atMost, type Line, median, megabytes, milliseconds } from '../bench.ts';

const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Opens the log of a job at its error, five times, and works with it as people do. Nothing without a browser. */
export async function measureViewer(port: number, run: string, job: string): Promise<Line[]> {
  if (!existsSync(browserPath)) return [];
  const browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    // Waiting for an element in every frame needs what the policy of the pages forbids.
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
    page.setDefaultTimeout(60_000);
    const clicks: number[] = [];
    // The first time the files of the dashboard are read.
    for (let round = 0; round <= 5; round++) {
      await page.goto(`http://127.0.0.1:${port}/ui${pagePath.job(run, job)}`);
      const link = page.getByRole('link', { name: 'open the log here' });
      await link.waitFor();
      const start = await page.evaluate(() => performance.now());
      await link.click();
      const shown = "document.querySelector('.log-row.marked') && performance.now()";
      const found = await page.waitForFunction(shown, undefined, { polling: 'raf' });
      if (round > 0) clicks.push(((await found.jsonValue()) as number) - start);
    }
    const most = await work(page);
    const click = 'from a click on the page of the job, median of five';
    const worked = 'the most of the heap while 20,000 lines were scrolled, ends and places shown, and a text sought';
    return [
      atMost('Logs', 'the viewer shows the first error of a gigabyte', 500, median(clicks), milliseconds, click),
      atMost('Logs', 'memory of the page', 100e6, most, megabytes, worked),
    ];
  } finally {
    await browser.close();
  }
}

/** Scrolls, goes to places and searches; returns the most bytes that the page had. */
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
  return most;
}
