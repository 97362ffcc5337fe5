/** The statements of the job writer as text, because its batches are too frequent for a query builder. */
import { type DocumentField, documentFields } from '../../core/job.ts';
import { type Signature, signatureVersion } from '../../core/signature.ts';
import { type Engine, type JobRow, jobColumns, type RunRow } from '../engine/schema.ts';
import { chunksOf, numbered, type Rows, repeated, type Send, type Statement } from '../engine/transaction.ts';
import { type JobState, newRun, showFirstJob, stateOf } from './job-change.ts';

/** The jobs that a transaction has changed in memory and has to store. */
export interface JobBatch {
  /** The jobs that it has read or created, by `jobKey`. */
  jobs: Map<string, JobState>;
  deleted: JobState[];
  /** Runs whose first job was deleted. */
  runsWithoutFirst: Set<RunRow>;
}

/** Returns a key that identifies a job among the jobs of several runs. */
export function jobKey(runId: number, jobId: string): string {
  return `${runId}/${jobId}`;
}

/** Selects the runs with these names and locks them until the end of the transaction, in the order of their ids. */
export function lockRuns(engine: Engine, names: string[]): Statement {
  const lock = engine === 'postgres' ? ' for update' : '';
  const text = `select * from runs where name in (${repeated('?', names.length)}) order by id${lock}`;
  return { sql: numbered(engine, text), parameters: names };
}

/** Selects those of the named jobs that exist; `writes` must not be empty. */
export function selectJobs(engine: Engine, writes: { run: string; job_id: string }[]): Statement {
  const text =
    `with wanted (run, job_id) as (values ${repeated('(?, ?)', writes.length)}) ` +
    'select jobs.* from wanted join runs on runs.name = wanted.run ' +
    'join jobs on jobs.run_id = runs.id and jobs.job_id = wanted.job_id';
  return { sql: numbered(engine, text), parameters: writes.flatMap(({ run, job_id }) => [run, job_id]) };
}

/** Converts the rows of `selectJobs` to states, by `jobKey`. */
export function jobStates(rows: Rows): Map<string, JobState> {
  const jobs = rows as unknown as JobRow[];
  return new Map(jobs.map((row) => [jobKey(row.run_id, row.job_id), stateOf(row)]));
}

/** Returns the highest internal id of a job, or 0. */
export async function lastId(send: Send): Promise<number> {
  const [rows = []] = await send([{ sql: 'select max(id) as id from jobs', parameters: [] }]);
  return (rows[0]?.id as number | null) ?? 0;
}

/** The columns of a run; a new run has all of them except the id. */
export const runColumns = ['id', ...Object.keys(newRun('', [], 0))] as (keyof RunRow)[];

/** The columns that this file never changes in stored jobs and runs. Tags and reviews are set elsewhere. */
const fixedJobColumns: readonly string[] = ['run_id', 'job_id', 'posted'];
const fixedRunColumns: readonly string[] = ['id', 'name', 'scheduled', 'posted', 'tags', 'review'];

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}

/**
 * Returns a function that creates the text of an upsert of a number of rows, which stores new and changed rows in one statement. `values`
 * has the expressions for columns of existing rows that are not simply set to the sent value. `sent` has those for sent values that are not
 * plain parameters.
 */
export function upsertText(
  table: string,
  columns: readonly string[],
  key: string,
  fixed: readonly string[],
  { values = {}, sent = {} }: { values?: Record<string, string>; sent?: Record<string, string> } = {},
) {
  const changing = columns.filter((column) => !fixed.includes(column));
  const updates = changing.map((column) => `"${column}" = ${values[column] ?? `excluded."${column}"`}`).join(', ');
  const row = `(${columns.map((column) => sent[column] ?? '?').join(', ')})`;
  const [head, tail] = [
    `insert into ${table} (${quoted(columns)}) values `,
    ` on conflict (${key}) do update set ${updates}`,
  ];
  return (rows: number) => head + repeated(row, rows) + tail;
}

const upsertJobs = upsertText('jobs', jobColumns, 'run_id, job_id', fixedJobColumns);
const upsertRuns = upsertText('runs', runColumns, 'id', fixedRunColumns);

/** Stores created and changed jobs; `jobs` must not be empty. */
export function saveJobs(engine: Engine, jobs: JobState[]): Statement {
  const parameters = jobs.flatMap(({ row }) => jobColumns.map((column) => row[column]));
  return { sql: numbered(engine, upsertJobs(jobs.length)), parameters };
}

