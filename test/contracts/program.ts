import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import { bundledProgram } from '../helpers/bundle.ts';

const { PATH = '', NODE_COMPILE_CACHE = '', TEST_RUN = '' } = process.env;

/** A program that has ended. */
export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A line of the server's log. */
export interface LogLine {
  msg: string;
  [key: string]: unknown;
}

/** A running program. */
export interface Program {
  ended: Promise<Finished>;
  pid: number;
  kill(signal: NodeJS.Signals): void;
  /** Resolves to the first log line with this beginning that passes `isIt`; rejects if the program ends without one. */
  said(message: string, isIt?: (line: LogLine) => boolean): Promise<LogLine>;
}

/** How a program is started. Its environment has only these variables and a few of the tests. */
export interface Surroundings {
  folder: string;
  env?: Record<string, string>;
  /** Starts `bin/paddles`, like a process manager. */
  launched?: boolean;
  /** A command that runs the program. */
  through?: string[];
}

/** Creates an empty folder to start programs in. */
export function newFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'paddles-program-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Starts `paddles` with these arguments. */
export function startProgram(
  args: string[],
  { folder, env = {}, launched = false, through = [] }: Surroundings,
): Program {
  const program = launched ? ['../../bin/paddles'] : [process.execPath, bundledProgram];
  const [command = '', ...before] = [...through, ...program.map((part) => resolve(import.meta.dirname, part))];
  const child = spawn(command, [...before, ...args], {
    cwd: folder,
    // The second port stays closed unless a test opens it, because concurrent servers would all use it.
    env: { PATH, NODE_COMPILE_CACHE, TEST_RUN, PADDLES_TEUTHOLOGY_PORT: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stderr.on('data', (bytes) => {
    stderr += bytes;
  });
  child.stdout.on('data', (bytes) => {
    stdout += bytes;
  });
  const ended = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const said: Program['said'] = (message, isIt = () => true) =>
    new Promise<LogLine>((resolve, reject) => {
      const look = () => {
        const line = logLines(stdout).find((each) => each.msg.startsWith(message) && isIt(each));
        if (line) resolve(line);
      };
      child.stdout.on('data', look);
      look();
      ended.then(() => reject(new Error(`ended without saying '${message}': ${stdout}${stderr}`)), reject);
    });
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  return { ended, pid: child.pid ?? 0, kill, said };
}

/** A running server. */
export interface Service extends Program {
  /** Its URL, without a trailing slash. */
  url: string;
  /** The log line that announced it. */
  ready: LogLine;
}

/** Starts `paddles serve` on a free port and waits until it is ready. */
export async function startService(args: string[], surroundings: Surroundings): Promise<Service> {
  const program = startProgram(['serve', '--port', '0', ...args], surroundings);
  const ready = await program.said('ready');
  const url = `http://${ready.listen}`;
  return { ...program, ready, url };
}

/** Runs `paddles` with these arguments until it ends. */
export function runProgram(args: string[], surroundings: Surroundings): Promise<Finished> {
  return startProgram(args, surroundings).ended;
}

/** Parses the complete lines of a log; throws if one is not JSON. */
export function logLines(stdout: string): LogLine[] {
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as LogLine);
}

/** Expects a program to have ended with this code and one sentence, and returns the sentence. */
export function complaint({ code, stdout, stderr }: Finished, expected: number): string {
  expect(code, stdout + stderr).toBe(expected);
  expect(stderr).toMatch(/^paddles: [^\n]+\n$/);
  expect(stderr + stdout).not.toMatch(/^\s+at |\bError:|node_modules|node:internal/m);
  return stderr.slice('paddles: '.length, -1);
}
