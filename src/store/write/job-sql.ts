/** The statements of the job writer, as text: its batches are too frequent to build each one anew. */
import { type DocumentField, documentFields } from '../../core/job.ts';
import { type Signature, signatureVersion } from '../../core/signature.ts';
import type { Engine } from '../engine/schema.ts';
import { type JobRow, jobColumns, type RunRow } from '../engine/schema.ts';
import { numbered, type Rows, repeated, type Send, type Statement } from '../engine/transaction.ts';
import { type JobState, stateOf } from './job-change.ts';
import { showFirstJob } from './run-change.ts';

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

/** The keys of all jobs of some runs. */
export async function takenKeys(engine: Engine, send: Send, runIds: number[]): Promise<Set<string>> {
  if (runIds.length === 0) return new Set();
  const text = `select run_id, job_id from jobs where run_id in (${repeated('?', runIds.length)})`;
  const [rows = []] = await send([{ sql: numbered(engine, text), parameters: runIds }]);
  return new Set((rows as unknown as JobRow[]).map((row) => jobKey(row.run_id, row.job_id)));
}

/** The highest internal id of a job; 0 when there is none. */
export async function lastId(send: Send): Promise<number> {
  const [rows = []] = await send([{ sql: 'select max(id) as id from jobs', parameters: [] }]);
  return (rows[0]?.id as number | null) ?? 0;
}

const runColumns = [
  'id',
  'name',
  'status',
  'user',
  'suite',
  'branch',
  'machine_type',
  'scheduled',
  'posted',
  'started',
  'updated',
  'first_job',
  'sha1',
  'flavor',
  'priority',
  'tags',
  'queued',
  'pass',
  'running',
  'waiting',
  'fail',
  'dead',
  'unknown',
] as const satisfies (keyof RunRow)[];

/** What never changes in a stored job, and in a stored run; tags are set elsewhere. */
const fixedJobColumns: readonly string[] = ['run_id', 'job_id', 'posted'];
const fixedRunColumns: readonly string[] = ['id', 'name', 'scheduled', 'posted', 'tags'];

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}

/** Inserts rows, or brings those that exist up to date: new and changed ones alike, in one statement. */
function upsertText(table: string, columns: readonly string[], key: string, fixed: readonly string[]) {
  const changing = columns.filter((column) => !fixed.includes(column));
  const updates = changing.map((column) => `"${column}" = excluded."${column}"`).join(', ');
  const row = `(${repeated('?', columns.length)})`;
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

/** Writes the causes of failures that may be new, in the order of their ids: two processes never wait for each other. */
export function saveSignatures(engine: Engine, signatures: Signature[]): Statement {
  const sorted = [...signatures].sort((a, b) => (a.id < b.id ? -1 : 1));
  const text =
    `insert into signatures (id, version, kind, title) values ${repeated('(?, ?, ?, ?)', sorted.length)} ` +
    'on conflict (id) do nothing';
  const parameters = sorted.flatMap(({ id, kind, title }) => [id, signatureVersion, kind, title]);
  return { sql: numbered(engine, text), parameters };
}

/** Writes runs. The rows exist and are locked: this is an update of many rows in one statement. */
export function saveRuns(engine: Engine, runs: RunRow[]): Statement {
  const parameters = runs.flatMap((run) => runColumns.map((column) => run[column]));
  return { sql: numbered(engine, upsertRuns(runs.length)), parameters };
}

/** Creates runs that do not exist yet; another process may create them at the same time. */
export function insertRuns(engine: Engine, runs: Omit<RunRow, 'id'>[]): Statement {
  const columns = runColumns.filter((column) => column !== 'id');
  const row = `(${repeated('?', columns.length)})`;
  const text = `insert into runs (${quoted(columns)}) values ${repeated(row, runs.length)} on conflict (name) do nothing`;
  return { sql: numbered(engine, text), parameters: runs.flatMap((run) => columns.map((column) => run[column])) };
}

/** The descriptions of jobs, by their hashes. */
export function descriptionsOf(jobs: Pick<JobRow, 'description' | 'description_hash'>[]): Map<string, string> {
  return new Map(
    jobs.flatMap(({ description, description_hash }) =>
      description && description_hash ? [[description_hash, description] as const] : [],
    ),
  );
}

/** Writes descriptions (by their hashes) that may be new; in one order, as the causes. */
export function saveDescriptions(engine: Engine, descriptions: Map<string, string>): Statement {
  const sorted = [...descriptions].sort(([a], [b]) => (a < b ? -1 : 1));
  const text =
    `insert into descriptions (hash, description) values ${repeated('(?, ?)', sorted.length)} ` +
    'on conflict (hash) do nothing';
  return { sql: numbered(engine, text), parameters: sorted.flat() };
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

/** One statement for all jobs in which the same values changed; both engines call the columns of VALUES `column1` and on. */
function updateDocuments(engine: Engine, keys: DocumentField[], jobs: JobState[]): Statement {
  const cast = engine === 'postgres' ? '::bigint' : '';
  const text =
    `update job_documents set ${keys.map((key, index) => `${key} = changed.column${index + 2}`).join(', ')} ` +
    `from (values ${repeated(`(?${cast}${', ?'.repeat(keys.length)})`, jobs.length)}) as changed where id = changed.column1`;
  const parameters = jobs.flatMap(({ row, document }) => [row.id, ...keys.map((key) => document[key] ?? null)]);
  return { sql: numbered(engine, text), parameters };
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
