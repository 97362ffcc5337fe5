import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Contract } from '../../src/http/app.ts';
import { bundledProgram } from './bundle.ts';

/** A server process. */
export interface ServerProcess {
  /** Its URL, without a trailing slash. */
  url: string;
  port: number;
  /** The port of each contract; two ports with `--teuthology-port 0`. */
  ports: Partial<Record<Contract, number>>;
  /** The errors that it logged. */
  errors: string[];
  /** Sends a signal and waits for the end. Resolves to the exit code, or to the signal that ended the process. */
  kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  isAlive(): boolean;
  /** What it wrote to standard error; empty unless it crashed. */
  complaints(): string;
}

/** Starts `paddles serve` on a database and a free port. Resolves when it is ready; rejects with its output if it ends. */
export async function spawnServer(database: string, settings: string[] = []): Promise<ServerProcess> {
  const flags = ['--database', database, '--host', '127.0.0.1', '--port', '0', '--log-format', 'json', ...settings];
  // Variables of the tests are not settings, so the server would warn about them.
  const ofTests = /^PADDLES_(DATA|FUZZ_SEED|TEST_\w+)$/;
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => !ofTests.test(key)));
  const child = spawn(process.execPath, [bundledProgram, 'serve', ...flags], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
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
    // `close` is emitted after all output, but `exit` can be emitted earlier.
    child.once('close', (code) => {
      reject(new Error(`the server ended with ${code} before it was ready: ${complaints()}`));
    });
    // Keep reading after this line: a full pipe would block the server.
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      const entry = line.startsWith('{') ? (JSON.parse(line) as ReadyLine | LogEntry) : {};
      if ('urls' in entry) resolve(entry);
      else if (isError(entry) && errors.push(line) > 20) errors.shift();
    });
  });
}

/** The parts of a log entry that decide whether it is an error. */
export interface LogEntry {
  level?: number;
  msg?: string;
  status?: number;
}

/** True for an error. An answer of 503 is not an error, because a failure behind it has its own log entry. */
export function isError({ level = 0, msg, status }: LogEntry): boolean {
  return level >= 50 && !(msg === 'answered' && status === 503);
}
