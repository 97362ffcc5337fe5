/** The log viewer, with a log that no browser could show as a whole. */
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveForReader, readNext } from '../../src/cli/log-reader.ts';
import { askForLogs } from '../../src/store/write/excerpts.ts';
import { runOn } from '../api/pages.ts';
import { closePage, hasBrowser, openPage, startBrowser } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const run = runOn(24);
const megabytes = 40;
/** The number of lines of each task, and the number of the line with the error, after the two lines that start the tasks. */
const lines = Math.floor((megabytes << 20) / 75 / 2000) * 1000;
const errorLine = lines + 3;

/** A log with two tasks, an error in the middle of the second one, and a unique line near its end. */
function writeLog(path: string): void {
  const file = openSync(path, 'w');
  const line = (at: number) =>
    `2026-11-20T10:00:00.123 INFO:teuthology.orchestra.run.smithi00${at % 9}.stdout:line ${at}\n`;
  const fill = (first: number, count: number) => {
    for (let at = first; at < first + count; at += 1000)
      writeSync(file, Array.from({ length: 1000 }, (_, index) => line(at + index)).join(''));
  };
  writeSync(file, '2026-11-20T10:00:00.123 INFO:teuthology.run_tasks:Running task install...\n');
  fill(0, lines);
  writeSync(file, '2026-11-20T10:00:00.123 INFO:teuthology.run_tasks:Running task ceph...\n');
  writeSync(
    file,
    '2026-11-20T10:00:00.123 INFO:tasks.ceph.osd.1.smithi001.stderr:src/Lamp.cc: 1: FAILED ceph_assert(lit)\n',
  );
  fill(lines, lines);
  writeSync(file, '2026-11-20T10:00:00.123 ERROR:x:the needle\n');
  fill(2 * lines, 1000);
  closeSync(file);
}

describe.skipIf(!hasBrowser)('the log viewer', () => {
  const archive = mkdtempSync(join(tmpdir(), 'paddles-archive-'));
  let server: TestServer;
  let browser: Browser;

  beforeAll(async () => {
    mkdirSync(join(archive, run, '1'), { recursive: true });
    writeLog(join(archive, run, '1', 'teuthology.log'));
    server = await startServer(engines[0]!, { contract: 'teuthology', archive });
    await server.post(`/runs/${run}/jobs/`, {
      job_id: '1',
      status: 'fail',
      failure_reason: 'Command failed with status 1: x',
    });
    await askForLogs(server.db, { run, job_ids: ['1'], at: 1 });
    const reader = archiveForReader(archive);
    await readNext({ db: server.db, archive: reader, log: { warn: () => {} } as never, now: () => 2 });
    await reader.close();
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(archive, { recursive: true });
  });

  test('opens at the first error, and finds, folds and scrolls while it keeps few lines', async () => {
    const watched = await openPage(browser, `${server.url}/ui/runs/${run}/jobs/1`);
    const { page } = watched;
    await page.getByText('First error of the log').waitFor();
    await page.getByRole('link', { name: 'open the log here' }).click();
    const marked = page.locator('.log-row.marked');
    await expect.poll(() => marked.textContent()).toContain('FAILED ceph_assert(lit)');
    const number = () => marked.locator('.log-at').textContent();
    await expect.poll(number).toBe(String(errorLine));
    await page.getByLabel('Go to line').fill('1234');
    await page.keyboard.press('Enter');
    await expect.poll(() => marked.textContent()).toContain('line 1232');
    expect(await number()).toBe('1234');

    await page.getByLabel('Find in the log').fill('the needle');
    await page.keyboard.press('Enter');
    await expect.poll(() => marked.textContent()).toContain('the needle');
    // The URL shows the same line to another user.
    await expect.poll(() => new URL(page.url()).searchParams.get('at')).not.toBe(null);
    await page.reload();
    await expect.poll(() => marked.textContent()).toContain('the needle');

    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('Running task install').waitFor();
    await page.getByRole('button', { name: 'Fold the task install' }).click();
    await page.getByText('Running task ceph').waitFor();

    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText(/line 5$/).waitFor();
    // The lines around it start where the previous ones did, as at every position in a short log.
    await page.getByLabel('Go to line').fill('150');
    await page.keyboard.press('Enter');
    await expect.poll(() => marked.textContent()).toContain('line 148');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText(/line 5$/).waitFor();
    // Escape leaves the field with its text, which n searches for.
    await page.getByLabel('Find in the log').fill('line 180');
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await expect.poll(() => marked.textContent()).toContain('line 180');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText(/line 5$/).waitFor();
    // Each part is loaded when most of the previous one has been scrolled through.
    await expect
      .poll(async () => {
        await page.getByLabel('Lines of the log').evaluate((lines) => lines.scrollBy(0, 12_000));
        const last = await page.locator('.log-row').last().textContent();
        return Number(/line (\d+)$/.exec(last ?? '')?.[1]);
      })
      .toBeGreaterThan(1500);
    expect(await page.evaluate(() => document.querySelectorAll('.log-row').length)).toBeLessThan(200);
    await closePage(watched);
  });
});
