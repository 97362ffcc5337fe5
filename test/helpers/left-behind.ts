/** Ends processes that tests started and did not stop. They are found by `TEST_RUN` in their environment, on Linux only. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** A running process. */
interface Running {
  pid: number;
  command: string;
}

/** Kills the remaining processes of a run and returns their command lines. Processes that are ending get some seconds. */
export async function killLeftBehind(run: string): Promise<string[]> {
  let left = processesOf(run);
  for (let attempt = 0; left.length > 0 && attempt < 100; attempt++) {
    await pause(100);
    left = processesOf(run);
  }
  kill(left);
  return left.map(({ command }) => command);
}

/** Kills all processes of a run at once. */
export function killNow(run: string): void {
  kill(processesOf(run));
}

function kill(processes: Running[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // The process has ended.
    }
  }
}

function processesOf(run: string): Running[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'latin1').split('\0');
        if (!environment.includes(`TEST_RUN=${run}`)) return [];
        const command = readFileSync(`/proc/${name}/cmdline`, 'latin1').replaceAll('\0', ' ').trim();
        // PostgreSQL stops by itself and removes its data (postgres.ts). A process without a command line has ended.
        return command === '' || /^sh -c|postgres/.test(command) ? [] : [{ pid: Number(name), command }];
      } catch {
        // The process has ended or belongs to another user.
        return [];
      }
    });
}
