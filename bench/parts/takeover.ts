/** Copies the database of a Python server with `paddles import`, and watches its memory. */
import { join } from 'node:path';
import { startPostgres } from '../../test/helpers/postgres.ts';
import { connectOld } from '../../test/takeover/old-schema.ts';
import { type Bench, type Line, megabytes, perSecond } from '../bench.ts';
import { postgresEngine } from '../database.ts';
import { fillLab, startImport } from '../importing.ts';

const leastPerSecond = { postgres: 2000, sqlite: 4000 };
const mostMemory = 300e6;

/** `--jobs` jobs of 8 KB out of an old database, which is on a PostgreSQL server of its own. */
export default async function measureTakeover(bench: Bench): Promise<Line[]> {
  const { engine, options, folder, say } = bench;
  const server = await startPostgres({ fsync: false, inMemory: false });
  const old = await postgresEngine(server.url);
  const [source, target] = [await old.createDatabase('old'), await engine.createDatabase('takeover')];
  try {
    const client = await connectOld(source);
    const jobs = await fillLab(client, Math.max(...options.jobs));
    await client.end();
    say(`takeover: filled an old database with ${jobs} jobs`);
    const args = ['--from', source, '--database', target, '--report', join(folder, 'report.jsonl')];
    const { code, seconds, cpuSeconds, peakBytes } = await startImport(args, folder).ended;
    if (code !== 0) throw new Error(`the import ended with ${code}`);
    const rate = jobs / seconds;
    say(`takeover: ${Math.round(seconds)} s, of which its process worked ${Math.round(cpuSeconds)} s`);
    const least = leastPerSecond[engine.name];
    return [
      {
        quantity: 'Takeover',
        what: 'import of jobs of 8 KB from a Python server',
        budget: `≥ ${perSecond(least)}`,
        measured: perSecond(rate),
        ok: rate >= least,
        remarks: `${perSecond(jobs / cpuSeconds)} of its processor time; ${jobs.toLocaleString('en')} jobs`,
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
