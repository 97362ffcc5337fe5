/** How soon a person sees something: the page of a run, its data and its reactions, in headless Chromium. */
import { existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Browser, chromium, type Page } from 'playwright-core';
import { planRuns } from '../../demo/runs.ts';
import { startServer } from '../child.ts';
import { bounded, type Figure, median } from '../figures.ts';
import type { Bench } from '../rounds.ts';

const places = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Milliseconds that the dashboard's specification (section 10) allows, by the number of jobs in the run. */
const budgets = [
  { jobs: 500, first: 400, slow: 1000 },
  { jobs: 5000, first: 700, slow: 1500 },
];

/** Measures the pages of runs of 500 and 5,000 jobs; without a browser only their data. */
export async function measureDashboard(bench: Bench): Promise<Figure[]> {
  const { engine, options, folder, say } = bench;
  const url = await engine.createDatabase('dashboard');
  const server = await startServer({ url, folder });
  const base = `http://127.0.0.1:${server.port}`;
  const executablePath = places.find((path) => path !== undefined && existsSync(path));
  const browser = executablePath
    ? await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    : null;
  const figures: Figure[] = [];
  try {
    for (const budget of budgets) {
      const run = `bench-2026-11-20_20:00:00-rados-run${budget.jobs}-distro-default-smithi`;
      say(`posting a run of ${budget.jobs} jobs`);
      await fill(base, run, budget.jobs);
      figures.push(...(await measureData(base, run, budget.jobs, options.rounds)));
      if (browser) figures.push(...(await measurePages(browser, base, run, budget, options.rounds, say)));
    }
    if (!browser) say('no Chromium: what a person sees was not measured');
    return figures;
  } finally {
    await browser?.close();
    await server.child.stop();
    await engine.dropDatabase(url);
  }
}

async function fill(base: string, run: string, size: number): Promise<void> {
  const pool = planRuns({ seed: 11, runs: 40, now: new Date(), days: 5 }).flatMap(({ jobs }) => jobs);
  await send(base, 'POST', '/runs/', { name: run });
  for (let from = 0; from < size; from += 16) {
    const batch = Array.from({ length: Math.min(16, size - from) }, async (_, at) => {
      const job = pool[(from + at) % pool.length]!;
      const job_id = String(1_000_000 + from + at);
      await send(base, 'POST', `/runs/${run}/jobs/`, { ...job.document, name: run, job_id });
      if (Object.keys(job.summary).length > 0) {
        await send(base, 'PUT', `/runs/${run}/jobs/${job_id}/`, { ...job.summary, name: run, job_id });
      }
    });
    await Promise.all(batch);
  }
}

async function send(base: string, method: string, path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(base + path, { method, headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
}

/** The answer behind the page: made anew after a change, as a reader of a running run gets it. */
async function measureData(base: string, run: string, jobs: number, rounds: number): Promise<Figure[]> {
  const times: number[] = [];
  let size = 0;
  for (let round = 0; round <= rounds; round++) {
    await send(base, 'PUT', `/runs/${run}/jobs/1000000/`, { duration: round + 1 });
    const from = performance.now();
    const answer = await fetch(`${base}/api/runs/${run}/page`, { headers: { 'accept-encoding': 'gzip' } });
    await answer.arrayBuffer();
    if (round > 0) times.push(performance.now() - from);
    size = Number(answer.headers.get('content-length')) || (await gzippedSize(base, run));
  }
  const [time, bytes] = jobs > 1000 ? [600, 150] : [150, 30];
  const what = `data of a run of ${jobs.toLocaleString('en')} jobs`;
  return [
    bounded(`${what}, made anew`, median(times), time, 'ms', ''),
    bounded(`${what}, compressed`, size / 1024, bytes, 'KB', ''),
  ];
}

/** What arrived over the wire; `fetch` tells only what it unpacked. */
async function gzippedSize(base: string, run: string): Promise<number> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': 'gzip' };
    const request = get(`${base}/api/runs/${run}/page`, { headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const bytes = Buffer.concat(parts);
        gunzipSync(bytes);
        resolve(bytes.length);
      });
    });
    request.on('error', reject);
  });
}

