/** The command line of the demo, tested with real processes and without a server. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const closedPort = 'http://127.0.0.1:9';

function runDemo(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args], (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

test.each([
  ['--seed', 'abc', "--seed needs a whole number from 0 to 1000000, not 'abc'"],
  ['--runs', 'abc', "--runs needs a whole number from 1 to 1000000, not 'abc'"],
  ['--runs', '0', "--runs needs a whole number from 1 to 1000000, not '0'"],
  ['--runs', '', "--runs needs a whole number from 1 to 1000000, not ''"],
  ['--teuthology-url', 'here', "--teuthology-url: 'here' is not the URL of a server"],
  ['--rnus', '3', "Unknown option '--rnus'"],
])('rejects %s %j before it contacts a server', async (flag, value, sentence) => {
  const { code, stdout, stderr } = await runDemo('--url', closedPort, flag, value);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(`paddles: ${sentence}`);
});

test('rejects an invalid URL', async () => {
  const { code, stderr } = await runDemo('--url', 'here');
  expect([code, stderr]).toEqual([2, expect.stringContaining("--url: 'here' is not the URL of a server")]);
});

test('exits with code 1 if no server answers', async () => {
  const { code, stderr } = await runDemo('--url', closedPort);
  expect([code, stderr]).toEqual([1, expect.stringContaining(`cannot reach the server at ${closedPort}`)]);
});

test('prints its flags for --help', async () => {
  const { code, stdout } = await runDemo('--help');
  expect(code).toBe(0);
  for (const flag of ['--url URL', '--teuthology-url URL', '--seed NUMBER', '--runs NUMBER', '--live', '--port NUMBER'])
    expect(stdout).toContain(flag);
  expect(stdout).not.toContain('--database');
});
