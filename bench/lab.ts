/** A lab of any size: some runs are sent through the API as the demo does, the others are copies of them, made in SQL. */
import { teuthologyClient } from '../demo/client.ts';
import { fill } from '../demo/fill.ts';
import { createRandom, hex } from '../demo/random.ts';
import { type PlannedRun, planRuns } from '../demo/runs.ts';
import { machineTypes } from '../demo/vocabulary.ts';
import type { Row, Sql } from './database.ts';

/** How large a lab is. */
export interface LabSize {
  /** Runs that have ended; four more are under way. */
  runs: number;
  /** Jobs of each of them. */
  jobs: number;
  /** How many of them are sent through the API; the others are copies. */
  sent: number;
  /** Leaves out what is large in job documents. */
  smallDocuments?: boolean;
}

const seed = 1;
const runsOfNight = 4;

/**
 * Fills the empty database of a server. `address` is where it speaks the teuthology contract, `sql` a connection of its
 * own. The server has to be started again afterwards: it does not hear of the copies.
 */
export async function fillLab(address: string, sql: Sql, size: LabSize, say: (line: string) => void): Promise<void> {
  const { runs, jobs, sent, smallDocuments = false } = size;
  const { signal } = new AbortController();
  const client = teuthologyClient(address, signal);
  const nights = Math.ceil(Math.min(runs, sent) / runsOfNight);
  const planned = planRuns({ seed, runs: (nights + 1) * runsOfNight, now: new Date(), days: nights + 1, jobs });
  const send = (some: PlannedRun[]) => fill(client, smallDocuments ? some.map(withoutBulk) : some, { seed, signal });
  const ended = planned.filter((run) => run.jobs.every(({ outcome }) => /^(pass|fail|dead)$/.test(outcome)));
  for (const queue of Object.keys(machineTypes)) {
    await fetch(`${address}/queue/`, { method: 'POST', body: JSON.stringify({ queue }) });
  }
  say(`sending ${ended.length} runs of ${jobs} jobs`);
  await send(ended.slice(0, runs));
  if (runs > ended.length) await copyRuns(sql, runs, say);
  // Last, so that unfinished runs have the newest times and the highest ids.
  await send(planned.filter((run) => !ended.includes(run)));
  // Does now what the engine would otherwise do in the background during a measurement.
  await sql.query(sql.engine === 'postgres' ? 'vacuum analyze' : 'pragma wal_checkpoint(truncate)');
}

/** Gives every fourth job a rare description; small runs would otherwise all have the same few. */
function withoutBulk(run: PlannedRun): PlannedRun {
  const jobs = run.jobs.map(({ document, summary, ...job }, index) => {
    const description = `${document.description}${index % 4 > 0 ? '' : ` ${run.sha1.slice(0, 8)}`}`;
    const ended = Object.keys(summary).length > 0;
    return {
      ...job,
      document: { ...document, description, overrides: {}, tasks: [] },
      summary: ended ? { ...summary, description } : {},
    };
  });
  return { ...run, jobs };
}

/** The largest lab known reports 2,400 jobs a day: about five runs of 500. */
const hoursBetweenRuns = 5;
const hour = 3_600_000_000;
/** Each transaction writes so many runs. */
const batch = 20;

const ofRun = { name: 'copies.name', branch: 'copies.branch', sha1: 'copies.sha1' };
/** Runs are some thousands of jobs apart: numbers of jobs do not meet. */
const number = (column: string) => `cast(cast(old.${column} as bigint) + job_number_shift as text)`;

/** Where the copied rows of a table come from, and the columns that differ from the original; times are moved as a whole. */
const copied: [table: string, from: string, order: string, columns: Record<string, string>][] = [
  [
    'runs',
    'copies join runs as old on old.id = old_run',
    'new_run',
    { ...ofRun, id: 'new_run', first_job: number('first_job') },
  ],
  [
    'jobs',
    'copies join jobs as old on old.run_id = old_run',
    'new_run, old.id',
    { ...ofRun, id: 'old.id + job_shift', run_id: 'new_run', job_id: number('job_id') },
  ],
  [
    'job_documents',
    'copies join jobs on jobs.run_id = old_run join job_documents as old on old.id = jobs.id',
    'new_run, old.id',
    { id: 'old.id + job_shift' },
  ],
  [
    'job_nodes',
    // `+ 0` makes the planner begin with the copies: from the nodes it would read all of them for each batch.
    'copies join jobs on jobs.run_id = old_run join job_nodes as old on old.job_id = jobs.id + 0',
    'new_run, old.job_id',
    { job_id: 'old.job_id + job_shift' },
  ],
];

