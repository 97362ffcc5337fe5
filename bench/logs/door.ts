/** What a log of a gigabyte and 100,000 test cases cost a server and a browser, asked as people ask. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobExcerpt } from '../../src/http/api/job-log-schema.ts';
import type { Line } from '../bench.ts';
import { sqliteEngine } from '../database.ts';
import { getJson, type Server, startServer } from '../server.ts';
import { type PlantedLine, type PlantedLog, writeLog } from './generate.ts';
import { measureViewer } from './viewer.ts';

const run = 'bench-2026-11-20_09:00:00-rados-main-distro-default-smithi';
const megabyte = 1 << 20;

/** Makes lines of the table. */
export function lineWith(what: string, budget: string, measured: string, ok: boolean | null, remarks = ''): Line {
  return { quantity: 'Logs', what, budget, measured, ok, remarks };
}

/** Measures a server that reads a log of a gigabyte for each seed, and people who look at the last one. */
export async function measureServer(
  lines: PlantedLine[],
  seeds: readonly number[],
  say: (line: string) => void,
): Promise<Line[]> {
  const folder = mkdtempSync(join(tmpdir(), 'paddles-bench-logs-'));
  const archive = join(folder, 'archive');
  mkdirSync(archive);
  const url = await sqliteEngine(folder).createDatabase('logs');
  const server = await startServer({ url, folder, settings: ['--archive', archive] });
  try {
    const read: Reading[] = [];
    for (const [index, seed] of seeds.entries()) {
      if (index > 0) rmSync(join(archive, run, String(index)), { recursive: true });
      const job = String(index + 1);
      mkdirSync(join(archive, run, job), { recursive: true });
      const path = join(archive, run, job, 'teuthology.log');
      const line = lines[(seed + index) % lines.length] as PlantedLine;
      const truth = writeLog(path, { seed, size: 2 ** 30, line });
      read.push(await readOne(server, job, { ...truth, line }));
      say(`read a log of a gigabyte: ${JSON.stringify(read.at(-1))}`);
    }
    const job = String(seeds.length);
    const viewer = await measureViewer(server, { run, job, error: read.at(-1)?.byte ?? 0 }, say);
    return [...readingLines(read, seeds), ...viewer, ...(await measureCases(server, archive, job))];
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Reading {
  seconds: number;
  cpu: number;
  megabytes: number;
  longestRequest: number;
  longestBlock: number;
  right: boolean;
  byte: number | null;
}

/** Reports that a job has failed, and asks for other things until its log was read. */
async function readOne(server: Server, job: string, truth: PlantedLog & { line: PlantedLine }): Promise<Reading> {
  const get = getJson(server.port);
  const before = await server.ask('watch');
  const { ignorelist, failure_reason } = truth;
  const body = JSON.stringify({
    ...{ job_id: job, name: run, status: 'fail', failure_reason },
    overrides: { ceph: { 'log-ignorelist': ignorelist } },
  });
  const began = performance.now();
  await send(server.secondPort, 'POST', `/runs/${run}/jobs/`, body);
  let excerpt: JobExcerpt | null = null;
  let longestRequest = 0;
  let most = before.rssBytes;
  for (let turn = 0; excerpt === null; turn++) {
    const start = performance.now();
    await get(turn % 2 === 0 ? '/api/runs' : `/api/runs/${run}/page`);
    longestRequest = Math.max(longestRequest, performance.now() - start);
    if (turn % 10 === 0) most = Math.max(most, (await server.ask('figures')).rssBytes);
    ({ excerpt } = (await get(`/api/runs/${run}/jobs/${job}/excerpt`)) as { excerpt: JobExcerpt | null });
    await sleep(20);
    if (performance.now() - began > 180_000) throw new Error('the log of a gigabyte was not read');
  }
  const seconds = (performance.now() - began) / 1000;
  const after = await server.ask('figures');
  const byte = excerpt.byte;
  return {
    ...{ seconds, longestRequest, longestBlock: after.longestBlockMs, cpu: after.cpuSeconds - before.cpuSeconds, byte },
    megabytes: (Math.max(most, after.rssBytes) - before.rssBytes) / megabyte,
    right:
      byte !== null &&
      ((byte >= truth.from && byte < truth.to) || (excerpt.error !== '' && truth.line.text.includes(excerpt.error))),
  };
}

function readingLines(read: Reading[], seeds: readonly number[]): Line[] {
  const worst = (of: (one: Reading) => number) => Math.max(...read.map(of));
  const [seconds, cpu, most] = [worst((one) => one.seconds), worst((one) => one.cpu), worst((one) => one.megabytes)];
  // Like blocks elsewhere: the machine itself stops a process sometimes.
  const longest = Math.min(...read.map((one) => one.longestRequest));
  const all = (of: (one: Reading) => number) => read.map((one) => of(one).toFixed(0)).join(', ');
  const right = read.filter((one) => one.right).length;
  const remarks = `${cpu.toFixed(1)} s of the processor, with the requests meanwhile; ${right} of ${read.length} errors are right; seeds ${seeds.join(', ')}`;
  return [
    lineWith('a gigabyte in the background', '≤ 20 s', `${seconds.toFixed(1)} s`, seconds <= 20, remarks),
    lineWith('memory for it', '≤ 150 MB', `${most.toFixed(0)} MB`, most <= 150, 'of the server, more than before'),
    lineWith(
      'longest request meanwhile',
      '≤ 100 ms',
      `${longest.toFixed(0)} ms`,
      longest <= 100,
      `lists and pages of a run, the best of ${all((one) => one.longestRequest)} ms; blocks of the event loop ${all((one) => one.longestBlock)} ms`,
    ),
  ];
}

async function send(port: number, method: string, path: string, body: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body });
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
}

