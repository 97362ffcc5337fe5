/** A server that is asked to stop ends, whatever hangs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, type TestContext, test } from 'vitest';
import { newFolder } from '../contracts/program.ts';
import { startProxy } from '../contracts/proxy.ts';
import { bundledProgram } from '../helpers/bundle.ts';
import { engines } from '../helpers/engines.ts';

/** Of tests that run at the same time each has its own: the imported one may belong to another test. */
type Finish = TestContext['onTestFinished'];

interface Started {
  child: ChildProcess;
  url: string;
}

/** Starts a server; after the line that says that it is ready nobody reads its standard output when `deaf`. */
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

/** Starts a server whose database falls silent while a write is under way. */
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

/** Sends a signal, and another one after `again` milliseconds; answers how many seconds it took to end. */
async function stop({ child }: Started, again: number | null): Promise<number> {
  const ended = once(child, 'exit');
  const begin = performance.now();
  child.kill('SIGTERM');
  if (again !== null) setTimeout(() => child.kill('SIGTERM'), again);
  await ended;
  return (performance.now() - begin) / 1000;
}

/** Seconds: 25, and what a busy machine adds. */
const limit = 30;

describe.concurrent('a server', () => {
  test('whose database hangs ends within 25 seconds', async ({ onTestFinished }) => {
    expect(await stop(await startHanging(onTestFinished), null)).toBeLessThan(limit);
  });

  test('whose database hangs ends at once when it is asked again', async ({ onTestFinished }) => {
    expect(await stop(await startHanging(onTestFinished), 1500)).toBeLessThan(10);
  });

  test.for([1, 2])(
    'with --workers %s whose standard output nobody reads ends soon, and as it should',
    async (workers, { onTestFinished }) => {
      const server = await startDeaf(onTestFinished, workers);
      expect(await stop(server, null)).toBeLessThan(15);
      expect(server.child.exitCode).toBe(0);
    },
  );
});
