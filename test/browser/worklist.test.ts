/** A user decides on every cause of a run with failures, using only the keyboard. Also tests what other users see in the meantime. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveForReader, readNext } from '../../src/cli/log-reader.ts';
import { issueName } from '../../src/core/decisions/decision.ts';
import { pagePath } from '../../src/core/paths.ts';
import type { DecisionList } from '../../src/http/api/decisions.ts';
import type { RunVerdicts } from '../../src/http/api/run-verdicts.ts';
import type { RunItem } from '../../src/http/api/schema.ts';
import { askForLogs } from '../../src/store/write/excerpts.ts';
import { closePage, hasBrowser, openPage, startBrowser, violations, type Watched } from '../helpers/browser.ts';
import { engines } from '../helpers/engines.ts';
import { startServer, type TestServer } from '../helpers/server.ts';

const runOf = (day: number, branch = 'main') =>
  `yuriw-2026-11-${String(day).padStart(2, '0')}_09:00:00-rados-${branch}-distro-default-smithi`;
const run = runOf(21, 'wip-ana');
const small = runOf(22, 'wip-bob');
const issue = 'https://tracker.ceph.com/issues/61233';
const words = 'alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november'.split(' ');
const flaky = words.slice(0, 10).map((word) => `the ${word} timer was late`);
const fresh = ['quebec', 'romeo', 'sierra'].map((word) => `the ${word} module is broken`);
const once = ['tango', 'uniform', 'victor', 'whiskey', 'xray', 'yankee'].map((word) => `a strange ${word} happened`);
const lab = ['reconnect to', 'power on', 'reboot'].map((what) => `Failed to ${what} smithi001`);
const regression = 'the scrubber found a read error';

/** The failure reasons of a run and their counts; the other jobs pass. */
async function report(server: TestServer, name: string, size: number, reasons: [string, number][]): Promise<void> {
  const failing = reasons.flatMap(([reason, count]) => Array.from({ length: count }, () => reason));
  const jobs = Array.from({ length: size }, (_, at) => {
    const failure_reason = failing[at];
    const status = failure_reason === undefined ? 'pass' : 'fail';
    return { job_id: `${8_600_000 + at}`, name, status, failure_reason, description: `rados/{always x/${at % 7}}` };
  });
  for (let from = 0; from < size; from += 50) {
    const answers = await Promise.all(
      jobs.slice(from, from + 50).map((job) => server.post(`${pagePath.run(name)}/jobs/`, job)),
    );
    for (const { status, text } of answers) expect(status, text).toBe(200);
  }
}

/** Logs of the first jobs of the regression and of the new causes, which the server has read. */
async function readLogs(server: TestServer): Promise<void> {
  const job_ids = [0, 20, 27, 34].map((at) => `${8_600_000 + at}`);
  for (const id of job_ids) {
    mkdirSync(join(archive, run, id), { recursive: true });
    writeFileSync(join(archive, run, id, 'teuthology.log'), `INFO:x:before\n${errorOf(id)}\nINFO:x:after\n`);
  }
  await askForLogs(server.db, { run, job_ids, at: 1 });
  const reader = archiveForReader(archive);
  for (const _ of job_ids)
    await readNext({ db: server.db, archive: reader, log: { warn: () => {} } as never, now: () => 2 });
  await reader.close();
}

const errorOf = (job: string) => `src/Lamp.cc: 1: FAILED ceph_assert(lamp_of_${job})`;

const archive = mkdtempSync(join(tmpdir(), 'paddles-archive-'));
let server: TestServer;
let browser: Browser;

