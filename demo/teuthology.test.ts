import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { speaksTeuthology, teuthologyClient } from './client.ts';
import { demo, fill } from './fill.ts';
import { labNodes } from './lab.ts';
import { keepMoving } from './live.ts';
import { planRuns, timeText } from './runs.ts';
import { brokenNode, fqdn } from './vocabulary.ts';

const never = new AbortController().signal;
const plan = { seed: 1, runs: 105, days: 21, now: new Date('2026-11-23T12:00:00Z') };
const planned = planRuns(plan);
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

interface Seen {
  line: string;
  body: Record<string, unknown>;
}

/** A server that answers each request with the status and text from `answer`. */
async function answering(answer: (line: string) => [number, string], seen: Seen[] = []): Promise<string> {
  server = createServer(async (request, response) => {
    const line = `${request.method} ${request.url}`;
    const text = Buffer.concat(await request.toArray()).toString();
    seen.push({ line, body: text === '' ? {} : JSON.parse(text) });
    const [status, body] = answer(line);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  ['the teuthology contract', '{}', '[]', true],
  ['the classic contract', '{"name":"paddles"}', '{}', false],
  ['something else', '{}', '<html>', false],
])('recognizes %s by its root and its runs', async (_what, root, runs, speaks) => {
  const url = await answering((line) => [200, line === 'GET /' ? root : runs]);
  expect(await speaksTeuthology(url, never)).toBe(speaks);
});

test('a job is queued, runs on its machines and ends', async () => {
  const seen: Seen[] = [];
  const client = teuthologyClient(await answering(() => [200, '{}'], seen), never);
  const run = planned.find(({ jobs }) => jobs.some((job) => job.outcome === 'dead'))!;
  for (const outcome of ['pass', 'fail', 'dead'] as const) {
    const job = run.jobs.find((one) => one.outcome === outcome)!;
    seen.length = 0;
    expect(await client.reportJob('r', job)).toBe('created');
    const path = '/runs/r/jobs/';
    expect(seen.map(({ line }) => line)).toEqual([
      `POST ${path}`,
      `PUT ${path}${job.job_id}/`,
      `PUT ${path}${job.job_id}/`,
    ]);
    const [posted, running, ended] = seen.map(({ body }) => body);
    expect(posted).toMatchObject({ status: 'queued', branch: run.branch, sha1: expect.stringMatching(/^\w{40}$/) });
    expect(posted).not.toHaveProperty('targets');
    expect(running).toMatchObject({ status: 'running', targets: job.document.targets });
    expect(running!.updated).toBe(timeText(job.times!.started));
    expect(ended!.updated).toBe(timeText(job.times!.ended));
    expect(ended).toMatchObject({ status: job.outcome, success: job.outcome === 'pass', duration: expect.any(Number) });
  }
});

test('an existing job does not run again', async () => {
  const seen: Seen[] = [];
  const exists = '{"message":"job with job_id 1 already exists"}';
  const url = await answering((line) => (line.startsWith('POST') ? [400, exists] : [200, '{}']), seen);
  const job = planned[0]!.jobs[0]!;
  expect(await teuthologyClient(url, never).reportJob('r', job)).toBe('already there');
  expect(seen.map(({ body }) => body.status)).toEqual(['queued', job.outcome]);
});

test('the jobs of a complete run are not sent again', async () => {
  const seen: Seen[] = [];
  const exists = '{"message":"run with name r already exists"}';
  const answer = (line: string): [number, string] =>
    line.startsWith('GET /api/runs/') ? [200, '{"total":500}'] : line === 'POST /runs/' ? [400, exists] : [200, '{}'];
  const client = teuthologyClient(await answering(answer, seen), never);
  const run = planned[0]!;
  const tally = await fill(client, [run], { seed: 1, signal: never });
  expect(tally).toMatchObject({ runsThere: 1, jobsThere: run.jobs.length });
  expect(seen.filter(({ line }) => line.includes('/jobs/'))).toEqual([]);
});

test('--live first ends the jobs of the newest run that are in progress', async () => {
  const seen: Seen[] = [];
  const stop = new AbortController();
  const runs = planned;
  const answer = (line: string): [number, string] => {
    if (/^PUT \/runs\/.*\/jobs\//.test(line)) stop.abort();
    return [200, '{}'];
  };
  const client = teuthologyClient(await answering(answer, seen), never);
  const options = { seed: 1, signal: stop.signal, say: () => {} };
  await expect(keepMoving(client, runs, options)).rejects.toThrow();
  const moved = seen.find(({ line }) => line.startsWith('PUT /runs/'))!;
  const newest = runs.findLast(({ jobs }) => jobs.some(({ outcome }) => outcome === 'running'))!;
  const [, name, job] = /^PUT \/runs\/(.*)\/jobs\/(\d+)\/$/.exec(decodeURIComponent(moved.line))!;
  expect(name).toBe(newest.name);
  expect(newest.jobs.find(({ job_id }) => job_id === job)!.times).toBeNull();
});

test('unfinished jobs keep their status', async () => {
  const seen: Seen[] = [];
  const client = teuthologyClient(await answering(() => [200, '{}'], seen), never);
  const jobs = planned.flatMap((run) => run.jobs);
  for (const outcome of ['queued', 'waiting', 'running'] as const) {
    seen.length = 0;
    await client.reportJob('r', jobs.find((job) => job.outcome === outcome)!);
    expect(seen.at(-1)?.body.status).toBe(outcome);
  }
});

test('existing locks and locks of other owners are kept', async () => {
  const seen: Seen[] = [];
  const answer = (line: string): [number, string] =>
    line.endsWith('/lock/')
      ? [403, '{"message":"Cannot lock an already-locked node"}']
      : line.startsWith('POST')
        ? [400, '{"message":"Node with name n already exists"}']
        : [200, '{}'];
  const { lab } = teuthologyClient(await answering(answer, seen), never);
  await lab!.lock(['n'], { locked_by: 'me', description: 'd' });
  expect(seen[0]!.body).toEqual({ name: 'n', locked: true, locked_by: 'me', description: 'd' });
  const node = labNodes(1, planned).find(({ locked }) => locked)!;
  expect(await lab!.createNode(node)).toBe('already there');
  for (const key of ['locked', 'locked_by', 'description']) expect(seen.at(-1)!.body).not.toHaveProperty(key);
  expect(seen.at(-1)!.body).toMatchObject({ up: true, machine_type: node.machine_type });
});

test('machines of running jobs are locked, some are down, most are free', () => {
  const runs = planned;
  const nodes = labNodes(1, runs);
  expect(labNodes(1, runs)).toEqual(nodes);
  const locked = nodes.filter((node) => node.locked);
  for (const { locked_by, description } of locked) expect([locked_by, description]).not.toContain(undefined);
  const archives = new Set(
    runs.flatMap(({ name, jobs }) =>
      jobs.filter(({ outcome }) => outcome === 'running').map(({ job_id }) => `${name}/${job_id}`),
    ),
  );
  const ofJobs = locked.filter(({ description }) =>
    archives.has(description!.replace('/home/teuthworker/archive/', '')),
  );
  expect(ofJobs.length).toBeGreaterThan(10);
  expect(locked.length).toBe(ofJobs.length + 3);
  expect(nodes.length - locked.length).toBeGreaterThan(5);
  const down = nodes.filter(({ up }) => !up);
  expect(down).toHaveLength(3);
  expect(down.map(({ name }) => name)).toContain(fqdn(brokenNode));
  for (const node of down) expect(node).not.toHaveProperty('locked');
});

test('fills a server through its second port and counts the machines', async () => {
  const seen: Seen[] = [];
  const teuthologyUrl = await answering(() => [200, '{}'], seen);
  let text = '';
  const write = (part: string) => {
    text += part;
  };
  const url = 'http://paddles.invalid';
  await demo({ url, teuthologyUrl, seed: 1, runs: 1, live: false, signal: never, isTerminal: false, write });
  const nodes = seen.filter(({ line }) => line === 'POST /nodes/').length;
  expect(nodes).toBeGreaterThan(50);
  expect(text).toContain(` jobs, ${nodes} nodes; ${seen.length} requests`);
  expect(text).toContain(`Open ${url}/`);
});
