/** The first real error of logs in which it is known, and what a log of a gigabyte costs a server and a browser. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobExcerpt } from '../../src/http/api/job-log.ts';
import { atLeast, atMost, type Line, megabytes, milliseconds, type Work } from '../bench.ts';
import { sqliteEngine } from '../database.ts';
import { getJson, type Server, send, startServer } from '../server.ts';
import { isRight, type PlantedLog, plantedLines, writeLog } from './generate.ts';
import { judgeSeeds } from './judge.ts';
import { measureViewer } from './viewer.ts';

/** No rule was made or changed with these. */
const seeds = [71_001, 71_002, 71_003];
const run = 'bench-2026-11-20_09:00:00-rados-main-distro-default-smithi';

/** Many small logs, then one of a gigabyte for each seed; people look at the last one. */
export default async function measureLogs({ folder, say }: Work): Promise<Line[]> {
  const lines = plantedLines();
  const { of, first, three, sure, wrongWhenSure, wrong } = await judgeSeeds(lines, seeds);
  for (const one of wrong.slice(0, 10)) say(`wrong: ${one}`);
  const share = (value: number) => value.toFixed(3);
  const remarks = (some: number, all: number) => `${some} of ${all} logs of 1 KB to 15 MB; seeds ${seeds.join(', ')}`;
  const judged = [
    atLeast('Logs', 'first error is right', 0.85, first / of, share, remarks(first, of)),
    atLeast('Logs', 'first error is among three', 0.95, three / of, share, remarks(three, of)),
    atMost('Logs', 'wrong when sure', 0.03, wrongWhenSure / sure, share, remarks(wrongWhenSure, sure)),
  ];
  const archive = join(folder, 'archive');
  const url = await sqliteEngine(folder).createDatabase('logs');
  const server = await startServer(url, folder, ['--archive', archive]);
  try {
    const read: Reading[] = [];
    for (const [index, seed] of seeds.entries()) {
      const place = join(archive, run, String(index));
      // A gigabyte at a time is enough.
      rmSync(join(archive, run), { recursive: true, force: true });
      mkdirSync(place, { recursive: true });
      const line = lines[(seed + index) % lines.length]!;
      const truth = writeLog(join(place, 'teuthology.log'), String(seed), 2 ** 30, line);
      read.push(await readOne(server, String(index), truth));
      say(`read a log of a gigabyte: ${JSON.stringify(read.at(-1))}`);
    }
    return [...judged, ...readingLines(read), ...(await measureViewer(server.port, run, String(seeds.length - 1)))];
  } finally {
    await server.stop();
  }
}

interface Reading {
  seconds: number;
  /** Of the server, more than before. */
  bytes: number;
  longestRequestMs: number;
  right: boolean;
}

/** Reports that a job has failed, and asks for other things until its log was read. */
async function readOne({ port, secondPort, memory }: Server, job: string, truth: PlantedLog): Promise<Reading> {
  const { ignorelist, failure_reason } = truth;
  const report = { job_id: job, name: run, status: 'fail', failure_reason };
  const overrides = { ceph: { 'log-ignorelist': ignorelist } };
  const before = memory().now;
  const began = performance.now();
  await send(secondPort, `/runs/${run}/jobs/`, 'POST', JSON.stringify({ ...report, overrides }));
  let excerpt: JobExcerpt | null = null;
  let [longestRequestMs, most] = [0, before];
  for (let turn = 0; excerpt === null; turn++) {
    const start = performance.now();
    await getJson(port, turn % 2 === 0 ? '/api/runs' : `/api/runs/${run}/page`);
    longestRequestMs = Math.max(longestRequestMs, performance.now() - start);
    most = Math.max(most, memory().now);
    ({ excerpt } = (await getJson(port, `/api/runs/${run}/jobs/${job}/excerpt`)) as { excerpt: JobExcerpt | null });
    await sleep(20);
    if (performance.now() - began > 180_000) throw new Error('the log of a gigabyte was not read');
  }
  const { byte, error } = excerpt;
  const seconds = (performance.now() - began) / 1000;
  return { seconds, bytes: most - before, longestRequestMs, right: isRight(truth, byte, error) };
}

function readingLines(read: Reading[]): Line[] {
  const seconds = Math.max(...read.map((one) => one.seconds));
  const bytes = Math.max(...read.map((one) => one.bytes));
  const requests = read.map((one) => one.longestRequestMs);
  const right = read.filter((one) => one.right).length;
  const inSeconds = (value: number) => `${value.toFixed(1)} s`;
  const remarks = `${right} of ${read.length} errors are right; seeds ${seeds.join(', ')}`;
  const best = `lists and pages of a run, the best of ${requests.map(milliseconds).join(', ')}`;
  return [
    atMost('Logs', 'a gigabyte in the background', 20, seconds, inSeconds, remarks),
    atMost('Logs', 'memory for it', 150e6, bytes, megabytes, 'of the server, more than before'),
    // Like blocks elsewhere: the machine itself stops a process sometimes.
    atMost('Logs', 'longest request meanwhile', 100, Math.min(...requests), milliseconds, best),
  ];
}
