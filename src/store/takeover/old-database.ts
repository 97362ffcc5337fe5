/** Reads the database of the Python server (teuthology contract §3.1). The session is read-only. */
import pg from 'pg';
import { type DocumentField, documentFields } from '../../core/job.ts';
import { isDatabaseFault, UnavailableDatabase, UnusableDatabase } from '../engine/faults.ts';

/** A value as the driver returns it; times and JSON are returned as the text that PostgreSQL prints. */
export type OldValue = string | number | boolean | null;

/** A row of an old table, by column. */
export type OldRow = Record<string, OldValue>;

/** An open old database. */
export interface OldDatabase {
  /** Its URL, with the password. */
  url: string;
  client: pg.Client;
  /** The columns of `jobs` to read, as SQL, and separately the columns whose values are JSON texts. */
  jobColumns: string;
  jobDocuments: readonly DocumentField[];
  /** Columns that cannot be copied, as `table.column`. */
  strangeColumns: string[];
  /** The condition for jobs whose run does not exist. If a constraint rules that out, the condition uses the index on `run_id` for nulls. */
  isLost: string;
}

/** A run, or a group of jobs without a run, which are copied into a new one. */
export interface OldRun {
  id: number;
  name: string | null;
  /** The `xmin` of its row; 0 if it has none. */
  xmin: number;
  /** Its row; null if it has none. */
  row: OldRow | null;
}

/** The part of a job that is read for all jobs of a run before any of them is copied. */
export interface OldOutline {
  id: number;
  xmin: number;
  job_id: string | null;
  status: string | null;
  posted: string | null;
  updated: string | null;
  /** The approximate size of the job in bytes. */
  size: number;
}

/** A number above all internal ids of the old database, which have four bytes. */
export const beyondOldIds = 2 ** 31;

const tables = ['runs', 'jobs', 'job_nodes', 'nodes', 'queue'] as const;

/** Columns that are not keys of a job's report. */
const ownColumns = ['id', 'posted', 'started', 'updated', 'run_id', 'status', 'success', 'job_id'];

const keyColumns =
  `archive_path description duration email failure_reason flavor last_in_suite machine_type name nuke_on_error
  os_type os_version owner priority pid repo sentry_event branch seed sha1 sleep_before_teardown subset suite suite_branch suite_path
  suite_relpath suite_repo suite_sha1 teuthology_branch teuthology_sha1 timestamp user verbose issue_url comment pcp_grafana_url
  queue package_source`.split(/\s+/);

const known: Record<(typeof tables)[number], readonly string[]> = {
  runs: 'id name status user scheduled suite branch machine_type posted started updated'.split(' '),
  jobs: [...ownColumns, ...keyColumns, ...documentFields],
  job_nodes: ['node_id', 'job_id'],
  nodes:
    `id name description up machine_type arch is_vm os_type os_version vm_host_id locked locked_by locked_since mac_address
    ssh_pub_key`.split(/\s+/),
  queue: 'queue paused_by paused_since pause_duration paused_until'.split(' '),
};

/** The columns of `jobs` that are keys of a job's report, except documents. */
export const oldKeys: readonly string[] = keyColumns;

/** Connects. Throws `UnavailableDatabase` or `UnusableDatabase`, whose message is a sentence for the operator. */
export async function openOld(url: string): Promise<OldDatabase> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'paddles import',
    connectionTimeoutMillis: 10_000,
    // Detects a network that drops packets after some 20 seconds, not after hours.
    ...{ keepAlive: true, keepAliveInitialDelayMillis: 10_000 },
    types: { getTypeParser: typeParser },
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query(
      "set default_transaction_read_only = on; set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set statement_timeout = 0",
    );
    return { url, client, ...(await readColumns(client)) };
  } catch (error) {
    await client.end().catch(() => {});
    if (error instanceof UnusableDatabase) throw error;
    const { code, message } = error as { code?: string; message: string };
    if (code === '42P01') throw new UnusableDatabase(`this is no database of the Python server: ${message}`);
    const Kind = isDatabaseFault(error) ? UnavailableDatabase : UnusableDatabase;
    throw new Kind(`the old database cannot be read: ${message}`, { cause: error });
  }
}

