/** Child processes that answer one message with one message. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** A child process. */
export interface Child {
  /** Sends a message and resolves with its answer; rejects when the child ends instead. One at a time. */
  ask<Answer>(message: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

type Reply = { value: unknown } | { error: string };

/** Starts a program of this folder that calls `serveParent`. */
export function startChild(file: string, args: string[] = []): Child {
  return start([fileURLToPath(new URL(file, import.meta.url)), ...args], {});
}

/** How the server under test is started. */
export interface ServerOptions {
  url: string;
  /** A folder without a configuration file. */
  folder: string;
  /** Where to write a processor profile at the end, if anywhere. */
  profile?: string;
  /** Also opens the second door. */
  bothDoors?: boolean;
  /** How many processes serve; one when absent. */
  workers?: number;
  /** What its clock says when it starts, in milliseconds since the epoch. */
  clock?: number;
}

/** A server under test and where it listens; without a second door `secondPort` is 0. */
export interface StartedServer {
  child: Child;
  port: number;
  secondPort: number;
}

/** The server under test: a process of its own, logging as in production, with `probe.ts` beside it. */
export async function startServer({
  url,
  folder,
  profile,
  bothDoors,
  workers = 1,
  clock,
}: ServerOptions): Promise<StartedServer> {
  const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
  const port = await freePort();
  const secondPort = bothDoors ? await freePort() : 0;
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const doors = ['--port', String(port), `--teuthology-port=${secondPort || ''}`];
  const clocks = clock === undefined ? [] : ['--import', path('scale/clock.ts')];
  const serve = ['serve', ...doors, '--database', url, '--log-format', 'json', '--workers', String(workers)];
  const flags = ['--max-semi-space-size=8', ...profiling, ...clocks];
  const child = start([...flags, '--import', path('probe.ts'), path('../src/main.ts'), ...serve], {
    cwd: folder,
    stdout: openSync('/dev/null', 'w'),
    settings: {
      // As bin/launch.mjs has it, which `npm run bench` has filled.
      NODE_COMPILE_CACHE: path('../node_modules/.cache/node'),
      MALLOC_ARENA_MAX: '1',
      ...(clock !== undefined && { BENCH_CLOCK: String(clock) }),
    },
  });
  await answers(port);
  return { child, port, secondPort };
}

interface StartOptions {
  cwd?: string;
  stdout?: number;
  /** Environment variables that it gets beside those of this process. */
  settings?: Record<string, string>;
}

function start(args: string[], { cwd, stdout, settings }: StartOptions): Child {
  const env = { ...ownEnvironment(), ...settings };
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', stdout ?? 2, 2, 'ipc'] });
  const ended = once(child, 'exit');
  return {
    ask: <Answer>(message: unknown) => ask<Answer>(child, message),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function ask<Answer>(child: ChildProcess, message: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null) => reject(new Error(`${child.spawnargs.join(' ')} ended (${code})`));
    child.once('exit', gone);
    child.once('message', (reply: Reply) => {
      child.off('exit', gone);
      if ('error' in reply) reject(new Error(reply.error));
      else resolve(reply.value as Answer);
    });
    child.send(message as object, (error) => error && reject(error));
  });
}

/** A developer's own settings must not reach what is measured. */
function ownEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PADDLES_')));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the server under test did not get ready within 10 seconds');
}

/** In a child: answers every message of the parent, and ends with it, however it ends. */
export function serveParent<Message>(
  handle: (message: Message) => unknown,
  leave: () => void = () => process.exit(),
): void {
  process.on('message', async (message: Message) => {
    try {
      process.send?.({ value: await handle(message) });
    } catch (error) {
      process.send?.({ error: String((error as Error).stack) });
    }
  });
  process.on('disconnect', leave);
}
