/** Moves a lab with dirty rows under the worst circumstances: killed while it copies, then written to while it follows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { startPostgres } from '../../test/helpers/postgres.ts';
import { plantDirt } from '../../test/takeover/dirt.ts';
import { connectOld } from '../../test/takeover/old-schema.ts';
import { type Bench, type Line, megabytes } from '../bench.ts';
import { postgresEngine } from '../database.ts';
import { fillLab, startImport } from '../importing.ts';

const kills = 5;
const mostMemory = 300e6;
const changesPerSecond = 20;

/** Every so many jobs one has a row that cannot be copied as it is, of each kind. */
const dirtyEvery = 500;

/** `--jobs` jobs, copied with kills in between and compared; then `--seconds` of following. */
export default async function measureMoving({ engine, options, folder, say }: Bench): Promise<Line[]> {
  const server = await startPostgres({ fsync: false, inMemory: false });
  const old = await postgresEngine(server.url);
  const [source, target] = [await old.createDatabase('old'), await engine.createDatabase('moving')];
  const client = await connectOld(source);
  try {
    const jobs = await fillLab(client, Math.max(...options.jobs));
    const planted = await plantDirt(client);
    const dirty = [...(await spreadDirt(client, jobs)), ...planted.map(({ key, problem }) => ({ key, problem }))];
    say(`moving: filled an old database with ${jobs} jobs and ${dirty.length} values or rows that are dirty`);
    const report = join(folder, 'moving.jsonl');
    const args = ['--from', source, '--database', target, '--report', report];

    const { code, verdict, peakBytes } = await copyWithKills(args, jobs, folder);
    say(`moving: ${verdict}`);
    const missing = missingIn(readFileSync(report, 'utf8'), dirty);

    const followed = await follow(client, args, options.seconds, folder);
    say(`moving: ${followed.verdict}`);
    return [
      {
        quantity: 'Takeover',
        what: `import, killed ${kills} times, compared column by column`,
        budget: 'no difference',
        measured: verdict,
        ok: code === 0,
      },
      {
        quantity: 'Takeover',
        what: 'dirty rows in the report of the import',
        budget: 'all, and no other',
        measured: missing === 0 ? 'all, and no other' : `${missing} lines too few or too many`,
        ok: missing === 0,
        remarks: `${dirty.length.toLocaleString('en')} rows or values`,
      },
      {
        quantity: 'Takeover',
        what: `following ${changesPerSecond} changes a second`,
        budget: 'no difference',
        measured: followed.verdict,
        ok: followed.ok,
        remarks: `${followed.changes.toLocaleString('en')} changes in ${options.seconds} s`,
      },
      {
        quantity: 'Memory',
        what: 'import that compares as well',
        budget: `≤ ${megabytes(mostMemory)}`,
        measured: megabytes(peakBytes),
        ok: peakBytes <= mostMemory,
      },
    ];
  } finally {
    await client.end();
    await engine.dropDatabase(target);
    await server.stop();
  }
}

/** Copies all, killed after each sixth of the jobs; the last attempt compares everything. */
async function copyWithKills(args: string[], jobs: number, folder: string) {
  let peak = 0;
  for (let kill = 1; kill <= kills; kill++) {
    const running = startImport(args, folder);
    while (running.jobs() < jobs / (kills + 1) && running.child.exitCode === null) await sleep(20);
    running.child.kill('SIGKILL');
    peak = Math.max(peak, (await running.ended).peakBytes);
  }
  return compare(args, folder, peak);
}

/** Copies what is missing, and compares everything. */
async function compare(args: string[], folder: string, peak = 0) {
  const { code, stdout, peakBytes } = await startImport([...args, '--verify-all'], folder).ended;
  const verdict = /compared .*$/.exec(stdout.trim())?.[0] ?? `ended with ${code}`;
  return { code, verdict, peakBytes: Math.max(peak, peakBytes) };
}

