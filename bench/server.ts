/** The server under test: a process of its own, started as in production, with `probe.ts` loaded into it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../test/helpers/postgres.ts';
import type { Bench } from './bench.ts';
import { connect } from './database.ts';
import { fillLab, type LabSize } from './lab.ts';
import type { ProbeMessage } from './probe.ts';

const checkout = join(import.meta.dirname, '..');

/** Flags and variables of a process of the program, as bin/paddles has them. */
export const asInProduction = {
  flags: ['--max-semi-space-size=8'],
  program: join(checkout, 'src/main.ts'),
  variables: {
    NODE_COMPILE_CACHE: join(checkout, 'node_modules/.cache/node'),
    MALLOC_ARENA_MAX: '1',
    MALLOC_MMAP_THRESHOLD_: '1048576',
    MALLOC_TRIM_THRESHOLD_: '4194304',
  },
};

/** A running server. */
export interface Server {
  /** Speaks the classic contract. */
  port: number;
  /** Speaks the teuthology contract. */
  secondPort: number;
  /** How long its event loop was blocked at most during some work, in milliseconds. */
  blockDuring(work: () => Promise<unknown>): Promise<number>;
  memory(): Memory;
  stop(): Promise<void>;
}

/** The memory of a process in bytes, now and at most. */
interface Memory {
  now: number;
  peak: number;
}

/** Reads the memory of a process from /proc, so on Linux only; null when it has ended. */
export function memoryOf(pid: number): Memory | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (key: string) => Number(new RegExp(`${key}:\\s*(\\d+)`).exec(status)![1]) * 1024;
    return { now: bytes('VmRSS'), peak: bytes('VmHWM') };
  } catch {
    return null;
  }
}

/** Starts a server on a database, in a folder without a configuration file, and waits until it is ready. */
export async function startServer(url: string, folder: string, settings: string[] = []): Promise<Server> {
  const [port, secondPort] = [await freePort(), await freePort()];
  const { flags, program, variables } = asInProduction;
  const doors = ['--port', String(port), '--teuthology-port', String(secondPort)];
  const own = [...doors, '--database', url, '--log-format', 'json', ...settings];
  const child = spawn(
    process.execPath,
    [...flags, '--import', join(import.meta.dirname, 'probe.ts'), program, 'serve', ...own],
    {
      cwd: folder,
      // A developer's own settings must not reach what is measured.
      env: {
        ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(PADDLES|SENTRY)_/.test(name))),
        ...variables,
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const isReady = async () => (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null))?.ok === true;
  for (let attempt = 0; !(await isReady()); attempt++) {
    if (attempt === 600 || child.exitCode !== null) {
      child.kill('SIGKILL');
      throw new Error('the server under test did not get ready');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const ask = async (message: ProbeMessage): Promise<number> => {
    child.send(message);
    return (await once(child, 'message'))[0];
  };
  return {
    port,
    secondPort,
    async blockDuring(work) {
      await ask('watch');
      await work();
      return ask('tell');
    },
    memory: () => memoryOf(child.pid!) ?? { now: Number.NaN, peak: Number.NaN },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Works with a server on a database of its own, which is filled with a lab of `size` if one is given. */
export async function withServer<Made>(
  { engine, folder, say }: Bench,
  label: string,
  size: LabSize | null,
  work: (server: Server, url: string) => Promise<Made>,
): Promise<Made> {
  const url = await engine.createDatabase(label);
  let server = await startServer(url, folder);
  try {
    if (size !== null) {
      const sql = await connect(url);
      await fillLab(`http://127.0.0.1:${server.secondPort}`, sql, size, say);
      await sql.close();
      // A server does not hear of copies.
      await server.stop();
      server = await startServer(url, folder);
    }
    return await work(server, url);
  } finally {
    await server.stop();
    await engine.dropDatabase(url);
  }
}

/** Sends a request past the measurement. Throws when it is not answered with 2xx. */
export async function send(port: number, path: string, method = 'GET', body: string | null = null): Promise<Response> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method, body });
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${await answer.text()}`);
  return answer;
}

/** Asks for JSON past the measurement. */
export async function getJson(port: number, path: string): Promise<unknown> {
  return (await send(port, path)).json();
}
