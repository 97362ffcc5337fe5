import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** The headless shell comes first, because it takes a quarter less processor time. */
const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
const executable = places.find((path) => path !== undefined && existsSync(path));

/** Whether browser tests run: always in CI, elsewhere if a browser is installed. */
export const hasBrowser = executable !== undefined || process.env.CI === 'true';

if (!hasBrowser) {
  process.stdout.write('tests: browser tests are skipped without Chromium (Debian: apt-get install chromium)\n');
}

/** Starts the browser with flags that keep it from contacting Google's servers, and with the test's own `flags`. */
export function startBrowser(flags: string[] = []): Promise<Browser> {
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
      ...flags,
    ],
  });
}

/** The theme and width of a page. */
export interface Look {
  theme: 'light' | 'dark';
  width: 'wide' | 'narrow';
  /** The browser's time zone; that of this machine if absent. */
  timezoneId?: string;
}

/** A page and what went wrong on it: requests to other servers, errors, violations of the content security policy. */
export interface Watched {
  page: Page;
  context: BrowserContext;
  wrong: string[];
}

/** The window of each width. */
export const sizes = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

/** Opens a page in a fresh profile. */
export async function openPage(browser: Browser, url: string, look: Look = { theme: 'light', width: 'wide' }) {
  const context = await browser.newContext({
    viewport: sizes[look.width],
    colorScheme: look.theme,
    ...(look.timezoneId !== undefined && { timezoneId: look.timezoneId }),
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  // Long enough for a busy machine.
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

/** Closes a page and checks that nothing went wrong on it. */
export async function closePage({ context, wrong }: Watched): Promise<void> {
  await context.close();
  expect(wrong).toEqual([]);
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules of axe about colours, the only ones that another theme can break. */
const colourRules = ['color-contrast', 'link-in-text-block'];

/** The violations that axe finds on a page, one line each: of all rules, of those about colours, or of the others. */
export async function violations(page: Page, rules: 'all' | 'colours' | 'others' = 'all'): Promise<string[]> {
  const options = {
    all: {},
    colours: { runOnly: colourRules },
    others: { rules: Object.fromEntries(colourRules.map((rule) => [rule, { enabled: false }])) },
  }[rules];
  // Takes 0.1 s. Evaluated, because the page's policy allows no foreign script element.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  return page.evaluate(async (chosen) => {
    const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: Violation[] }> } };
    interface Violation {
      id: string;
      help: string;
      nodes: { target: unknown[]; html: string }[];
    }
    const found = (await axe.run({ resultTypes: ['violations'], ...chosen })).violations;
    return found.map(
      ({ id, help, nodes }) => `${id}: ${help} (${nodes.length}×, first ${nodes[0]?.html.slice(0, 200)})`,
    );
  }, options);
}
