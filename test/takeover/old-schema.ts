/** The tables of the Python server, as far as known (teuthology contract §3.1), and a function that fills them through COPY. */
import pg from 'pg';

/** A value of an old table. */
export type OldCell = string | number | boolean | null | undefined;

/** The statements that create the tables as the models of the Python server do. */
export const oldSchema = `
  create table runs (
    id serial primary key, name varchar(512), status varchar(16), "user" varchar(32), scheduled timestamp, suite varchar(256),
    branch varchar(128), machine_type varchar(32), posted timestamp, started timestamp, updated timestamp
  );
  create table jobs (
    id serial primary key, posted timestamp, started timestamp, updated timestamp,
    run_id integer references runs (id) on delete cascade, status varchar(32), archive_path varchar(512), description text,
    duration integer, email varchar(128), failure_reason text, flavor varchar(128), job_id varchar(32), kernel text,
    last_in_suite boolean, machine_type varchar(32), name varchar(512), nuke_on_error boolean, os_type varchar(32),
    os_version varchar(16), overrides text, owner varchar(128), priority integer, pid varchar(32), repo varchar(256), roles text,
    sentry_event varchar(128), success boolean, branch varchar(128), seed integer, sha1 varchar(40),
    sleep_before_teardown integer, subset varchar(32), suite varchar(256), suite_branch varchar(128), suite_path varchar(256),
    suite_relpath varchar(256), suite_repo varchar(256), suite_sha1 varchar(40), targets text, tasks text,
    teuthology_branch varchar(64), teuthology_sha1 varchar(40), "timestamp" timestamp, "user" varchar(64), "verbose" boolean,
    issue_url text, comment text, pcp_grafana_url text, queue varchar(32), package_source varchar(32)
  );
  create table nodes (
    id serial primary key, name varchar(256) not null unique, description text, up boolean, machine_type varchar(32),
    arch varchar(16), is_vm boolean not null, os_type varchar(32), os_version varchar(16), vm_host_id integer references nodes (id),
    locked boolean not null, locked_by varchar(64), locked_since timestamp, mac_address varchar(17), ssh_pub_key text
  );
  create table queue (
    queue varchar(32) primary key, paused_by varchar(64), paused_since timestamp, pause_duration integer, paused_until timestamp
  );
  create table job_nodes (
    node_id integer not null references nodes (id) on delete cascade,
    job_id integer not null references jobs (id) on delete cascade, primary key (node_id, job_id)
  );
  create index on jobs (run_id);
  create index on jobs (job_id);
  create index on job_nodes (job_id);
`;

/** Connects to a database as the old server does. */
export async function connectOld(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("set timezone = 'UTC'");
  return client;
}

/** Adds rows to a table; the columns are those of the first row. */
export async function copyInto(client: pg.Client, table: string, rows: Record<string, OldCell>[]): Promise<void> {
  if (rows.length === 0) return;
  const columns = Object.keys(rows[0] as object);
  const text = rows.map((row) => `${columns.map((column) => copyCell(row[column])).join('\t')}\n`).join('');
  const quoted = columns.map((column) => `"${column}"`).join(', ');
  await new Promise<void>((done, fail) => {
    client.query(copyQuery(`copy ${table} (${quoted}) from stdin`, text, done, fail) as unknown as pg.Submittable);
  });
}

function copyCell(value: OldCell): string {
  if (value === null || value === undefined) return '\\N';
  const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return String(value).replaceAll(/[\\\n\r\t]/g, (character) => escapes[character] as string);
}

interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** Returns the object whose methods the driver calls during a COPY. */
function copyQuery(statement: string, rows: string, done: () => void, fail: (error: Error) => void) {
  let error: Error | null = null;
  return {
    submit: (connection: CopyConnection) => connection.query(statement),
    handleCopyInResponse(connection: CopyConnection) {
      connection.sendCopyFromChunk(Buffer.from(rows));
      connection.endCopyFrom();
    },
    handleCommandComplete: () => {},
    handleReadyForQuery: () => (error ? fail(error) : done()),
    handleError: (problem: Error) => {
      error = problem;
      fail(problem);
    },
    callback: () => {},
  };
}
