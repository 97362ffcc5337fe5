/** The identity of the user: signing in and out on the Settings page, entering a name, and how the log of changes shows who made them. */
import { hash } from 'node:crypto';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createToken } from '../../src/store/write/tokens.ts';
import { closePage, hasBrowser, openPage, startBrowser, type Watched } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { someone, startServer, type TestServer } from '../helpers/server.ts';

const secret = 'paddles_of-a-person'.padEnd(51, 'x');
const bearer = { authorization: `Bearer ${secret}` };

let server: TestServer;
let browser: Browser;

describe.skipIf(!hasBrowser)('a user', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, { contract: 'teuthology', require_token: 'all' });
    const scopes = ['read' as const, 'admin' as const, 'lock' as const, 'report' as const];
    await createToken(server.db, { name: 'ana', scopes, hash: hash('sha256', secret), expires: null }, someone, 1);
    await server.post('/nodes/', { name: 'smithi001', machine_type: 'smithi', up: true }, bearer);
    const lock = { name: 'smithi001', locked: true, locked_by: 'ana@host', description: 'to debug <b>it</b>' };
    expect((await server.put('/nodes/smithi001/lock/', lock, bearer)).status).toBe(200);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Closes a page. The browser reports refused requests on its console. */
  async function close(watched: Watched): Promise<void> {
    const { wrong } = watched;
    wrong.splice(0, wrong.length, ...wrong.filter((text) => !/status of 401/.test(text)));
    await closePage(watched);
  }

  test('is told what to do, signs in with a token, and signs out again', async () => {
    const watched = await openPage(browser, `${server.url}/ui/nodes/smithi001`);
    const { page, context } = watched;
    await page.getByText("this needs a token with the scope 'read'").waitFor();
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByText('Everything here needs a token.').waitFor();
    await page.getByLabel('Token').fill('paddles_wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('this token is not known here').waitFor();
    await page.getByLabel('Token').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('.header').getByText('ana', { exact: true }).waitFor();
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ name: 'paddles_session', httpOnly: true, sameSite: 'Strict' });
    expect(await page.evaluate(() => document.cookie + JSON.stringify(localStorage))).not.toContain('paddles_');
    // Back at the page that the user wanted to read.
    const history = page.getByRole('grid', { name: 'Changes' });
    await history.getByText('locked_by: ana@host, description: to debug <b>it</b>').waitFor();
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByText('Signed in as ana with the scopes read, admin, lock, report.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Everything here needs a token.').waitFor();
    expect(await context.cookies()).toEqual([]);
    await page.goto(`${server.url}/ui/nodes/smithi001`);
    await page.getByText("this needs a token with the scope 'read'").waitFor();
    await close(watched);
  });

  test('who follows a short link is asked to sign in first, but not if already signed in', async () => {
    const run = 'ana-2026-11-20_09:00:00-rados-main-distro-default-smithi';
    const job = { name: run, job_id: '1', status: 'pass' };
    expect((await server.post(`/runs/${run}/jobs/`, job, bearer)).status).toBe(200);
    expect((await server.get('/ui/runs')).text).toContain('<h1>Sign in</h1>');
    const watched = await openPage(browser, `${server.url}/r/1`);
    const { page } = watched;
    await page.getByText('Everything here needs a token.').waitFor();
    await page.getByLabel('Token').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: run }).waitFor();
    // Like a link on another site: its requests do not send a cookie of this one.
    await page.goto(`data:text/html,<a href="${server.url}/j/1.1">see</a>`);
    await page.getByRole('link', { name: 'see' }).click();
    await page.getByRole('tab', { name: 'Overview' }).waitFor();
    await close(watched);
  });

  test('reads and filters the changes, without unnecessary requests for the first page', async () => {
    const open = await startServer(engines[0]!, { contract: 'teuthology' });
    for (let count = 0; count < 60; count++) await open.post('/nodes/', { name: `node${count}`, up: true });
    const watched = await openPage(browser, `${open.url}/ui/audit`);
    const { page } = watched;
    await page.getByText('50 changes, newest first').waitFor();
    await page.getByRole('button', { name: 'Load more' }).click();
    await page.getByText('60 changes in total').waitFor();
    await page.getByRole('combobox', { name: 'Filter audit' }).fill('target:node1*');
    await page.getByText('11 changes in total').waitFor();
    await closePage(watched);
    await open.stop();
  });

  test('can enter a name, which is not verified', async () => {
    const open = await startServer(engines[0]!);
    const watched = await openPage(browser, `${open.url}/ui/settings`);
    const { page } = watched;
    await page.getByText('Signing in is not required.').waitFor();
    await page.getByLabel('Or only a name').fill('Zoë Müller');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.locator('.header').getByText('Zoë Müller (not verified)').waitFor();
    await closePage(watched);
    await open.stop();
  });
});
