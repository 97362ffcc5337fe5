/** The pictures in the README: a run of the demo with failures, in both themes. `PADDLES_PICTURES=1` saves them in docs/pictures. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bandOf } from '../../src/core/verdicts/bands.ts';
import type { RunPage } from '../../src/http/api/run-document.ts';
import { closePage, hasBrowser, openPage, startBrowser } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { seedLab } from './seed.ts';

const folder = join(import.meta.dirname, '..', '..', 'docs', 'pictures');

let server: TestServer;
let browser: Browser;
let shown: string;

describe.skipIf(!hasBrowser)('the picture', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract: 'teuthology' });
    const runs = await seedLab(server, 24);
    // The recent run that has most to show: causes of both kinds.
    let most = 0;
    for (const { name } of runs.slice(-12)) {
      const { json } = await server.get(`/api/runs/${name}/page`);
      const { run, signatures, verdicts } = json as RunPage;
      const first = verdicts.filter((verdict) => bandOf(verdict, run) === 'look').length;
      const worth = Math.min(first, 4) * Math.min(signatures.length - first, 10);
      if (worth <= most) continue;
      most = worth;
      shown = name;
    }
    browser = await startBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test.each(['light', 'dark'] as const)('of a run in the %s theme shows new and known causes', async (theme) => {
    const watched = await openPage(browser, `${server.url}/ui/runs/${shown}`, { theme, width: 'wide' });
    const { page } = watched;
    await page.locator('.badge-look').first().waitFor();
    await page.locator('.badge-decided').first().waitFor();
    await page.getByText('● live').waitFor();
    const picture = await page.screenshot();
    expect(picture.length).toBeGreaterThan(50_000);
    if (process.env.PADDLES_PICTURES) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `run-${theme}.png`), picture);
    }
    await closePage(watched);
  });
});