/** Replaces the connection, which may be broken. Throws as `openOld` does. */
export async function openAgain(old: OldDatabase): Promise<void> {
  // Not awaited, because the old connection may never answer.
  closeOld(old).catch(() => {});
  Object.assign(old, await openOld(old.url));
}

/** Closes the connection. */
export async function closeOld({ client }: OldDatabase): Promise<void> {
  await client.end();
}

/** Parses times as text, to keep their microseconds; JSON as text; eight-byte integers as numbers. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  const { INT8, TIMESTAMP, TIMESTAMPTZ, JSON: json, JSONB } = pg.types.builtins;
  if (oid === INT8) return Number;
  if (([TIMESTAMP, TIMESTAMPTZ, json, JSONB] as number[]).includes(oid)) return String;
  return pg.types.getTypeParser(oid, format as 'text');
}

/** Reads the existing columns, because old installations lack newer columns, and some have additional ones. */
async function readColumns(client: pg.Client): Promise<Omit<OldDatabase, 'client' | 'url'>> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `select relname as table, attname as column from pg_attribute join pg_class on pg_class.oid = attrelid
     where attrelid = any ($1::text[]::regclass[]) and attnum > 0 and not attisdropped`,
    [tables],
  );
  const has = (table: string, column: string) => rows.some((row) => row.table === table && row.column === column);
  for (const [table, columns] of Object.entries({ runs: ['id', 'name'], jobs: ownColumns, nodes: ['id', 'name'] })) {
    const missing = columns.find((column) => !has(table, column));
    if (missing) throw new UnusableDatabase(`this is no database of the Python server: ${table} has no ${missing}`);
  }
  const jobColumns = [...ownColumns, ...keyColumns].filter((column) => has('jobs', column));
  const strange = rows.filter(({ table, column }) => !known[table as keyof typeof known].includes(column));
  const constraint = await client.query(
    "select 1 from pg_constraint where contype = 'f' and conrelid = 'jobs'::regclass and confrelid = 'runs'::regclass",
  );
  const other = 'or not exists (select 1 from runs where runs.id = run_id)';
  return {
    isLost: `(run_id is null ${constraint.rows.length > 0 ? '' : other})`,
    jobColumns: jobColumns.map((column) => `"${column}"`).join(', '),
    jobDocuments: documentFields.filter((column) => has('jobs', column)),
    strangeColumns: strange.map(({ table, column }) => `${table}.${column}`).sort(),
  };
}

/** Counts the runs and jobs. If there are millions of jobs, their number is the planner's estimate. */
export async function countOld({ client }: OldDatabase): Promise<{ runs: number; jobs: number }> {
  const { rows } = await client.query(`
    select (select count(*) from runs) as runs, case when reltuples > 1000000 then reltuples::bigint
      else (select count(*) from jobs) end as jobs from pg_class where oid = 'jobs'::regclass`);
  return rows[0];
}

/** Returns all runs, newest first, and after them the groups of jobs without a run. */
export async function oldRuns({ client, isLost }: OldDatabase): Promise<OldRun[]> {
  const { rows } = await client.query(
    'select id, name, xmin::text::bigint as xmin from runs order by posted desc nulls last, id desc',
  );
  const found = await client.query(`
    select coalesce(run_id, ${beyondOldIds} + min(jobs.id)) as id, min(jobs.name) as name from jobs
    where ${isLost}
    group by run_id, case when run_id is null then jobs.name end order by 1`);
  const lost = found.rows.map(({ id, name }) => ({ id, name, xmin: 0, row: null }));
  return [...rows.map((row) => ({ ...row, row: null })), ...lost] as OldRun[];
}

/** Runs `work` on a snapshot of the old database. */
export async function onOneState<T>({ client }: OldDatabase, work: () => Promise<T>): Promise<T> {
  await client.query('begin isolation level repeatable read, read only');
  try {
    return await work();
  } finally {
    await client.query('commit');
  }
}