const casesOfJob = 100_000;

function junit(): string {
  const cases = Array.from({ length: casesOfJob }, (_, at) => {
    const end = at % 1000 === 7 ? `><failure message="no lamp ${at}"/></testcase>` : '/>';
    return `<testcase classname="tasks.lamps.Lamps${at % 50}" name="test_${at}" time="${at % 90}.5"${end}`;
  });
  return `<testsuite name="lamps">\n${cases.join('\n')}\n</testsuite>`;
}

/** 100,000 test cases of a job: taken, listed, searched, the history of one, and read from an archive. */
export async function measureCases(server: Server, archive: string, job: string): Promise<Line[]> {
  const document = junit();
  const path = `/api/runs/${run}/jobs/${job}/tests`;
  const get = getJson(server.port);
  const before = await server.ask('figures');
  const puts: number[] = [];
  const blocks: number[] = [];
  for (let round = 0; round < 3; round++) {
    await server.ask('watch');
    puts.push(await timed(() => send(server.port, 'PUT', path, document)));
    blocks.push((await server.ask('figures')).longestBlockMs);
  }
  const [put, block] = [Math.min(...puts), Math.min(...blocks)];
  const list = await timed(() => get(`${path}?limit=200`));
  const find = await timed(() => get(`${path}?text=test_99999`));
  const history = await timed(() =>
    get(`/api/tests?name=${encodeURIComponent('test_99999 (tasks.lamps.Lamps49)')}&run=${run}&job=${job}`),
  );
  const after = await server.ask('figures');
  const megabytes = (after.peakRssBytes - before.rssBytes) / megabyte;
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const size = `${(document.length / 1e6).toFixed(0)} MB of JUnit XML`;
  return [
    lineWith('100,000 test cases are taken', '', ms(put), null, `${size}, ${megabytes.toFixed(0)} MB of memory`),
    lineWith('… and listed, searched, one with its history', '', [list, find, history].map(ms).join(', '), null),
    lineWith(
      'longest block of the event loop while they are taken',
      '≤ 100 ms',
      ms(block),
      block <= 100,
      `the best of ${blocks.map(ms).join(', ')}`,
    ),
    ...(await measureArchived(server, archive, document)),
  ];
}

/** The same in a file of the archive, which a thread of its own reads when the job has failed. */
async function measureArchived(server: Server, archive: string, document: string): Promise<Line[]> {
  const times: number[] = [];
  const blocks: number[] = [];
  const before = await server.ask('figures');
  for (const job of ['archived-1', 'archived-2', 'archived-3']) {
    mkdirSync(join(archive, run, job), { recursive: true });
    writeFileSync(join(archive, run, job, 'teuthology.log'), 'INFO:tasks.lamps:over\n');
    writeFileSync(join(archive, run, job, 'results.xml'), document);
    await server.ask('watch');
    const body = JSON.stringify({
      job_id: job,
      name: run,
      status: 'fail',
      failure_reason: 'Command failed with status 1: a',
    });
    times.push(await timed(() => readFrom(server, job, body)));
    blocks.push((await server.ask('figures')).longestBlockMs);
  }
  const megabytes = ((await server.ask('figures')).peakRssBytes - before.rssBytes) / megabyte;
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const all = `the best of ${blocks.map(ms).join(', ')}`;
  const block = Math.min(...blocks);
  return [
    lineWith('… and read from an archive', '', ms(Math.min(...times)), null, `${megabytes.toFixed(0)} MB of memory`),
    lineWith('longest block of the event loop meanwhile', '≤ 100 ms', ms(block), block <= 100, all),
  ];
}

async function readFrom(server: Server, job: string, body: string): Promise<void> {
  await send(server.secondPort, 'POST', `/runs/${run}/jobs/`, body);
  for (let tries = 0; tries < 600; tries++) {
    const page = await getJson(server.port)(`/api/runs/${run}/jobs/${job}`);
    if ((page as { tests: object | null }).tests !== null) return;
    await sleep(50);
  }
  throw new Error('the cases in the archive were not read');
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