/** Replaces the runs of a database, all of which have ended, by `count` copies of them, oldest first. */
async function copyRuns(sql: Sql, count: number, say: (line: string) => void): Promise<void> {
  const originals = await sql.query('select id, name, branch, scheduled, posted from runs order by id');
  const [last] = await sql.query('select max(id) as run, (select max(id) from jobs) as job from runs');
  const end = Date.now() * 1000;
  await sql.query(`create temporary table copies (old_run bigint, new_run bigint, job_shift bigint, job_number_shift bigint,
    name text, branch text, sha1 text, run_posted bigint, sent_shift bigint, server_shift bigint)`);
  if (sql.engine === 'sqlite') {
    await sql.query('pragma synchronous = off');
    // With the 16 MB of a server, pages of indexes are read and written again and again: 19 instead of 11 s for 40,000 jobs.
    await sql.query('pragma cache_size = -262144');
  } else {
    // It expects millions of rows of tables that nothing is known of yet, and would compile each statement for half a second.
    await sql.query('set jit = off');
  }
  const statements = await insertStatements(sql);
  for (let first = 0; first < count; first += batch) {
    await sql.query('begin');
    await sql.query('delete from copies');
    for (let n = first; n < Math.min(first + batch, count); n++) {
      const round = Math.floor(n / originals.length) + 1;
      const row = {
        ...copyOf(originals[n % originals.length] as Row, n, end - (count - n) * hoursBetweenRuns * hour),
        new_run: Number(last?.run) + 1 + n,
        job_shift: round * Number(last?.job),
        job_number_shift: round * 10_000_000,
      };
      const marks = Object.keys(row).map(() => '?');
      await sql.query(`insert into copies (${Object.keys(row)}) values (${marks})`, Object.values(row));
    }
    // A batch is few of many rows.
    if (sql.engine === 'postgres') await sql.query('analyze copies');
    for (const statement of statements) await sql.query(statement);
    await sql.query('commit');
    if (first % (10 * batch) === 0) say(`copying: ${first} of ${count} runs`);
  }
  await sql.query('delete from runs where id <= ?', [last?.run ?? 0]);
  if (sql.engine === 'sqlite') return;
  for (const table of ['runs', 'jobs'])
    await sql.query(`select setval(pg_get_serial_sequence('${table}', 'id'), max(id)) from ${table}`);
}

function copyOf({ id, name, branch, scheduled, posted }: Row, n: number, at: number): Row {
  const iso = new Date(at / 1000).toISOString();
  // Branches of developers end in the day of their build.
  const newBranch = String(branch).replace(/\d{4}-\d\d-\d\d$/, iso.slice(0, 10));
  const stamp = iso.slice(0, 19).replace('T', '_');
  const newName = String(name)
    .replace(/\d{4}-\d\d-\d\d_\d\d:\d\d:\d\d/, stamp)
    .replace(`-${branch}-`, `-${newBranch}-`);
  return {
    old_run: id ?? null,
    name: newName,
    branch: newBranch,
    sha1: hex(createRandom('copy', n), 40),
    run_posted: posted ?? null,
    sent_shift: at - Number(scheduled),
    server_shift: at - Number(posted),
  };
}

async function insertStatements(sql: Sql): Promise<string[]> {
  const statements: string[] = [];
  for (const [table, from, order, changed] of copied) {
    const [row] = await sql.query(`select * from ${table} limit 1`);
    const columns = Object.keys(row ?? {});
    const values = columns.map((column) => changed[column] ?? (isTime(column) ? moved(column) : `old."${column}"`));
    const names = columns.map((column) => `"${column}"`);
    statements.push(`insert into ${table} (${names}) select ${values} from ${from} order by ${order}`);
  }
  return statements;
}

function isTime(column: string): boolean {
  return ['scheduled', 'posted', 'started', 'updated'].includes(column);
}

/** Times after the posting of the run come from the clock of the server, those before from what was sent. */
function moved(column: string): string {
  return `old.${column} + case when old.${column} < run_posted - 60000000 then sent_shift else server_shift end`;
}