async function measurePages(
  browser: Browser,
  base: string,
  run: string,
  { jobs, first, slow }: (typeof budgets)[number],
  rounds: number,
  say: (line: string) => void,
): Promise<Figure[]> {
  const address = `${base}/ui/runs/${run}?view=jobs`;
  const title = `run of ${jobs.toLocaleString('en')} jobs`;
  const figures: Figure[] = [];
  for (const [rate, limit] of [
    [1, first],
    [4, slow],
  ] as const) {
    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const page = await newPage(browser, rate);
      await page.goto(address);
      const painted = await page.waitForFunction('window.firstRow');
      if (round > 0) times.push((await painted.jsonValue()) as number);
      await page.context().close();
    }
    say(`${title}, first row, processor 1/${rate}: ${times.map((time) => Math.round(time)).join(', ')} ms`);
    figures.push(
      bounded(
        `${title}: first row painted${rate > 1 ? ', 4 times slower processor' : ''}`,
        median(times),
        limit,
        'ms',
        '',
      ),
    );
  }
  return [...figures, ...(await measureReactions(browser, address, title))];
}

async function newPage(browser: Browser, rate: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  const page = await context.newPage();
  if (rate > 1) await (await context.newCDPSession(page)).send('Emulation.setCPUThrottlingRate', { rate });
  await page.addInitScript({ content: firstRowScript });
  return page;
}

/** The frame after the one in which a row was put in has it on the screen. */
const firstRowScript = `
  const look = () => document.querySelector('.grid-row') === null
    ? requestAnimationFrame(look)
    : requestAnimationFrame(() => { window.firstRow = performance.now(); });
  look();`;

/** Resolves in the second frame after the next key: the first one draws what the key did. */
const nextKeyScript = `
  window.took = new Promise((resolve) => addEventListener('keydown', (event) =>
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - event.timeStamp))),
    { once: true, capture: true }));
  undefined;`;

/** From a key to the frame that shows what it did. */
async function measureReactions(browser: Browser, address: string, title: string): Promise<Figure[]> {
  const page = await newPage(browser, 1);
  await page.goto(address);
  await page.locator('.grid-row').first().waitFor();
  const keyTimes: number[] = [];
  await page.locator('.filter-input').focus();
  for (const letter of 'smithi10') keyTimes.push(await untilPainted(page, letter));
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await page.locator('.grid-row').first().click();
  const moveTimes: number[] = [];
  for (let step = 0; step < 40; step++) moveTimes.push(await untilPainted(page, 'j'));
  const tabTimes: number[] = [];
  for (const key of ['1', '2', '1', '2']) tabTimes.push(await untilPainted(page, key));
  const heap = await page.evaluate<number>('performance.memory.usedJSHeapSize');
  const nodes = await page.evaluate<number>("document.querySelectorAll('*').length");
  await page.context().close();
  const p95 = moveTimes.toSorted((a, b) => a - b)[Math.floor(moveTimes.length * 0.95)] as number;
  return [
    bounded(
      `${title}: a letter in the filter to its frame`,
      Math.max(...keyTimes),
      120,
      'ms',
      `the slowest of ${keyTimes.length}; median ${median(keyTimes).toFixed(0)} ms, aimed at: 60`,
    ),
    bounded(`${title}: j to its frame`, p95, 60, 'ms', `p95; median ${median(moveTimes).toFixed(0)} ms, aimed at: 32`),
    bounded(`${title}: from tab to tab`, Math.max(...tabTimes), 200, 'ms', `the slowest of 4; aimed at: 80`),
    bounded(`${title}: heap of the page`, heap / (1 << 20), 100, 'MB', 'aimed at: 60'),
    bounded(`${title}: elements`, nodes, 1800, 'elements', 'aimed at: 1,200'),
  ];
}

async function untilPainted(page: Page, key: string): Promise<number> {
  await page.evaluate(nextKeyScript);
  await page.keyboard.press(key);
  return page.evaluate<number>('window.took');
}
