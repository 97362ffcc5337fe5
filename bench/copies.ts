/** Multiplies the runs of a database in SQL: what the server has stored of them, with other names, builds, times and ids. */
import { createRandom, hex } from '../demo/random.ts';
import type { Row, Sql } from './database.ts';

/** The largest lab known reports 2,400 jobs a day: about five runs of 500. */
const hoursBetweenRuns = 5;
const hour = 3_600_000_000;
/** Each transaction writes so many runs. */
const batch = 20;

/** Tables without rows of runs or jobs; one that is neither here nor copied ends the benchmark. */
const others = [
  'imported_runs',
  ...['nodes', 'queues', 'signatures', 'descriptions', 'indexed', 'migrations'],
  ...[
    'tokens',
    'sessions',
    'audit',
    'monthly_results',
    'monthly_causes',
    'run_digests',
    'decisions',
    'cause_moves',
    'reviews',
  ],
  ...['log_excerpts', 'job_tests', 'failed_cases'],
  ...['subscriptions', 'deliveries', 'run_ends', 'told_causes', 'suspect_nodes'],
];

/** How the columns of a copied row differ from the original; times are moved as a whole, everything else stays. */
const changes: Record<string, { from: string; order: string; columns: Record<string, string> }> = {
  runs: {
    from: 'copies join runs as old on old.id = old_run',
    order: 'new_run',
    columns: {
      id: 'new_run',
      name: 'copies.name',
      branch: 'copies.branch',
      sha1: 'copies.sha1',
      first_job: number('first_job'),
    },
  },
  jobs: {
    from: 'copies join jobs as old on old.run_id = old_run',
    order: 'new_run, old.id',
    columns: {
      id: 'old.id + job_shift',
      run_id: 'new_run',
      job_id: number('job_id'),
      name: 'copies.name',
      branch: 'copies.branch',
      sha1: 'copies.sha1',
    },
  },
  job_documents: {
    from: 'copies join jobs on jobs.run_id = old_run join job_documents as old on old.id = jobs.id',
    order: 'new_run, old.id',
    columns: { id: 'old.id + job_shift' },
  },
  job_nodes: {
    // `+ 0` makes the planner begin with the copies: from the nodes it would read all of them for each batch.
    from: 'copies join jobs on jobs.run_id = old_run join job_nodes as old on old.job_id = jobs.id + 0',
    order: 'new_run, old.job_id',
    columns: { job_id: 'old.job_id + job_shift' },
  },
};

/** Times after the posting of the run come from the clock of the server, those before from what was sent. */
const moved = (column: string) =>
  `old.${column} + case when old.${column} < run_posted - 60000000 then sent_shift else server_shift end`;

/** Runs are some thousands of jobs apart: numbers of jobs do not meet. */
function number(column: string): string {
  return `cast(cast(old.${column} as bigint) + job_number_shift as text)`;
}

/** Replaces the runs of a database, all of which have ended, by `count` copies of them, oldest first. */
export async function copyRuns(sql: Sql, count: number, say: (line: string) => void): Promise<void> {
  await checkTables(sql);
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
  for (const [table, { from, order, columns: changed }] of Object.entries(changes)) {
    const columns = await columnsOf(sql, table);
    const values = columns.map((column) => changed[column] ?? (isTime(column) ? moved(column) : `old."${column}"`));
    const names = columns.map((column) => `"${column}"`);
    statements.push(`insert into ${table} (${names}) select ${values} from ${from} order by ${order}`);
  }
  return statements;
}

function isTime(column: string): boolean {
  return ['scheduled', 'posted', 'started', 'updated'].includes(column);
}

async function columnsOf(sql: Sql, table: string): Promise<string[]> {
  const [row] = await sql.query(`select * from ${table} limit 1`);
  return Object.keys(row ?? {});
}

async function checkTables(sql: Sql): Promise<void> {
  const tables = await sql.query(
    sql.engine === 'sqlite'
      ? "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'"
      : "select table_name as name from information_schema.tables where table_schema = current_schema() and table_type = 'BASE TABLE'",
  );
  const strange = tables.map(({ name }) => String(name)).filter((name) => !(name in changes) && !others.includes(name));
  if (strange.length > 0) throw new Error(`bench/copies.ts does not know the tables ${strange.join(', ')}`);
}
