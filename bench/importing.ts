/** An old database of any size, and `paddles import` as a process that is watched. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { fillOldLab } from '../test/takeover/old-lab.ts';
import { ownCheckout } from './server.ts';

/** Runs of a lab have some hundred jobs. */
const jobsOfRun = 250;

/** Jobs that are planned; more are copies of them. */
const mostPlanned = 10_000;

/** Fills an old database with about this many jobs of 8 KB; returns how many. */
export async function fillLab(client: pg.Client, jobs: number): Promise<number> {
  const runs = Math.max(1, Math.round(Math.min(jobs, mostPlanned) / jobsOfRun));
  await fillOldLab(client, { runs, jobs: jobsOfRun });
  const planned = runs * jobsOfRun;
  const copies = Math.max(0, Math.round(jobs / planned) - 1);
  for (let copy = 1; copy <= copies; copy++) {
    await copyRows(client, 'runs', { id: `id + ${copy * runs}`, name: `name || '-copy-${copy}'` });
    await copyRows(client, 'jobs', { id: `id + ${copy * planned}`, run_id: `run_id + ${copy * runs}` }, planned);
    await client.query(
      `insert into job_nodes (node_id, job_id) select node_id, job_id + ${copy * planned} from job_nodes where job_id <= ${planned}`,
    );
  }
  const [lastRun, lastJob] = [runs * (copies + 1), planned * (copies + 1)];
  await client.query(`select setval('runs_id_seq', ${lastRun}), setval('jobs_id_seq', ${lastJob})`);
  await client.query('analyze');
  return lastJob;

  async function copyRows(sql: pg.Client, table: string, changed: Record<string, string>, last = runs): Promise<void> {
    const { rows } = await sql.query(
      `select attname as name from pg_attribute where attrelid = '${table}'::regclass and attnum > 0`,
    );
    const names = rows.map(({ name }) => `"${name}"`).join(', ');
    const values = rows.map(({ name }) => changed[name] ?? `"${name}"`).join(', ');
    await sql.query(`insert into ${table} (${names}) select ${values} from ${table} where id <= ${last}`);
  }
}

/** A running import. */
export interface Import {
  child: ChildProcess;
  /** Resolves to its exit code, what it printed, and what it took so far. */
  ended: Promise<{ code: number | null; stdout: string; seconds: number; cpuSeconds: number; peakBytes: number }>;
  /** Jobs that it has copied since it was started. */
  jobs(): number;
}

/** Starts `paddles import --json` as bin/paddles does. */
export function startImport(args: string[], folder: string): Import {
  const began = performance.now();
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=8', join(ownCheckout, 'src/main.ts'), 'import', '--json', ...args],
    { cwd: folder, env: { ...process.env, MALLOC_ARENA_MAX: '1' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let [stdout, cpuSeconds, peakBytes] = ['', 0, 0];
  child.stdout.on('data', (bytes) => (stdout += bytes));
  // The last look is some milliseconds old when it ends.
  const looks = setInterval(() => {
    try {
      const [, user = '0', system = '0'] =
        /\) \S+(?: \S+){10} (\d+) (\d+)/.exec(readFileSync(`/proc/${child.pid}/stat`, 'utf8')) ?? [];
      cpuSeconds = (Number(user) + Number(system)) / 100;
      const kilobytes = /VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
      // A process that is ending has no memory any more.
      if (kilobytes !== undefined) peakBytes = Number(kilobytes) * 1024;
    } catch {
      // It has ended.
    }
  }, 50);
  const ended = once(child, 'close').then(([code]) => {
    clearInterval(looks);
    return { code, stdout, seconds: (performance.now() - began) / 1000, cpuSeconds, peakBytes };
  });
  const jobs = () => Number([...stdout.matchAll(/^\{"runs":.*?"jobs":(\d+)/gm)].at(-1)?.[1] ?? 0);
  return { child, ended, jobs };
}
