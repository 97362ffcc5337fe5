/** The database of the Python server (teuthology contract §3.1). It is only read: the session refuses every write. */
import pg from 'pg';
import { type DocumentField, documentFields } from '../../core/job.ts';
import { isDatabaseFault, UnavailableDatabase, UnusableDatabase } from '../engine/faults.ts';

/** A value as the driver gives it; times and JSON arrive as the text that PostgreSQL prints. */
export type OldValue = string | number | boolean | null;

/** A row of an old table, by column. */
export type OldRow = Record<string, OldValue>;

/** An open old database. */
export interface OldDatabase {
  /** Where it is, with its password. */
  url: string;
  client: pg.Client;
  /** The columns of `jobs` that are read, ready for a statement, and apart from them those whose values are the text of JSON. */
  jobColumns: string;
  jobDocuments: readonly DocumentField[];
  /** Columns that no table of this program takes, as `table.column`. */
  strangeColumns: string[];
  /** Finds jobs whose run does not exist. Where a constraint forbids that, an index on `run_id` finds those that name none. */
  isLost: string;
}

/** A run, or the jobs without one that are gathered in a run of their own. */
export interface OldRun {
  id: number;
  name: string | null;
  /** Of its row; 0 when there is none. */
  xmin: number;
  /** Its row; null when there is none. */
  row: OldRow | null;
}

/** What is read of all jobs of a run before any of them is copied. */
export interface OldOutline {
  id: number;
  xmin: number;
  job_id: string | null;
  status: string | null;
  posted: string | null;
  updated: string | null;
  /** About how many bytes the job takes. */
  size: number;
}

/** Above every internal id of the old database, where they have four bytes. */
export const beyondOldIds = 2 ** 31;

const tables = ['runs', 'jobs', 'job_nodes', 'nodes', 'queue'] as const;

/** Columns that are no keys of a job's report. */
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

/** The keys of `jobs` that a report of a job could have sent, without its documents. */
export const oldKeys: readonly string[] = keyColumns;

/** Connects. Throws `UnavailableDatabase` or `UnusableDatabase` with a sentence for the person who named the database. */
export async function openOld(url: string): Promise<OldDatabase> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'paddles import',
    connectionTimeoutMillis: 10_000,
    // A network that drops packets is noticed after some 20 seconds, not after hours.
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
  // Nobody waits for one that may never answer.
  closeOld(old).catch(() => {});
  Object.assign(old, await openOld(old.url));
}

/** Closes the connection. */
export async function closeOld({ client }: OldDatabase): Promise<void> {
  await client.end();
}

/** Times as text, which has all their microseconds; JSON as text; eight-byte integers as numbers. */
function typeParser(oid: number, format?: 'text' | 'binary') {
  const { INT8, TIMESTAMP, TIMESTAMPTZ, JSON: json, JSONB } = pg.types.builtins;
  if (oid === INT8) return Number;
  if (([TIMESTAMP, TIMESTAMPTZ, json, JSONB] as number[]).includes(oid)) return String;
  return pg.types.getTypeParser(oid, format as 'text');
}

/** Old installations lack columns that came later, and some have others of their own. */
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

/** How much there is; the number of jobs is that of the planner when there are millions. */
export async function countOld({ client }: OldDatabase): Promise<{ runs: number; jobs: number }> {
  const { rows } = await client.query(`
    select (select count(*) from runs) as runs, case when reltuples > 1000000 then reltuples::bigint
      else (select count(*) from jobs) end as jobs from pg_class where oid = 'jobs'::regclass`);
  return rows[0];
}

/** All runs, the newest first, and behind them what is gathered of jobs without a run. */
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

/** Runs `work` on one state of the old database, whatever is written meanwhile. */
export async function onOneState<T>({ client }: OldDatabase, work: () => Promise<T>): Promise<T> {
  await client.query('begin isolation level repeatable read, read only');
  try {
    return await work();
  } finally {
    await client.query('commit');
  }
}

/** A run with its row as it is now; null when it is gone. */
export async function readOldRun(old: OldDatabase, run: OldRun): Promise<OldRun | null> {
  const text = 'select *, xmin::text::bigint as xmin from runs where id = $1::bigint';
  const { rows } = await old.client.query({ name: 'run', text, values: [run.id] });
  const [found] = rows;
  if (!found) return hasNoRow(run) ? { ...run, row: null } : null;
  const { xmin, ...row } = found;
  return { id: run.id, name: row.name, xmin, row };
}

/** Whether it is made of jobs without a run. */
function hasNoRow({ xmin }: OldRun): boolean {
  return xmin === 0;
}

function whereJobs(run: OldRun): { text: string; values: OldValue[] } {
  if (run.id < beyondOldIds) return { text: 'run_id = $1', values: [run.id] };
  return { text: 'run_id is null and name is not distinct from $1', values: [run.name] };
}

/** What decides about the jobs of a run, in the order of their ids. */
export async function oldOutline({ client }: OldDatabase, run: OldRun): Promise<OldOutline[]> {
  const { text: condition, values } = whereJobs(run);
  const size = [...documentFields, 'description', 'failure_reason'].map((key) => `coalesce(octet_length(${key}), 0)`);
  const text =
    `select id, xmin::text::bigint as xmin, job_id, status, posted, updated, ${size.join(' + ')} as size ` +
    `from jobs where ${condition} order by id`;
  return (await client.query({ name: `outline ${condition}`, text, values })).rows;
}

/** All nodes and all queues, as one state. */
export async function oldMachines(old: OldDatabase): Promise<{ nodes: OldRow[]; queues: OldRow[] }> {
  return onOneState(old, async () => {
    const nodes = await old.client.query('select * from nodes order by id');
    const queues = await old.client.query('select * from queue order by queue');
    return { nodes: nodes.rows, queues: queues.rows };
  });
}

/**
 * What tells one state of a run from another: how many jobs, the last of them, and the sum of the transactions that wrote their rows.
 * `updated` would not do, because clients set it.
 */
export function fingerprintOf(run: OldRun, jobs: { count: number; last: number; xmins: number }): string {
  return [run.xmin, jobs.count, jobs.last, jobs.xmins].join('.');
}

/** The fingerprints of the runs with these ids, or of all, by id. */
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

/** The internal ids of the runs that may still change: unfinished ones, and those of the last 30 days. */
export async function youngOldRuns({ client }: OldDatabase): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(`
    select id from runs where status is null or status not like 'finished%'
      or greatest(posted, scheduled, updated) > now() at time zone 'UTC' - interval '30 days'`);
  return rows.map(({ id }) => id);
}

/** How many jobs there are of each status, as it is stored. */
export async function oldStatuses({ client }: OldDatabase): Promise<Map<string | null, number>> {
  const { rows } = await client.query<{ status: string | null; count: number }>(
    'select status, count(*) as count from jobs group by status',
  );
  return new Map(rows.map(({ status, count }) => [status, count]));
}
