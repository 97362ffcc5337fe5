import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Contract } from '../../src/http/app.ts';

/** A real server process. */
export interface ServerProcess {
  /** Its address, without a trailing slash. */
  url: string;
  port: number;
  /** Where it speaks each contract; with `--teuthology-port 0` these are two ports. */
  ports: Partial<Record<Contract, number>>;
  /** What it logged as errors. */
  errors: string[];
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
  const errors: string[] = [];
  const { urls, contracts } = await readyLine(child, errors, () => complaints);
  const url = new URL(urls[0] ?? '').origin;
  return {
    url,
    port: portOf(url),
    ports: Object.fromEntries(Object.entries(contracts).map(([contract, base]) => [contract, portOf(base)])),
    errors,
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

function portOf(url: string): number {
  return Number(new URL(url).port);
}

interface ReadyLine {
  msg: 'ready';
  urls: string[];
  contracts: Record<string, string>;
}

function readyLine(child: ChildProcess, errors: string[], complaints: () => string): Promise<ReadyLine> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // `close` and not `exit`: only then has everything it wrote arrived.
    child.once('close', (code) => {
      reject(new Error(`the server ended with ${code} before it was ready: ${complaints()}`));
    });
    // Read to the end, not only to the line: a full pipe would stop the server.
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const entry = line.startsWith('{') ? (JSON.parse(line) as ReadyLine | LogEntry) : {};
      if ('urls' in entry) resolve(entry);
      else if (isError(entry) && errors.push(line) > 20) errors.shift();
    });
  });
}

/** What tells an error in the log of a server from the rest. */
export interface LogEntry {
  level?: number;
  msg?: string;
  status?: number;
}

/** An answer of 503 is an error only when something failed, which has a line of its own; tests look at the others. */
export function isError({ level = 0, msg, status }: LogEntry): boolean {
  return level >= 50 && !(msg === 'answered' && status === 503);
}