/** Returns a run with its current row, or null if it is gone. */
export async function readOldRun(old: OldDatabase, run: OldRun): Promise<OldRun | null> {
  const text = 'select *, xmin::text::bigint as xmin from runs where id = $1::bigint';
  const { rows } = await old.client.query({ name: 'run', text, values: [run.id] });
  const [found] = rows;
  if (!found) return hasNoRow(run) ? { ...run, row: null } : null;
  const { xmin, ...row } = found;
  return { id: run.id, name: row.name, xmin, row };
}

/** True for a group of jobs without a run. */
function hasNoRow({ xmin }: OldRun): boolean {
  return xmin === 0;
}

function whereJobs(run: OldRun): { text: string; values: OldValue[] } {
  if (run.id < beyondOldIds) return { text: 'run_id = $1', values: [run.id] };
  return { text: 'run_id is null and name is not distinct from $1', values: [run.name] };
}

/** Returns the outline of the jobs of a run, in the order of their ids. */
export async function oldOutline({ client }: OldDatabase, run: OldRun): Promise<OldOutline[]> {
  const { text: condition, values } = whereJobs(run);
  const size = [...documentFields, 'description', 'failure_reason'].map((key) => `coalesce(octet_length(${key}), 0)`);
  const text =
    `select id, xmin::text::bigint as xmin, job_id, status, posted, updated, ${size.join(' + ')} as size ` +
    `from jobs where ${condition} order by id`;
  return (await client.query({ name: `outline ${condition}`, text, values })).rows;
}

/** Returns all nodes and all queues from one snapshot. */
export async function oldMachines(old: OldDatabase): Promise<{ nodes: OldRow[]; queues: OldRow[] }> {
  return onOneState(old, async () => {
    const nodes = await old.client.query('select * from nodes order by id');
    const queues = await old.client.query('select * from queue order by queue');
    return { nodes: nodes.rows, queues: queues.rows };
  });
}

/**
 * Identifies the state of a run by the number of its jobs, the last of them, and the sum of the ids of the transactions that wrote their
 * rows. `updated` does not suffice, because clients set it.
 */
export function fingerprintOf(run: OldRun, jobs: { count: number; last: number; xmins: number }): string {
  return [run.xmin, jobs.count, jobs.last, jobs.xmins].join('.');
}

/** Returns the fingerprints of the runs with these ids, or of all runs, by id. */
export async function oldFingerprints(
  { client }: OldDatabase,
  runs: OldRun[],
  ids: number[] | null,
): Promise<Map<number, string>> {
  const some = ids === null ? '' : 'where run_id = any ($1::bigint[]) or run_id is null';
  const { rows } = await client.query<{ id: number; count: number; last: number; xmins: number }>(
    `select coalesce(run_id, ${beyondOldIds} + min(id)) as id, count(*) as count, max(id) as last,
       sum(xmin::text::bigint)::bigint as xmins from jobs ${some}
     group by run_id, case when run_id is null then name end`,
    ids === null ? [] : [ids],
  );
  const found = new Map(rows.map((row) => [row.id, row]));
  const wanted = ids === null ? null : new Set(ids);
  const chosen = runs.filter(({ id }) => wanted === null || wanted.has(id) || id >= beyondOldIds);
  return new Map(
    chosen.map((run) => [run.id, fingerprintOf(run, found.get(run.id) ?? { count: 0, last: 0, xmins: 0 })]),
  );
}

/** Returns the internal ids of the runs that may still change: unfinished runs, and those of the last 30 days. */
export async function youngOldRuns({ client }: OldDatabase): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(`
    select id from runs where status is null or status not like 'finished%'
      or greatest(posted, scheduled, updated) > now() at time zone 'UTC' - interval '30 days'`);
  return rows.map(({ id }) => id);
}

/** Counts the jobs by their stored status. */
export async function oldStatuses({ client }: OldDatabase): Promise<Map<string | null, number>> {
  const { rows } = await client.query<{ status: string | null; count: number }>(
    'select status, count(*) as count from jobs group by status',
  );
  return new Map(rows.map(({ status, count }) => [status, count]));
}
