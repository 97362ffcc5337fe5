/**
 * Moves in from a Python server: how fast `paddles import` is, and whether both sides are equal after the worst
 * circumstances, which are dirty rows, kills while it copies, and an old server that goes on while it follows.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { startOwnPostgres } from '../../test/helpers/postgres.ts';
import { plantDirt } from '../../test/takeover/dirt.ts';
import { fillOldLab } from '../../test/takeover/old-lab.ts';
import { connectOld } from '../../test/takeover/old-schema.ts';
import { atLeast, atMost, type Bench, type Line, megabytes, perSecond } from '../bench.ts';
import { asInProduction, memoryOf } from '../server.ts';

const leastPerSecond = { postgres: 2000, sqlite: 4000 };
const mostMemory = 300e6;
const kills = 5;
const changesPerSecond = 20;
/** Runs of a lab have some hundred jobs. */
const jobsOfRun = 250;
/** Every so many jobs one has a row that cannot be copied as it is, of each kind. */
const dirtyEvery = 500;

/** `--jobs` jobs of 8 KB out of an old database, which is on a PostgreSQL server of its own. */
export default async function measureImport({ engine, options, folder, say }: Bench): Promise<Line[]> {
  const server = await startOwnPostgres({ fsync: false, inMemory: false });
  const client = await connectOld(server.url);
  const [fast, hard] = [await engine.createDatabase('fast'), await engine.createDatabase('hard')];
  try {
    const runs = Math.max(1, Math.round(Math.max(...options.jobs) / jobsOfRun));
    const jobs = runs * jobsOfRun;
    await fillOldLab(client, { runs, jobs: jobsOfRun });
    say(`import: filled an old database with ${jobs} jobs`);
    const args = (database: string) => ['--from', server.url, '--database', database, '--report', report(database)];
    const report = (database: string) => join(folder, `${database === fast ? 'fast' : 'hard'}.jsonl`);
    const { code, seconds, peakBytes } = await startImport(args(fast), folder).ended;
    if (code !== 0) throw new Error(`the import ended with ${code}`);

    const expected = await plant(client, jobs);
    const copied = await copyWithKills(args(hard), jobs, folder);
    say(`import: ${copied.verdict}`);
    const [wrong, rows] = differences(readFileSync(report(hard), 'utf8'), expected);
    const followed = await follow(client, args(hard), options.seconds, folder);
    const takeover = (what: string, budget: string, measured: string, ok: boolean, remarks = ''): Line => {
      return { quantity: 'Takeover', what, budget, measured, ok, remarks };
    };
    const fromPython = 'import of jobs of 8 KB from a Python server';
    const of = `${jobs.toLocaleString('en')} jobs`;
    const compared = `import, killed ${kills} times, compared column by column`;
    const all = 'all, and no other';
    const reported = wrong === 0 ? all : `${wrong} lines too few or too many`;
    const following = `following ${changesPerSecond} changes a second`;
    const changes = `${followed.changes.toLocaleString('en')} changes in ${options.seconds} s`;
    return [
      atLeast('Takeover', fromPython, leastPerSecond[engine.name], jobs / seconds, perSecond, of),
      takeover(compared, 'no difference', copied.verdict, copied.code === 0),
      takeover('dirty rows in the report of the import', all, reported, wrong === 0, `${rows} rows or values`),
      takeover(following, 'no difference', followed.verdict, followed.ok, changes),
      atMost('Memory', 'import from a Python server', mostMemory, peakBytes, megabytes),
      atMost('Memory', 'import that compares as well', mostMemory, copied.peakBytes, megabytes),
    ];
  } finally {
    await client.end();
    for (const database of [fast, hard]) await engine.dropDatabase(database);
    await server.stop();
  }
}

/** Starts `paddles import --json`; `jobs` are those that it has copied since it was started. */
function startImport(args: string[], folder: string) {
  const { flags, program, variables } = asInProduction;
  const began = performance.now();
  const child = spawn(process.execPath, [...flags, program, 'import', '--json', ...args], {
    ...{ cwd: folder, env: { ...process.env, ...variables } },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [stdout, peakBytes] = ['', 0];
  child.stdout.on('data', (bytes) => (stdout += bytes));
  // The last look is some milliseconds old when it ends.
  const looks = setInterval(() => (peakBytes = memoryOf(child.pid!)?.peak ?? peakBytes), 50);
  const ended = once(child, 'close').then(([code]) => {
    clearInterval(looks);
    return { code: code as number | null, stdout, seconds: (performance.now() - began) / 1000, peakBytes };
  });
  const jobs = () => Number([...stdout.matchAll(/^\{"runs":.*?"jobs":(\d+)/gm)].at(-1)?.[1] ?? 0);
  return { child, ended, jobs };
}

/** Copies all, killed after each sixth of the jobs; the last attempt compares everything. */
async function copyWithKills(args: string[], jobs: number, folder: string) {
  for (let kill = 1; kill <= kills; kill++) {
    const running = startImport(args, folder);
    while (running.jobs() < jobs / (kills + 1) && running.child.exitCode === null) await sleep(20);
    running.child.kill('SIGKILL');
    await running.ended;
  }
  return compare(args, folder);
}

/** Copies what is missing, and compares everything. */
async function compare(args: string[], folder: string) {
  const { code, stdout, peakBytes } = await startImport([...args, '--verify-all'], folder).ended;
  return { code, peakBytes, verdict: /compared .*$/.exec(stdout.trim())?.[0] ?? `ended with ${code}` };
}

/** How often the report says what of which key. */
type Counts = Map<string, number>;

function count(counts: Counts, key: string | undefined, problem: string, by: number): void {
  const kind = `${key} ${problem}`;
  counts.set(kind, (counts.get(kind) ?? 0) + by);
}

/** Makes rows dirty, all over the jobs; returns what the report has to say. */
async function plant(client: pg.Client, jobs: number): Promise<Counts> {
  const each = (rest: number) => `where id <= ${jobs} and id % ${dirtyEvery} = ${rest}`;
  const spread: [key: string | undefined, problem: string, statement: string][] = [
    ['status', 'is null', `update jobs set status = null ${each(1)}`],
    ['updated', 'is null', `update jobs set updated = null ${each(2)}`],
    ['overrides', 'has NaN or Infinity', `update jobs set overrides = '[NaN]' ${each(3)}`],
    [
      undefined,
      'is left out, because another job of its run has its job_id',
      `insert into jobs (run_id, job_id, status, posted, updated, name)
        select run_id, job_id, 'running', posted, updated, name from jobs ${each(4)}`,
    ],
  ];
  const expected: Counts = new Map();
  for (const [key, problem, statement] of spread) {
    count(expected, key, problem, (await client.query(statement)).rowCount ?? 0);
  }
  for (const { key, problem } of await plantDirt(client)) count(expected, key, problem, 1);
  return expected;
}

/** By how many lines a report differs from what it has to say, and how many those are. */
function differences(report: string, expected: Counts): [wrong: number, expected: number] {
  const rows = [...expected.values()].reduce((sum, times) => sum + times, 0);
  const counts = new Map(expected);
  for (const line of report.trim().split('\n')) {
    const { key, problem } = JSON.parse(line) as { key?: string; problem: string };
    count(counts, key, problem, -1);
  }
  return [[...counts.values()].reduce((sum, times) => sum + Math.abs(times), 0), rows];
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
