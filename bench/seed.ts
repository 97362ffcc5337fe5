import { firstSeededId, runPrefix } from './data.ts';
import type { Engine, Sql } from './engine.ts';
import { storedRows } from './rows.ts';

/** What to fill a database with. */
export interface Seed {
  /** Number of the first run, see `runName`. */
  firstRun?: number;
  runs: number;
  jobs: number;
  /** Without them jobs take a tenth of the space; a list of runs must not notice. */
  documents: boolean;
}

const numbers = 'with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n + 1 < ?)';

/** Fills a database by bulk statements, which both engines understand: half a million jobs take seconds. */
export async function seed(engine: Engine, url: string, seeds: Seed[]): Promise<void> {
  const sql = await engine.connect(url);
  await sql.query('begin');
  await createTemplates(sql);
  for (const one of seeds) await seedRuns(sql, one);
  await countJobs(sql);
  await sql.query('commit');
  // What the engine would otherwise do in the background, in the middle of a measurement.
  await sql.query(engine.name === 'postgres' ? 'vacuum analyze' : 'pragma wal_checkpoint(truncate)');
  await sql.close();
}

async function createTemplates(sql: Sql): Promise<void> {
  await sql.query(
    'create temporary table templates (n integer primary key, small text, document_hashes text, kernel text, overrides text, roles text, targets text, tasks text)',
  );
  for (const [n, row] of storedRows().entries()) {
    const { small, document_hashes, kernel, overrides, roles, targets, tasks } = row;
    await sql.query('insert into templates values (?, ?, ?, ?, ?, ?, ?, ?)', [
      n,
      small,
      document_hashes,
      kernel,
      overrides,
      roles,
      targets,
      tasks,
    ]);
  }
}

async function seedRuns(sql: Sql, { firstRun = 0, runs, jobs, documents }: Seed): Promise<void> {
  const at = Date.now() * 1000;
  const name = `'${runPrefix}' || (${firstRun} + n)`;
  await sql.query(
    `${numbers} insert into runs (name, status, posted, updated) select ${name}, 'running', ${at} + n, ${at} from numbers`,
    [runs],
  );
  const { first } = (await sql.query(`select id as first from runs where name = '${runPrefix}${firstRun}'`))[0] as {
    first: number | string;
  };
  const columns = documents ? 'small, document_hashes' : `'{"archive_path":null}', ''`;
  const template = documents ? `join templates on templates.n = ${templateOf(`numbers.n % ${jobs}`)}` : '';
  await sql.query(
    `${numbers} insert into jobs (run_id, job_id, status, posted, updated, small, document_hashes)
     select ${first} + numbers.n / ${jobs}, cast(${firstSeededId} + numbers.n % ${jobs} as text),
       case numbers.n % 5 when 0 then 'running' when 1 then 'fail' else 'pass' end,
       ${at} + numbers.n, ${at} + numbers.n, ${columns}
     from numbers ${template} order by numbers.n`,
    [runs * jobs],
  );
  if (!documents) return;
  await sql.query(
    `insert into job_documents (id, kernel, overrides, roles, targets, tasks)
     select jobs.id, kernel, overrides, roles, targets, tasks from jobs
     join templates on templates.n = ${templateOf(`cast(jobs.job_id as integer) - ${firstSeededId}`)}
     where run_id between ${first} and ${first} + ${runs} - 1`,
  );
}

function templateOf(number: string): string {
  return `(${number}) % (select count(*) from templates)`;
}

async function countJobs(sql: Sql): Promise<void> {
  const count = (status: string) =>
    `${status} = (select count(*) from jobs where run_id = runs.id and status = '${status}')`;
  await sql.query(`update runs set ${['pass', 'fail', 'running'].map(count).join(', ')}`);
}
