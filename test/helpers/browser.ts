import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executable = places.find((path) => path !== undefined && existsSync(path));

/** Whether there is a browser; in CI there must be one. */
export const hasBrowser = executable !== undefined || process.env.CI === 'true';

if (!hasBrowser) {
  process.stdout.write('tests: no Chromium, so no browser tests; install it (Debian: apt-get install chromium)\n');
}

/** Starts the browser; without `--headless` and the others it would speak to its maker's servers. */
export function startBrowser(): Promise<Browser> {
  if (executable === undefined) throw new Error('no Chromium; install it (Debian: apt-get install chromium)');
  return chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** How a page is looked at. */
export interface Look {
  theme: 'light' | 'dark';
  width: 'wide' | 'narrow';
}

/** Every look that a page must hold in. */
export const looks: Look[] = (['light', 'dark'] as const).flatMap((theme) =>
  (['wide', 'narrow'] as const).map((width) => ({ theme, width })),
);

/** A page and what went wrong on it: requests that left the server, errors, violations of the policy. */
export interface Watched {
  page: Page;
  context: BrowserContext;
  wrong: string[];
}

/** Opens a page in a fresh profile. `wrong` must stay empty, whatever is done with it. */
export async function openPage(browser: Browser, url: string, look: Look = { theme: 'light', width: 'wide' }) {
  const viewport = look.width === 'wide' ? { width: 1440, height: 900 } : { width: 390, height: 844 };
  const context = await browser.newContext({
    viewport,
    colorScheme: look.theme,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  // Only a page that hangs reaches it, also on a machine that is busy with other things.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const wrong: string[] = [];
  const { origin } = new URL(url);
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob|about):/.test(request.url())) wrong.push(request.url());
  });
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 40[04]/.test(message.text())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(String(error)));
  await page.goto(url);
  return { page, context, wrong } satisfies Watched;
}

/** Closes a page and fails when something went wrong on it. */
export async function closePage({ context, wrong }: Watched): Promise<void> {
  await context.close();
  expect(wrong).toEqual([]);
}