describe.skipIf(!hasBrowser)('a user who decides on a run', () => {
  beforeAll(async () => {
    server = await startServer(engines[0]!, {
      contract: 'teuthology',
      job_log_href_templ: 'https://logs.example/{run_name}/{job_id}/teuthology.log',
      archive,
    });
    for (let day = 10; day <= 19; day++) {
      const late = flaky.filter((_, at) => (at + day) % 3 === 0).map((reason): [string, number] => [reason, 1]);
      await report(server, runOf(day), 80, [...(day > 16 ? [[regression, 8] as [string, number]] : []), ...late]);
    }
    const some = (reasons: string[], count: number) => reasons.map((reason): [string, number] => [reason, count]);
    const causes = [...some(fresh, 7), ...some(lab, 3), ...some(flaky, 2), ...some(once, 1)];
    await report(server, run, 500, [[regression, 20], ...causes, ['Failed to connect to smithi002', 2]]);
    await report(
      server,
      small,
      20,
      some(
        ['one', 'another', 'a third', 'a fourth', 'a last'].map((word) => `${word} fault`),
        1,
      ),
    );
    await readLogs(server);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(archive, { recursive: true });
  });

  /** Opens a page as a user who has entered a name. */
  async function openAs(name: string, path: string): Promise<Watched> {
    const watched = await openPage(browser, `${server.url}/ui${pagePath.help()}`);
    await watched.page.evaluate(
      (preferences) => localStorage.setItem('paddles.preferences', preferences),
      JSON.stringify({ name }),
    );
    await watched.page.goto(`${server.url}/ui${path}`);
    await watched.page.locator('.group-row').first().waitFor();
    return watched;
  }

  const verdicts = async (name: string) => {
    const { status, text, json } = await server.get(`/api${pagePath.run(name)}/verdicts`);
    expect(status, text).toBe(200);
    return json as RunVerdicts;
  };
  const left = (page: Page, text: string) => page.locator('.head').getByText(text).waitFor();

  test('needs at most 45 keys for 24 causes, and all decisions are saved and in the report', async () => {
    const watched = await openAs('ana', pagePath.run(run));
    const { page } = watched;
    let [keys, loads] = [0, 0];
    page.on('load', () => loads++);
    const press = async (...pressed: string[]) => {
      for (const key of pressed) {
        keys++;
        await page.keyboard.press(key);
      }
    };
    // The ten flaky causes need no decision.
    await left(page, '14 of 24 undecided');
    const before = await verdicts(run);
    expect(before.verdicts.filter((one) => one.is_new).map(({ verdict }) => verdict)).toContain('SINCE');
    // The details of the cause show what the log says, so no other page is opened for it.
    const saysLog = () => page.locator('.pane').getByText('First error of the log').waitFor();
    await saysLog();
    // The regression has an issue, which is pasted. The three new causes are caused by the branch.
    await press('t');
    await page.getByLabel('Issue').waitFor();
    keys++;
    await page.keyboard.insertText(issue);
    await press('Enter');
    await left(page, '13 of 24 undecided');
    for (const count of [12, 11, 10]) {
      await saysLog();
      await press('t');
      await page.getByLabel('Issue').waitFor();
      await press('Enter');
      await left(page, `${count} of 24 undecided`);
    }
    // Band by band: causes too rare to tell, the lab, and flaky causes.
    for (const count of [6, 4, 10]) {
      await press('T');
      await page.locator('.toast').getByText(`Decided on ${count} causes`).waitFor();
    }
    await left(page, 'nothing left to decide');
    await press('r');
    await page.getByRole('dialog').getByLabel('ok to merge').waitFor();
    await press('Enter');
    await page.locator('.head').getByText('by ana').waitFor();
    await press('y', 'm');
    await page.getByText('Copied the report as Markdown').waitFor();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(keys).toBeLessThanOrEqual(45);
    expect(loads, 'pages loaded').toBe(0);
    const { decisions } = (await server.get('/api/decisions?limit=200')).json as DecisionList;
    expect(decisions).toHaveLength(24);
    expect(new Set(decisions.map(({ cause, author, withdrawn_at }) => [cause, author, withdrawn_at].join())).size).toBe(
      24,
    );
    expect((await server.get(`/api${pagePath.run(run)}`)).json as RunItem).toMatchObject({
      review: { verdict: 'ok to merge', author: 'ana' },
    });
    await expectReport(text);
    await page.goto(`${server.url}/ui${pagePath.compare(run, { with: runOf(18) })}`);
    await page.locator('.group-row').filter({ hasText: regression }).getByText('#61233 unclear · ana').waitFor();
    await page.goto(`${server.url}/ui${pagePath.runs()}`);
    await page.locator('.grid-row').getByText('ok to merge').waitFor();
    await closePage(watched);
  });

  /** The expected report, built independently from the data of the server. */
  async function expectReport(text: string): Promise<void> {
    const { verdicts: said, run: item } = await verdicts(run);
    const jobsOf = (id: string) => server.get(`/api${pagePath.run(run)}/jobs?q=sig:${id}`);
    const lines: Record<string, [number, string][]> = { related: [], known: [], infra: [], look: [] };
    expect(said.filter(({ error }) => error !== null)).toHaveLength(4);
    for (const { id, title, jobs, sentence, decision, error } of said) {
      const [{ job_id } = { job_id: '' }] = ((await jobsOf(id)).json as { jobs: { job_id: string }[] }).jobs;
      const { class: kind, issue_url } = decision as NonNullable<typeof decision>;
      const plain = issue_url === null ? sentence : sentence.replace(`${issueName(issue_url)}: `, '');
      const where = `[log](https://logs.example/${run}/${job_id}/teuthology.log) ${server.url}/c/${id}`;
      const issues = issue_url === null ? '' : `${issue_url} `;
      const log = error === null ? '' : ` Log: \`${error}\``;
      const people = `${issues}${kind.charAt(0).toUpperCase()}${kind.slice(1)}, by ana.${log}`;
      const section = {
        'caused by this branch': 'related',
        infra: 'infra',
        unclear: issue_url === null ? 'look' : 'known',
      }[kind as string];
      lines[section ?? 'known']?.push([jobs, `\`${title}\` (${jobs}): ${plain} ${people} ${where}`]);
    }
    expect(Object.values(lines).map((some) => some.length)).toEqual([3, 11, 4, 6]);
    const found = text.split('\n');
    const { pass, fail, dead } = item.counts;
    expect(found[0]).toBe(`**rados** on \`wip-ana\`: ${pass}/${item.total} pass, ${fail} fail, ${dead} dead.`);
    expect(found[1]).toBe(`[${run}](${server.url}/ui/runs/${run})`);
    expect(found.at(-2)).toMatch(/^Details: \[as decided now\]\(http:.*\?at=\d{13}\)$/);
    const titles = {
      '**Needs a look**': 'look',
      '**Related to this branch**': 'related',
      '**Known**': 'known',
      '**Infra, rerun proposed**': 'infra',
    };
    for (const [title, name] of Object.entries(titles)) {
      const from = found.indexOf(title);
      expect(from, title).toBeGreaterThan(2);
      const section = found.slice(from + 1, found.indexOf('', from));
      const expected = lines[name]!.map(([, line]) => line);
      expect(section.map((line) => line.replace(/^\d+\. /, '')).sort()).toEqual(expected.sort());
    }
  }

  test('moves the focus with n and p, sees decisions of others immediately, and can undo', async () => {
    const [ana, bob] = [await openAs('ana', pagePath.run(small)), await openAs('bob', pagePath.run(small))];
    const { page } = ana;
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    const rows = page.locator('.group-row');
    const titles = await rows.locator('.mono').allTextContents();
    await page.keyboard.press('n');
    await expect.poll(focused).toContain(titles[1]);
    const expanded = () => page.locator('.grid-row:focus').getAttribute('aria-expanded');
    const opened = await expanded();
    await page.keyboard.press('Enter');
    expect(await expanded()).not.toBe(opened);
    await page.keyboard.press('p');
    await expect.poll(focused).toContain(titles[0]);
    await page.keyboard.press('t');
    await page.getByLabel('Issue').waitFor();
    const read: string[] = [];
    bob.page.on('request', (request) => read.push(request.url()));
    await page.keyboard.press('Enter');
    await expect.poll(focused).toContain(titles[1]);
    await left(bob.page, '4 of 5 undecided');
    // The details have moved on to another cause, whose log was not loaded before.
    const others = read.filter((url) => !url.endsWith('/excerpt'));
    expect(others, 'the event contains everything the page needs').toEqual([]);
    await bob.page.locator('.group-row').filter({ hasText: titles[0] }).getByText('ana').waitFor();
    await page.keyboard.press('u');
    await left(bob.page, '5 of 5 undecided');
    await expect.poll(focused).toContain(titles[0]);
    await bob.page.getByRole('button', { name: 'accept all' }).last().click();
    await left(page, 'nothing left to decide');
    await closePage(ana);
    await closePage(bob);
  });

  test('keeps a draft that cannot be saved, and is told why', async () => {
    const watched = await openAs('', pagePath.run(small));
    const { page, wrong } = watched;
    await page.locator('.group-row').first().click();
    await page.keyboard.press('t');
    await page.getByLabel('Issue').fill('61233');
    await page.getByLabel('Note').fill('see the log');
    await page.getByLabel('Your name').fill('carol');
    await page.keyboard.press('Enter');
    await page.getByText('must be a URL').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Issue').fill(issue);
    await page.route('**/api/decisions', (route) =>
      route.fulfill({ status: 503, json: { message: 'the disk is full' } }),
    );
    await page.keyboard.press('Enter');
    await page.getByText('Not saved: the disk is full').waitFor();
    expect(await page.getByLabel('Note').inputValue()).toBe('see the log');
    await page.unroute('**/api/decisions');
    await page.keyboard.press('Enter');
    await page.locator('.group-row').getByText('carol').first().waitFor();
    const { decisions } = (await server.get('/api/decisions?limit=1')).json as DecisionList;
    expect(decisions).toMatchObject([{ author: 'carol', note: 'see the log', issue_url: issue, verified: false }]);
    // The link of a report shows the decisions of that time.
    await page.goto(`${server.url}/ui${pagePath.run(small, { at: String((decisions[0]?.created ?? 0) - 1) })}`);
    await page.getByText('Decisions as of').waitFor();
    expect(await page.getByRole('button', { name: /^(Decide|Change)/ }).count()).toBe(0);
    wrong.splice(0, wrong.length, ...wrong.filter((text) => !/status of 503/.test(text)));
    await closePage(watched);
  });
});
