/** The server under test: a process of its own, started as in production, with `probe.ts` loaded into it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../test/helpers/postgres.ts';
import type { ProbeMessage, ProcessFigures } from './probe.ts';

/** This checkout. */
export const ownCheckout = join(import.meta.dirname, '..');

/** How the server is started. */
export interface ServerOptions {
  url: string;
  /** A folder without a configuration file. */
  folder: string;
  /** The folder of the sources, with its node_modules; this checkout when absent. */
  checkout?: string;
  /** More flags of `paddles serve`. */
  settings?: string[];
  /** Where to write a processor profile when it stops, if anywhere. */
  profile?: string | undefined;
}

/** A running server. */
export interface Server {
  /** Speaks the classic contract. */
  port: number;
  /** Speaks the teuthology contract. */
  secondPort: number;
  /** Asks the probe. */
  ask(message: ProbeMessage): Promise<ProcessFigures>;
  stop(): Promise<void>;
}

/** Starts a server and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { url, folder, checkout = ownCheckout, profile, settings: own = [] } = options;
  const [port, secondPort] = [await freePort(), await freePort()];
  const profiling = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const flags = ['--max-semi-space-size=8', ...profiling, '--import', join(ownCheckout, 'bench/probe.ts')];
  const doors = ['--port', String(port), '--teuthology-port', String(secondPort)];
  const settings = [...doors, '--database', url, '--log-format', 'json', ...own];
  const child = spawn(process.execPath, [...flags, join(checkout, 'src/main.ts'), 'serve', ...settings], {
    cwd: folder,
    env: {
      // A developer's own settings must not reach what is measured.
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PADDLES|SENTRY)_/.test(name))),
      // As bin/paddles has it.
      NODE_COMPILE_CACHE: join(checkout, 'node_modules/.cache/node'),
      MALLOC_ARENA_MAX: '1',
    },
    stdio: ['ignore', openSync('/dev/null', 'w'), 2, 'ipc'],
  });
  await ready(child, port);
  return {
    port,
    secondPort,
    async ask(message) {
      child.send(message);
      const [answer] = await once(child, 'message');
      return answer as ProcessFigures;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  for (let attempt = 0; attempt < 600 && child.exitCode === null; attempt++) {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error('the server under test did not get ready');
}

/** Asks a server past the measurement, for what is needed to measure. */
export function getJson(port: number): (path: string) => Promise<unknown> {
  return async (path) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`);
    return answer.json();
  };
}
