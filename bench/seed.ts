import { documentFields } from '../src/core/job.ts';
import { firstSeededId, runPrefix } from './data.ts';
import type { Engine, Sql } from './engine.ts';
import { type Contract, documentJobColumns, hostsOfRow, storedRows } from './rows.ts';

/** What to fill a database with. */
export interface Seed {
  /** Number of the first run, see `runName`. */
  firstRun?: number;
  runs: number;
  jobs: number;
  /** Without them jobs take a tenth of the space; a list of runs must not notice. */
  documents: boolean;
  /** All of them have this one; otherwise a fifth is running, a fifth has failed, the others have passed. */
  status?: 'waiting';
}

const numbers = 'with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < ?)';

const templateColumns = [...documentJobColumns, ...documentFields].map((column) => `"${column}"`);

/** Fills a database by bulk statements, which both engines understand: half a million jobs take seconds. */
export async function seed(engine: Engine, url: string, seeds: Seed[], contract: Contract = 'classic'): Promise<void> {
  const sql = await engine.connect(url);
  await sql.query('begin');
  await createTemplates(sql, contract);
  for (const one of seeds) await seedRuns(sql, one);
  await showJobsInRuns(sql);
  // A lab knows its machines: that a job names one for the first time is rare.
  await insertNodes(sql, [...new Set(storedRows(contract).flatMap(hostsOfRow))]);
  await sql.query('commit');
  // What the engine would otherwise do in the background, in the middle of a measurement.
  await sql.query(engine.name === 'postgres' ? 'vacuum analyze' : 'pragma wal_checkpoint(truncate)');
  await sql.close();
}

/** Fills a database with nodes of machine type `bench`, free to be locked. */
export async function seedNodes(engine: Engine, url: string, names: string[]): Promise<void> {
  const sql = await engine.connect(url);
  await insertNodes(sql, names);
  await sql.close();
}

async function insertNodes(sql: Sql, names: string[]): Promise<void> {
  for (const name of names) {
    await sql.query(
      `insert into nodes (name, machine_type, up, is_vm, locked, os_type, os_version, arch, description, mac_address, ssh_pub_key)
       values (?, 'bench', true, false, false, 'ubuntu', '22.04', 'x86_64', ?, ?, ?)`,
      [
        name,
        `/home/teuthworker/archive/${runPrefix}0/${firstSeededId}`,
        '0c:c4:7a:88:70:01',
        `ssh-ed25519 ${'A'.repeat(68)}`,
      ],
    );
  }
}

async function createTemplates(sql: Sql, contract: Contract): Promise<void> {
  const types = templateColumns.map((column) => `${column} ${column === '"priority"' ? 'bigint' : 'text'}`);
  await sql.query(`create temporary table templates (n integer primary key, ${types.join(', ')})`);
  for (const [n, row] of storedRows(contract).entries()) {
    const values = [...documentJobColumns, ...documentFields].map((column) => row[column]);
    await sql.query(`insert into templates values (?, ${values.map(() => '?').join(', ')})`, [n, ...values]);
  }
}

async function seedRuns(sql: Sql, { firstRun = 0, runs, jobs, documents, status }: Seed): Promise<void> {
  const at = Date.now() * 1000;
  const name = `'${runPrefix}' || (${firstRun} + n)`;
  await sql.query(
    `${numbers} insert into runs (name, status, "user", suite, branch, machine_type, scheduled, posted, updated, tags,
       queued, pass, running, waiting, fail, dead, unknown)
     select ${name}, 'running', 'teuthology', 'rados', 'main', 'smithi', ${at} + n, ${at} + n, ${at}, '[]', 0, 0, 0, 0, 0, 0, 0
     from numbers`,
    [runs],
  );
  const { first } = (await sql.query(`select id as first from runs where name = '${runPrefix}${firstRun}'`))[0] as {
    first: number | string;
  };
  const names = documentJobColumns.map((column) => `"${column}"`).join(', ');
  const nothing = documentJobColumns.map(
    (column) => ({ small: `'{"archive_path":null}'`, more: "'{}'", document_hashes: "''" })[column as string] ?? 'null',
  );
  const template = documents ? `join templates on templates.n = ${templateOf(`numbers.n % ${jobs}`)}` : '';
  const mixed = `case numbers.n % 5 when 0 then 'running' when 1 then 'fail' else 'pass' end`;
  await sql.query(
    `${numbers} insert into jobs (run_id, job_id, status, posted, started, updated, ${names})
     select ${first} + numbers.n / ${jobs}, cast(${firstSeededId} + numbers.n % ${jobs} as text),
       ${status ? `'${status}'` : mixed}, ${at} + numbers.n, ${at} + numbers.n, ${at} + numbers.n, ${documents ? names : nothing.join(', ')}
     from numbers ${template} order by numbers.n`,
    [runs * jobs],
  );
  if (!documents) return;
  await sql.query(
    `insert into job_documents (id, ${documentFields.join(', ')})
     select jobs.id, ${documentFields.join(', ')} from jobs
     join templates on templates.n = ${templateOf(`cast(jobs.job_id as integer) - ${firstSeededId}`)}
     where run_id between ${first} and ${first} + ${runs} - 1`,
  );
}

function templateOf(number: string): string {
  return `(${number}) % (select count(*) from templates)`;
}

/** Brings runs up to date with their jobs: the counts, and what they show of the first one. */
async function showJobsInRuns(sql: Sql): Promise<void> {
  const count = (status: string) =>
    `${status} = (select count(*) from jobs where run_id = runs.id and status = '${status}')`;
  await sql.query(`update runs set ${['pass', 'fail', 'running', 'waiting'].map(count).join(', ')}`);
  const shown = (column: string) =>
    `(select ${column} from jobs where run_id = runs.id and job_id = '${firstSeededId}')`;
  const columns = ['sha1', 'flavor', 'priority'].map((column) => `${column} = ${shown(column)}`);
  await sql.query(`update runs set first_job = ${shown('job_id')}, started = posted, ${columns.join(', ')}`);
}
