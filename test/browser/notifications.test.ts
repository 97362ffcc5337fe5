/** The page of notifications: adding a subscription, testing it, and the results of its deliveries. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Notifier, startNotifier } from '../../src/notify/notifier.ts';
import { closePage, hasBrowser, openPage, startBrowser } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { type Receiver, startReceiver } from '../helpers/receiver.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

let server: TestServer;
let browser: Browser;
let receiver: Receiver;
let notifier: Notifier;

describe.skipIf(!hasBrowser)('the page of notifications', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!);
    receiver = await startReceiver();
    const config = { address: '', base_branches: '', notify_after: 0, smtp_url: '', mail_from: '' };
    const log = { warn: (entry: unknown) => expect.fail(JSON.stringify(entry)) } as never;
    notifier = startNotifier({ db: server.db, config, log, now: () => Date.now() * 1000, onAttempt: () => {} });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await notifier?.stop();
    await receiver?.stop();
    await server?.stop();
  });

  test('adds a subscription, shows its secret once, sends tests, and disables it', async () => {
    const watched = await openPage(browser, `${server.url}/ui/notifications`);
    const { page } = watched;
    await page.getByText('No subscriptions yet.').waitFor();
    await page.getByRole('button', { name: 'Add…' }).click();
    await page.getByLabel('Name').fill('the lab');
    await page.getByLabel('Runs').fill('nonsense:x');
    await page.getByLabel('a node is suspect').check();
    await page.getByLabel('URL', { exact: true }).fill(`${receiver.url}/swordfish`);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText("Not saved: key 'filter'").waitFor();
    await page.getByLabel('Runs').fill('suite:rados');
    await page.getByRole('button', { name: 'Save' }).click();
    const secret = page.getByRole('dialog', { name: 'Secret' });
    await secret.getByText(/^whsec_/).waitFor();
    await secret.getByRole('button', { name: 'Close' }).click();
    await page.getByText('Runs: suite:rados').waitFor();
    expect(await page.content()).not.toMatch(/swordfish|whsec_/);

    receiver.answer = (response) => response.writeHead(500).end();
    await page.getByRole('button', { name: 'Send a test' }).click();
    const deliveries = page.getByRole('grid', { name: 'Deliveries' });
    await deliveries.getByText('answered 500').waitFor();
    await page.getByText('Failing: answered 500').waitFor();
    await page.getByRole('button', { name: 'Switch off' }).click();
    await deliveries.getByText('given up').waitFor();
    receiver.answer = (response) => response.writeHead(204).end();
    await deliveries.getByRole('button', { name: 'Send again' }).click();
    await deliveries.getByText('delivered').waitFor();
    await page.getByRole('button', { name: 'Switch on' }).waitFor();
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    await closePage(watched);
  });
});