/** Stores runs. The rows exist and are locked, so the upsert is only a way to update many rows in one statement. */
export function saveRuns(engine: Engine, runs: RunRow[]): Statement {
  const parameters = runs.flatMap((run) => runColumns.map((column) => run[column]));
  return { sql: numbered(engine, upsertRuns(runs.length)), parameters };
}

/** Creates runs that do not exist yet; another process may create them at the same time. */
export function insertRuns(engine: Engine, runs: Omit<RunRow, 'id'>[]): Statement {
  const columns = runColumns.filter((column): column is Exclude<keyof RunRow, 'id'> => column !== 'id');
  const row = `(${repeated('?', columns.length)})`;
  const text = `insert into runs (${quoted(columns)}) values ${repeated(row, runs.length)} on conflict (name) do nothing`;
  return { sql: numbered(engine, text), parameters: runs.flatMap((run) => columns.map((column) => run[column])) };
}

/** The texts of a job that are stored once for all jobs. */
interface JobTexts {
  row: Partial<JobRow>;
  signature?: Signature | null;
  description?: string;
}

/**
 * Stores the causes and descriptions of jobs if they are new, in the order of their keys, so that two processes cannot deadlock.
 */
export function saveTexts(engine: Engine, jobs: JobTexts[]): Statement[] {
  const signatures = new Map(jobs.flatMap(({ signature }) => (signature ? [[signature.id, signature] as const] : [])));
  const causes = [...signatures.values()].map(({ id, kind, title }) => [id, signatureVersion, kind, title]);
  const descriptions = new Map(
    jobs.flatMap(({ row, description }) =>
      description === undefined ? [] : [[row.description_hash as string, description] as const],
    ),
  );
  return [
    ...saveNew(engine, 'signatures (id, version, kind, title)', causes),
    ...saveNew(
      engine,
      'descriptions (hash, description)',
      [...descriptions].map((row) => [...row]),
    ),
  ];
}

function saveNew(engine: Engine, table: string, rows: (string | number | null)[][]): Statement[] {
  if (rows.length === 0) return [];
  const sorted = rows.toSorted(([a], [b]) => ((a as string) < (b as string) ? -1 : 1));
  const values = repeated(`(${repeated('?', sorted[0]?.length ?? 0)})`, sorted.length);
  const text = `insert into ${table} values ${values} on conflict do nothing`;
  return [{ sql: numbered(engine, text), parameters: sorted.flat() }];
}

/** Stores the documents of new jobs, and the changed documents of other jobs. Must come after `saveJobs`. */
export function saveDocuments(engine: Engine, jobs: JobState[]): Statement[] {
  const created = jobs.filter((job) => job.created);
  const statements = created.length > 0 ? [insertDocuments(engine, created)] : [];
  const sameKeys = new Map<string, JobState[]>();
  for (const job of jobs) {
    const keys = Object.keys(job.document).sort().join(' ');
    if (job.created || keys === '') continue;
    const group = sameKeys.get(keys);
    if (group) group.push(job);
    else sameKeys.set(keys, [job]);
  }
  for (const [keys, group] of sameKeys)
    statements.push(updateDocuments(engine, keys.split(' ') as DocumentField[], group));
  return statements;
}

/**
 * Updates many rows in one statement. `change` and `where` are the SQL of the update; they refer to the values of a row as
 * `changed.column1` and so on, the names that both engines use. PostgreSQL needs the `types` of the values.
 */
export function updateRows(
  engine: Engine,
  { change, where, types }: { change: string; where: string; types: ('bigint' | 'text')[] },
  rows: unknown[][],
): Statement {
  const row = types.map((type) => (engine === 'postgres' ? `?::${type}` : '?')).join(', ');
  const text = `update ${change} from (values ${repeated(`(${row})`, rows.length)}) as changed where ${where}`;
  return { sql: numbered(engine, text), parameters: rows.flat() };
}

/** Updates all jobs in which the same documents changed, in one statement. */
function updateDocuments(engine: Engine, keys: DocumentField[], jobs: JobState[]): Statement {
  const values = keys.map((key, index) => `${key} = changed.column${index + 2}`);
  return updateRows(
    engine,
    {
      change: `job_documents set ${values.join(', ')}`,
      where: 'id = changed.column1',
      types: ['bigint', ...keys.map(() => 'text' as const)],
    },
    jobs.map(({ row, document }) => [row.id, ...keys.map((key) => document[key] ?? null)]),
  );
}

