import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A real server process. */
export interface ServerProcess {
  /** Its address, without a trailing slash. */
  url: string;
  port: number;
  /** Sends a signal and waits for the end; answers the exit code, or the signal that ended it. */
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  isAlive(): boolean;
  /** What it wrote to its standard error: empty, unless it crashed. */
  complaints(): string;
}

/** Starts `paddles serve` on a database and a free port; resolves when it is ready, rejects with what it wrote. */
export async function spawnServer(database: string, settings: string[] = []): Promise<ServerProcess> {
  const main = join(import.meta.dirname, '../../src/main.ts');
  const flags = ['--database', database, '--host', '127.0.0.1', '--port', '0', '--log-format', 'json', ...settings];
  const child = spawn(process.execPath, [main, 'serve', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaints = '';
  child.stderr.on('data', (bytes) => {
    complaints += bytes;
  });
  const url = await readyUrl(child, () => complaints);
  return {
    url,
    port: Number(new URL(url).port),
    async kill(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill(signal);
        await ended;
      }
      return child.exitCode ?? child.signalCode;
    },
    isAlive: () => child.exitCode === null && child.signalCode === null,
    complaints: () => complaints,
  };
}

function readyUrl(child: ChildProcess, complaints: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // `close` and not `exit`: only then has everything it wrote arrived.
    child.once('close', (code) => {
      reject(new Error(`the server ended with ${code} before it was ready: ${complaints()}`));
    });
    // Read to the end, not only to the line: a full pipe would stop the server.
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const entry = line.startsWith('{') ? (JSON.parse(line) as { msg?: string; urls?: string[] }) : {};
      if (entry.msg === 'ready') resolve(new URL(entry.urls?.[0] ?? '').origin);
    });
  });
}
