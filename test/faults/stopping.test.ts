/** A server that is asked to stop exits, whatever hangs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, type TestContext, test } from 'vitest';
import { newFolder } from '../contracts/program.ts';
import { startProxy } from '../contracts/proxy.ts';
import { bundledProgram } from '../helpers/bundle.ts';
import { engines } from '../helpers/engines.ts';

/** Each concurrent test has its own; the imported one may belong to another test. */
type Finish = TestContext['onTestFinished'];

interface Started {
  child: ChildProcess;
  url: string;
}

/** Starts a server. If `deaf`, its standard output is not read any more once it is ready. */
async function start(database: string, deaf: boolean, onTestFinished: Finish, workers = 1): Promise<Started> {
  const args = [bundledProgram, 'serve', '--port', '0', '--teuthology-port', '', '--database', database];
  args.push('--workers', String(workers));
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const { msg, listen } = JSON.parse(line) as { msg: string; listen: string };
    if (msg !== 'ready') continue;
    if (deaf) child.stdout.pause();
    else child.stdout.resume();
    return { child, url: `http://${listen}` };
  }
  throw new Error('the server ended before it was ready');
}

/** Starts a server whose database stops responding during a write. */
async function startHanging(onTestFinished: Finish): Promise<Started> {
  const database = await (engines.find(({ name }) => name === 'postgres') ?? expect.fail()).createTables();
  const url = new URL(database.url);
  const proxy = await startProxy(Number(url.port));
  url.port = String(proxy.port);
  onTestFinished(async () => {
    proxy.cut();
    await database.drop();
  });
  const server = await start(url.href, false, onTestFinished);
  expect((await fetch(`${server.url}/runs/`, { method: 'POST', body: '{"name": "before"}' })).status).toBe(200);
  proxy.silence();
  for (const name of ['one', 'two'])
    fetch(`${server.url}/runs/`, { method: 'POST', body: JSON.stringify({ name }) }).catch(() => {});
  await expect.poll(() => fetch(`${server.url}/healthz`).then(({ status }) => status)).toBe(200);
  return server;
}

/** Starts a server whose standard output is full. */
async function startDeaf(onTestFinished: Finish, workers: number): Promise<Started> {
  const { folder, remove } = newFolder();
  const database =
    workers > 1 ? await (engines.find(({ name }) => name === 'postgres') ?? expect.fail()).createTables() : null;
  onTestFinished(async () => {
    remove();
    await database?.drop();
  });
  const url = database?.url ?? `sqlite:///${join(folder, 'paddles.db')}`;
  const server = await start(url, true, onTestFinished, workers);
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 50 }, () => fetch(`${server.url}/healthz?${'x'.repeat(400)}`)));
  }
  return server;
}

/** Sends SIGTERM, and a second one after `again` milliseconds. Returns how many seconds the server took to exit. */
async function stop({ child }: Started, again: number | null): Promise<number> {
  const ended = once(child, 'exit');
  const begin = performance.now();
  child.kill('SIGTERM');
  if (again !== null) setTimeout(() => child.kill('SIGTERM'), again);
  await ended;
  return (performance.now() - begin) / 1000;
}

/** The limit in seconds: 25, and some more for a busy machine. */
const limit = 30;

describe.concurrent('a server', () => {
  test('whose database hangs exits within 25 seconds', async ({ onTestFinished }) => {
    expect(await stop(await startHanging(onTestFinished), null)).toBeLessThan(limit);
  });

  test('whose database hangs exits at once on a second signal', async ({ onTestFinished }) => {
    expect(await stop(await startHanging(onTestFinished), 1500)).toBeLessThan(10);
  });

  test.for([1, 2])(
    'with --workers %s whose standard output is not read exits soon with 0',
    async (workers, { onTestFinished }) => {
      const server = await startDeaf(onTestFinished, workers);
      expect(await stop(server, null)).toBeLessThan(15);
      expect(server.child.exitCode).toBe(0);
    },
  );
});
