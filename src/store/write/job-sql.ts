/** The statements of the job writer, as text: its batches are too frequent to build each one anew. */
import { type DocumentField, documentFields } from '../../core/job.ts';
import { type Signature, signatureVersion } from '../../core/signature.ts';
import { type Engine, type JobRow, jobColumns, type RunRow } from '../engine/schema.ts';
import { chunksOf, numbered, type Rows, repeated, type Send, type Statement } from '../engine/transaction.ts';
import { type JobState, newRun, showFirstJob, stateOf } from './job-change.ts';

/** What a transaction over jobs has changed in memory and has to save. */
export interface JobBatch {
  /** The jobs it has read or created, by `jobKey`. */
  jobs: Map<string, JobState>;
  deleted: JobState[];
  /** Runs whose first job was deleted. */
  runsWithoutFirst: Set<RunRow>;
}

/** Names one job among those of several runs. */
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

/** The states of jobs as `selectJobs` answered them, by `jobKey`. */
export function jobStates(rows: Rows): Map<string, JobState> {
  const jobs = rows as unknown as JobRow[];
  return new Map(jobs.map((row) => [jobKey(row.run_id, row.job_id), stateOf(row)]));
}

/** The highest internal id of a job; 0 when there is none. */
export async function lastId(send: Send): Promise<number> {
  const [rows = []] = await send([{ sql: 'select max(id) as id from jobs', parameters: [] }]);
  return (rows[0]?.id as number | null) ?? 0;
}

/** The columns of a run, of which a new one has all but the id. */
export const runColumns = ['id', ...Object.keys(newRun('', [], 0))] as (keyof RunRow)[];

/** What never changes in a stored job, and in a stored run; tags and reviews are set elsewhere. */
const fixedJobColumns: readonly string[] = ['run_id', 'job_id', 'posted'];
const fixedRunColumns: readonly string[] = ['id', 'name', 'scheduled', 'posted', 'tags', 'review'];

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}

/** Inserts rows, or brings those that exist up to date: new and changed ones alike, in one statement. Returns its text for a number of rows. `values` are those of rows that exist, where they are not the ones that are sent. */
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

/** Writes jobs that were created or changed; `jobs` must not be empty. */
export function saveJobs(engine: Engine, jobs: JobState[]): Statement {
  const parameters = jobs.flatMap(({ row }) => jobColumns.map((column) => row[column]));
  return { sql: numbered(engine, upsertJobs(jobs.length)), parameters };
}

/** Writes runs. The rows exist and are locked: this is an update of many rows in one statement. */
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
 * Writes the causes and descriptions of jobs that may be new, in the order of their keys, so that two processes never wait
 * for each other.
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

/** Writes the documents of new jobs, and of changed ones the values that differ. Comes after `saveJobs`. */
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
 * Updates many rows in one statement. `change` says what becomes of a table and `where`, of the values of each row, which both engines call
 * `column1` and on. PostgreSQL has to be told their types.
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

/** One statement for all jobs in which the same values changed. */
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

/** The ids of new jobs are known to the database alone: so no round trip is needed to learn them. */
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

/** Makes a run show the first of its jobs as they are stored now. */
export async function findFirstJob(engine: Engine, send: Send, run: RunRow): Promise<void> {
  const text = 'select job_id, sha1, flavor, priority from jobs where run_id = ? order by job_id limit 1';
  const [rows = []] = await send([{ sql: numbered(engine, text), parameters: [run.id] }]);
  showFirstJob(run, rows[0] as unknown as JobRow | undefined);
}

/**
 * The statements that keep `nodes` and `job_nodes` in step with jobs that were created or changed. They come after the
 * jobs are saved. Links that exist are changed last: a node that is being deleted is waited for while it still may remove them.
 */
export function saveLinks(engine: Engine, jobs: JobState[]): Statement[] {
  const moved = jobs.filter(({ row, stored }) => stored !== null && stored !== row.status);
  return [...linkNodes(engine, jobs), ...(moved.length > 0 ? [updateLinks(engine, moved)] : [])];
}

/** Gives the links of jobs their new status; most jobs have none before they run. */
function updateLinks(engine: Engine, jobs: JobState[]): Statement {
  const change = 'job_nodes set status = changed.column2';
  const where = 'job_id = changed.column1 and status <> changed.column2';
  const rows = jobs.map(({ row }) => [row.id, row.status]);
  return updateRows(engine, { change, where, types: ['bigint', 'text'] }, rows);
}

/**
 * The statements that create the nodes that jobs' `targets` name and that do not exist yet, and link the jobs to all of
 * them (teuthology contract §3.8, §7.48: every host that is listed; links stay). New nodes take the machine type of
 * the job.
 */
function linkNodes(engine: Engine, jobs: JobState[]): Statement[] {
  const links = jobs.flatMap(({ hosts, row }) => hosts.map((host) => ({ host, row })));
  if (links.length === 0) return [];
  const machineTypes = new Map(links.map(({ host, row }) => [host, row.machine_type]));
  const nodes = chunksOf([...machineTypes], 500).map((chunk) => insertNodes(engine, chunk));
  return [...nodes, ...chunksOf(links, 500).map((chunk) => insertLinks(engine, chunk))];
}

/**
 * Nearly always all of them exist: leaving those out by a join costs no round trip and, unlike a conflict, no lock and no
 * id. In one order everywhere, so that two processes cannot wait for each other's nodes.
 */
function insertNodes(engine: Engine, nodes: [string, string | null][]): Statement {
  const text =
    `with wanted (name, machine_type) as (values ${repeated('(?, ?)', nodes.length)}) ` +
    'insert into nodes (name, machine_type, is_vm, locked) select name, machine_type, false, false from wanted ' +
    'where not exists (select 1 from nodes where nodes.name = wanted.name) order by name on conflict (name) do nothing';
  return { sql: numbered(engine, text), parameters: nodes.flat() };
}

/** A node that is deleted in the meantime gets no link: the lock waits for its deletion, then the join leaves it out. */
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
