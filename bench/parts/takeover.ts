/** Copies the database of a Python server with `paddles import`, and watches its memory. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../../test/helpers/postgres.ts';
import { fillOldLab } from '../../test/takeover/old-lab.ts';
import { connectOld } from '../../test/takeover/old-schema.ts';
import { type Bench, type Line, megabytes, perSecond } from '../bench.ts';
import { postgresEngine } from '../database.ts';
import { ownCheckout } from '../server.ts';

const leastPerSecond = { postgres: 2000, sqlite: 4000 };
const mostMemory = 300e6;

/** Runs of a lab have some hundred jobs. */
const jobsOfRun = 250;

/** `--jobs` jobs of 8 KB out of an old database, which is on a PostgreSQL server of its own. */
export default async function measureTakeover(bench: Bench): Promise<Line[]> {
  const { engine, options, folder, say } = bench;
  const server = await startPostgres({ fsync: false });
  const old = await postgresEngine(server.url);
  const [source, target] = [await old.createDatabase('old'), await engine.createDatabase('takeover')];
  try {
    const client = await connectOld(source);
    const runs = Math.max(1, Math.round(Math.max(...options.jobs) / jobsOfRun));
    await fillOldLab(client, { runs, jobs: jobsOfRun });
    await client.end();
    say(`takeover: filled an old database with ${runs} runs of ${jobsOfRun} jobs`);
    const { seconds, cpuSeconds, peakBytes } = await runImport({ source, target, folder });
    const rate = (runs * jobsOfRun) / seconds;
    say(`takeover: ${Math.round(seconds)} s, of which its process worked ${Math.round(cpuSeconds)} s`);
    const least = leastPerSecond[engine.name];
    const perProcessor = perSecond((runs * jobsOfRun) / cpuSeconds);
    return [
      {
        quantity: 'Writes',
        what: 'import of jobs of 8 KB from a Python server',
        budget: `≥ ${perSecond(least)}`,
        measured: perSecond(rate),
        ok: rate >= least,
        remarks: `${perProcessor} of its processor time`,
      },
      {
        quantity: 'Memory',
        what: 'import from a Python server',
        budget: `≤ ${megabytes(mostMemory)}`,
        measured: megabytes(peakBytes),
        ok: peakBytes <= mostMemory,
      },
    ];
  } finally {
    await engine.dropDatabase(target);
    await server.stop();
  }
}

async function runImport({ source, target, folder }: { source: string; target: string; folder: string }) {
  const began = performance.now();
  const args = ['import', '--from', source, '--database', target, '--report', join(folder, 'report.jsonl')];
  // As bin/paddles starts it.
  const child = spawn(process.execPath, ['--max-semi-space-size=8', join(ownCheckout, 'src/main.ts'), ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  let [cpuSeconds, peakBytes] = [0, 0];
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
  const [code] = await once(child, 'exit');
  clearInterval(looks);
  if (code !== 0) throw new Error(`the import ended with ${code}`);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds, peakBytes };
}
