/** `paddles serve --workers N`: several processes on one port with one PostgreSQL database. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Engine, engines } from '../helpers/engines.ts';
import { complaint, newFolder, runProgram, type Service, startProgram, startService } from './program.ts';

const engine = engines.find(({ name }) => name === 'postgres') as Engine;
const run = 'teuthology-2026-11-20_20:00:00-rados-main-distro-default-smithi';

let folder: string;
let remove: () => void;

beforeEach(() => {
  ({ folder, remove } = newFolder());
});
afterEach(() => remove());

async function start(workers: number): Promise<Service> {
  const database = await engine.createTables();
  const args = ['--workers', String(workers), '--contract', 'teuthology', '--database', database.url];
  const service = await startService(args, { folder });
  onTestFinished(async () => {
    service.kill('SIGTERM');
    await service.ended;
    await database.drop();
  });
  return service;
}

/** Sends a request on a new connection, so that any worker can receive it. */
async function send(
  service: Service,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: unknown }> {
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(service.url + path, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, json: await answer.json().catch(() => null) };
}

const workersOf = ({ pid }: Service) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

describe('workers', () => {
  test('create each job once and all show the same counts', async () => {
    const service = await start(2);
    expect(service.ready).toMatchObject({ workers: 2 });
    const posts = Array.from({ length: 60 }, (_, index) =>
      send(service, 'POST', `/runs/${run}/jobs/`, { job_id: index % 20, status: 'queued' }),
    );
    const statuses = (await Promise.all(posts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(20);
    expect(statuses.filter((status) => status === 400)).toHaveLength(40);
    const puts = Array.from({ length: 60 }, (_, index) =>
      send(service, 'PUT', `/runs/${run}/jobs/${index % 20}/`, { status: index < 20 ? 'running' : 'pass' }),
    );
    expect((await Promise.all(puts)).every(({ status }) => status === 200)).toBe(true);
    const { json } = await send(service, 'GET', `/runs/${run}/`);
    const { results, jobs } = json as { results: Record<string, number>; jobs: { status: string }[] };
    expect(results.total).toBe(20);
    for (const status of ['pass', 'running', 'queued']) {
      expect(results[status]).toBe(jobs.filter((job) => job.status === status).length);
    }
  });

  test.skipIf(!existsSync('/proc/self/task'))('are restarted when one dies, and end together', async () => {
    const service = await start(2);
    const before = workersOf(service);
    expect(before).toHaveLength(2);
    const mayOpen = (files: number) => execFileSync('prlimit', ['--pid', String(service.pid), `--nofile=${files}:`]);
    mayOpen(4);
    process.kill(before[0]!, 'SIGKILL');
    await service.said('a worker ended');
    await service.said('a worker cannot be started');
    mayOpen(1024);
    await vi.waitFor(() => expect(workersOf(service).filter((pid) => !before.includes(pid))).toHaveLength(1), 60_000);
    await vi.waitFor(async () => expect((await send(service, 'GET', '/runs/')).status).toBe(200), 60_000);
    service.kill('SIGTERM');
    expect(await service.ended).toMatchObject({ code: 0 });
  });

  test('are refused for SQLite, and report only once that they wait for a database', async () => {
    const sqlite = await runProgram(['serve', '--port', '0', '--workers', '2'], { folder });
    expect(complaint(sqlite, 2)).toMatch(/--workers needs PostgreSQL/);
    const waiting = startProgram(
      ['serve', '--port', '0', '--workers', '2', '--database', 'postgresql://nobody@127.0.0.1:9/none'],
      { folder },
    );
    const { err } = await waiting.said('waiting for the database');
    expect(err).toMatchObject({ message: expect.stringMatching(/no PostgreSQL answers/) });
    waiting.kill('SIGTERM');
    const { code, stdout } = await waiting.ended;
    expect([code, stdout.match(/waiting for the database/g)]).toEqual([0, ['waiting for the database']]);
  });
});