/** Inserts the documents of new jobs. Looks up their ids in the statement itself, which saves a round trip. */
function insertDocuments(engine: Engine, jobs: JobState[]): Statement {
  const row = `((select id from jobs where run_id = ? and job_id = ?), ${repeated('?', documentFields.length)})`;
  const text = `insert into job_documents (id, ${documentFields.join(', ')}) values ${repeated(row, jobs.length)}`;
  const parameters = jobs.flatMap(({ row: { run_id, job_id }, document }) => [
    run_id,
    job_id,
    ...documentFields.map((key) => document[key] ?? null),
  ]);
  return { sql: numbered(engine, text), parameters };
}

/** Deletes jobs with their documents and links. */
export function deleteJobs(engine: Engine, jobs: JobState[]): Statement {
  const text = `delete from jobs where id in (${repeated('?', jobs.length)})`;
  return { sql: numbered(engine, text), parameters: jobs.map((job) => job.row.id) };
}

/** Makes a run show the first of its stored jobs. */
export async function findFirstJob(engine: Engine, send: Send, run: RunRow): Promise<void> {
  const text = 'select job_id, sha1, flavor, priority from jobs where run_id = ? order by job_id limit 1';
  const [rows = []] = await send([{ sql: numbered(engine, text), parameters: [run.id] }]);
  showFirstJob(run, rows[0] as unknown as JobRow | undefined);
}

/**
 * Returns the statements that update `nodes` and `job_nodes` for created and changed jobs. They must come after the jobs are stored.
 * Existing links are changed last, because the earlier statements wait for deletions of nodes, which may still remove links.
 */
export function saveLinks(engine: Engine, jobs: JobState[]): Statement[] {
  const moved = jobs.filter(({ row, stored }) => stored !== null && stored !== row.status);
  return [...linkNodes(engine, jobs), ...(moved.length > 0 ? [updateLinks(engine, moved)] : [])];
}

/** Sets the new status in the links of jobs. Most jobs have no links before they run. */
function updateLinks(engine: Engine, jobs: JobState[]): Statement {
  const change = 'job_nodes set status = changed.column2';
  const where = 'job_id = changed.column1 and status <> changed.column2';
  const rows = jobs.map(({ row }) => [row.id, row.status]);
  return updateRows(engine, { change, where, types: ['bigint', 'text'] }, rows);
}

/**
 * Returns the statements that create the missing nodes in the `targets` of jobs, and link the jobs to all nodes in `targets`
 * (teuthology contract §3.8, §7.48: every listed host is linked, and links are never removed). New nodes take the machine type of the
 * job.
 */
function linkNodes(engine: Engine, jobs: JobState[]): Statement[] {
  const links = jobs.flatMap(({ hosts, row }) => hosts.map((host) => ({ host, row })));
  if (links.length === 0) return [];
  const machineTypes = new Map(links.map(({ host, row }) => [host, row.machine_type]));
  const nodes = chunksOf([...machineTypes], 500).map((chunk) => insertNodes(engine, chunk));
  return [...nodes, ...chunksOf(links, 500).map((chunk) => insertLinks(engine, chunk))];
}

/**
 * Inserts missing nodes. Nearly always all nodes exist. Leaving them out by a condition costs no round trip and, unlike a conflict,
 * neither a lock nor an id. The fixed order keeps two processes from deadlocking.
 */
function insertNodes(engine: Engine, nodes: [string, string | null][]): Statement {
  const text =
    `with wanted (name, machine_type) as (values ${repeated('(?, ?)', nodes.length)}) ` +
    'insert into nodes (name, machine_type, is_vm, locked) select name, machine_type, false, false from wanted ' +
    'where not exists (select 1 from nodes where nodes.name = wanted.name) order by name on conflict (name) do nothing';
  return { sql: numbered(engine, text), parameters: nodes.flat() };
}

/** Links jobs to nodes. A node that is being deleted gets no link: the lock waits for its deletion, and then the join leaves it out. */
function insertLinks(engine: Engine, links: { host: string; row: JobState['row'] }[]): Statement {
  const [integer, lock] =
    engine === 'postgres' ? ['?::bigint', 'order by nodes.name for key share of nodes '] : ['?', ''];
  const text =
    `with wanted (host, run_id, job_id) as (values ${repeated(`(?, ${integer}, ?)`, links.length)}) ` +
    'insert into job_nodes (node_id, job_id, posted, status) select nodes.id, jobs.id, jobs.posted, jobs.status from wanted join nodes on nodes.name = wanted.host ' +
    `join jobs on jobs.run_id = wanted.run_id and jobs.job_id = wanted.job_id where true ${lock}` +
    'on conflict (node_id, posted, job_id) do nothing';
  return { sql: numbered(engine, text), parameters: links.flatMap(({ host, row }) => [host, row.run_id, row.job_id]) };
}
