/** Failures to write to standard output, standard error or a log file. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, openSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { complaint, newFolder, runProgram } from '../contracts/program.ts';
import { bundledProgram } from '../helpers/bundle.ts';
import { freePort } from '../helpers/postgres.ts';

const { folder, remove } = newFolder();
afterAll(remove);

interface Started {
  child: ChildProcess;
  url: string;
  /** The output on standard error so far. */
  complaints(): string;
}

/** Starts a server with these descriptors as its output. Waits by polling, because its log may have no reader. */
async function start(stdout: number | 'ignore', stderr: number | 'pipe', args: string[] = []): Promise<Started> {
  const port = await freePort();
  const database = `sqlite:///${join(folder, `${port}.db`)}`;
  const settings = ['--port', String(port), '--teuthology-port', '', '--database', database, ...args];
  const child = spawn(process.execPath, [bundledProgram, 'serve', ...settings], { stdio: ['ignore', stdout, stderr] });
  onTestFinished(() => void child.kill('SIGKILL'));
  for (const descriptor of new Set([stdout, stderr])) if (typeof descriptor === 'number') closeSync(descriptor);
  let complaints = '';
  child.stderr?.on('data', (bytes) => {
    complaints += bytes;
  });
  const url = `http://127.0.0.1:${port}/healthz`;
  await serves(url);
  return { child, url, complaints: () => complaints };
}

async function serves(url: string): Promise<void> {
  const status = () =>
    fetch(url).then(
      (answer) => answer.status,
      () => 0,
    );
  await expect.poll(status, { timeout: 30_000 }).toBe(200);
}

/** Sends SIGTERM and returns the exit code. */
async function stop({ child }: Started): Promise<number | null> {
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');
  return code;
}

describe('a server', () => {
  test.each([
    ['standard output', false],
    ['standard output and standard error', true],
  ])('whose %s cannot be written because the disk is full works, and exits with 0', async (_, both) => {
    const full = openSync('/dev/full', 'w');
    const server = await start(full, both ? full : 'pipe');
    // More than the server buffers before it writes.
    for (let count = 0; count < 50; count++) await fetch(`${server.url}?${'x'.repeat(400)}`);
    await serves(server.url);
    expect(await stop(server)).toBe(0);
    expect(server.complaints()).toMatch(both ? /^$/ : /^paddles: the log cannot be written: ENOSPC[^\n]+\n$/);
  });

  test.each(['standard output', 'log file'])(
    'whose %s loses its reader continues to log when there is a new one',
    async (where) => {
      const fifo = join(folder, where);
      execFileSync('mkfifo', [fifo]);
      let reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
      const isFile = where === 'log file';
      const server = await start(isFile ? 'ignore' : openSync(fifo, 'w'), 'pipe', isFile ? ['--log-file', fifo] : []);
      closeSync(reader);
      await fetch(`${server.url}?lost`);
      const complaint = /^paddles: the log cannot be written: EPIPE[^\n]+\n$/;
      await expect.poll(server.complaints, { timeout: 10_000 }).toMatch(complaint);
      await fetch(`${server.url}?kept`);
      reader = openSync(fifo, 'r');
      let log = '';
      createReadStream(fifo, { fd: reader }).on('data', (bytes) => {
        log += bytes;
      });
      await expect.poll(() => log, { timeout: 10_000 }).toContain('/healthz?kept');
      expect(log.split('\n').every((line) => line === '' || line.endsWith('}'))).toBe(true);
      expect(await stop(server)).toBe(0);
      expect(log).toContain('"stopped"');
    },
  );
});

describe('a command', () => {
  const run = (script: string, ...args: string[]) => runProgram(args, { folder, through: ['sh', '-c', script, 'sh'] });

  test('reports that its output cannot be written', async () => {
    expect(complaint(await run('exec "$@" > /dev/full', '--help'), 1)).toBe(
      'standard output cannot be written: ENOSPC: no space left on device, write',
    );
  });

  test('finishes silently when the reader of its output exits', async () => {
    const script = '("$@"; echo $? >&2) | true';
    expect(await run(script, '--help')).toEqual({ code: 0, stdout: '', stderr: '0\n' });
  });

  test('exits with the right code although its error message cannot be written', async () => {
    expect((await run('exec "$@" 2> /dev/full', 'nonsense')).code).toBe(2);
  });

  test.each([['ndjson'], ['csv']])('stops exporting %s when its output is closed', async (format) => {
    const database = `sqlite:///${join(folder, `${format}.db`)}`;
    const args = ['export', '--format', format, '--database', database];
    await runProgram(['migrate', '--database', database], { folder });
    expect(complaint(await run('exec "$@" > /dev/full', ...args), 1)).toContain('standard output cannot be written');
    // The exit code that shells report for a program killed by SIGPIPE.
    expect((await run('("$@"; echo $? >&2) | true', ...args)).stderr).toBe('141\n');
  });
});
