/** The log in a file. */
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { complaint, newFolder, runProgram, startProgram } from './program.ts';

test.each(['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const)(
  '%s reopens the log file and does not stop the server',
  async (signal) => {
    const { folder, remove } = newFolder();
    const file = join(folder, 'paddles.log');
    const has = (path: string, text: string) => existsSync(path) && readFileSync(path, 'utf8').includes(text);
    const program = startProgram(['serve', '--port', '0', '--log-file', file], { folder });
    try {
      await expect.poll(() => has(file, '"ready"'), { timeout: 30_000 }).toBe(true);
      const ready =
        readFileSync(file, 'utf8')
          .split('\n')
          .find((line) => line.includes('"ready"')) ?? '{}';
      const url = `http://${(JSON.parse(ready) as { listen: string }).listen}`;
      renameSync(file, `${file}.1`);
      program.kill(signal);
      await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true);
      expect((await fetch(`${url}/healthz?after`)).status).toBe(200);
      await expect.poll(() => has(file, '/healthz?after'), { timeout: 10_000 }).toBe(true);
      expect(has(`${file}.1`, '/healthz?after')).toBe(false);
      program.kill('SIGTERM');
      expect(await program.ended).toMatchObject({ code: 0, stdout: '' });
      expect(has(file, '"stopped"')).toBe(true);
      expect(complaint(await runProgram(['serve', '--port', '0', '--log-file', '.'], { folder }), 2)).toContain(
        'log file .',
      );
    } finally {
      program.kill('SIGKILL');
      await program.ended;
      remove();
    }
  },
);