/** What the report is to say of a job; without an id, of some row. */
interface Dirty {
  id?: number;
  key?: string | undefined;
  problem: string;
}

async function spreadDirt(client: pg.Client, jobs: number): Promise<Dirty[]> {
  const each = (rest: number) => `id <= ${jobs} and id % ${dirtyEvery} = ${rest}`;
  const change = async (set: string, rest: number, dirty: Omit<Dirty, 'id'>): Promise<Dirty[]> => {
    const { rows } = await client.query(`update jobs set ${set} where ${each(rest)} returning id`);
    return rows.map(({ id }) => ({ id, ...dirty }));
  };
  const twice = await client.query(`insert into jobs (run_id, job_id, status, posted, updated, name)
    select run_id, job_id, 'running', posted, updated, name from jobs where ${each(4)} returning id`);
  return [
    ...(await change('status = null', 1, { key: 'status', problem: 'is null' })),
    ...(await change('updated = null', 2, { key: 'updated', problem: 'is null' })),
    ...(await change("overrides = '[NaN]'", 3, { key: 'overrides', problem: 'has NaN or Infinity' })),
    ...twice.rows.map(() => ({ problem: 'is left out, because another job of its run has its job_id' })),
  ];
}

/** By how many lines a report differs from what it has to say. */
function missingIn(report: string, dirty: Dirty[]): number {
  const counts = new Map<string, number>();
  const count = ({ id, key, problem }: Dirty, step: number) => {
    // Whether one of the two jobs or the other is left out depends on which has ended.
    const known = id !== undefined && dirtyIds.has(id) ? id : '';
    const kind = [known, key, problem].join('|');
    counts.set(kind, (counts.get(kind) ?? 0) + step);
  };
  const dirtyIds = new Set(dirty.map(({ id }) => id));
  for (const one of dirty) count(one, 1);
  for (const line of report.trim().split('\n')) count(JSON.parse(line), -1);
  return [...counts.values()].reduce((sum, difference) => sum + Math.abs(difference), 0);
}

/** Changes the old database while the import follows it; then stops both, and compares everything once more. */
async function follow(client: pg.Client, args: string[], seconds: number, folder: string) {
  const every = Math.max(1, Math.min(60, Math.round(seconds / 10)));
  const follower = startImport([...args, '--follow', '--every', `${every}s`], folder);
  const end = performance.now() + seconds * 1000;
  let changes = 0;
  for (const began = performance.now(); performance.now() < end && follower.child.exitCode === null; changes++) {
    await client.query(changeText(changes));
    await sleep(Math.max(0, began + (changes * 1000) / changesPerSecond - performance.now()));
  }
  follower.child.kill('SIGTERM');
  const { code } = await follower.ended;
  const { code: equal, verdict } = await compare(args, folder);
  return { changes, verdict, ok: code === 0 && equal === 0 };
}

/** What an old server writes. */
function changeText(change: number): string {
  const some = `(select id from jobs where id >= (select max(id) * random() from jobs) order by id limit 1)`;
  const texts = [
    `update jobs set status = 'dead', updated = now() where id = ${some}`,
    `update jobs set failure_reason = 'changed ${change}', updated = now() where id = ${some}`,
    `insert into runs (name, posted, scheduled, status) values ('moving-${change}', now(), now(), 'running')`,
    `insert into jobs (run_id, job_id, status, posted, updated, name)
      select max(id), 'moving-${change}', 'running', now(), now(), max(name) from runs`,
    `update nodes set locked = not locked, locked_by = 'ana', locked_since = now() where id = (select min(id) + ${change % 20} from nodes)`,
    `delete from jobs where id = ${some}`,
    `update queue set paused_by = 'ana ${change}', paused_until = now() where queue = 'smithi'`,
    `update runs set updated = now() where id = (select run_id from jobs where id = ${some})`,
  ];
  return texts[change % texts.length] as string;
}
