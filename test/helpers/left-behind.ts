/** Finds processes that tests started and did not stop. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A process that still runs. */
interface Left {
  pid: number;
  command: string;
}

/**
 * Kills what still runs of the processes that have `TEST_RUN=run` in their environment, and returns their command lines.
 * Processes that are ending get some seconds for it. Only Linux tells the environment of processes; elsewhere none is found.
 */
export async function killLeftBehind(run: string): Promise<string[]> {
  let left = running(run);
  for (let attempt = 0; left.length > 0 && attempt < 100; attempt++) {
    await pause(100);
    left = running(run);
  }
  for (const { pid } of left) process.kill(pid, 'SIGKILL');
  return left.map(({ command }) => command);
}

function running(run: string): Left[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0');
        if (!environment.includes(`TEST_RUN=${run}`)) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        return command === '' ? [] : [{ pid: Number(name), command }];
      } catch {
        // It has ended, or belongs to another user.
        return [];
      }
    });
}
