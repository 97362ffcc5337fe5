/** Checks of a PostgreSQL server that are made before anything is changed there. */
import pg from 'pg';
import { isDatabaseFault, UnavailableDatabase, UnusableDatabase } from './faults.ts';

/** The oldest PostgreSQL that is supported. */
const oldestVersion = 15;

/**
 * Connects and checks the server without changing anything. Returns whether a pooler gives each transaction another connection
 * to PostgreSQL, so that no state may be kept in a session. Throws `UnavailableDatabase` if the server does not answer, and
 * `UnusableDatabase` if the server is too old or refuses the user, if the database has the wrong encoding, or if the user lacks
 * privileges.
 */
export async function sessionsAreShared(connection: pg.ClientConfig, readOnly: boolean): Promise<boolean> {
  const clients = [new pg.Client(connection), new pg.Client(connection)] as const;
  const [client, other] = clients;
  // Without a listener an error between two queries would end the process.
  for (const each of clients) each.on('error', () => {});
  try {
    await client.connect();
    await checkServer(client, readOnly);
    await other.connect();
    return await sharesSessions(client, other);
  } catch (error) {
    if (error instanceof UnusableDatabase) throw error;
    throw explain(error, client);
  } finally {
    for (const each of clients) void each.end();
  }
}

/** True if the schema of a PostgreSQL database has tables. False if the database cannot be queried. */
export async function hasTables(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      `select from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace limit 1`,
    );
    return rows.length > 0;
  } catch {
    return false;
  } finally {
    void client.end();
  }
}

interface ServerFacts {
  number: string;
  version: string;
  encoding: string;
  read_only: boolean | null;
  schema: string | null;
  may_create: boolean | null;
  closed_tables: string | null;
}

async function checkServer(client: pg.Client, readOnly: boolean): Promise<void> {
  const { rows } = await client.query<ServerFacts>(`
    select current_setting('server_version_num') as number, current_setting('server_version') as version,
      pg_encoding_to_char(encoding) as encoding, current_setting('transaction_read_only') = 'on' as read_only,
      current_schema() as schema, has_schema_privilege(current_schema(), 'CREATE') as may_create,
      (select string_agg(relname, ', ') from pg_class join pg_namespace on pg_namespace.oid = relnamespace
        where nspname = current_schema() and relkind = 'r' and relname in ('migrations', 'runs', 'jobs', 'nodes')
          and not (has_table_privilege(pg_class.oid, 'SELECT') and has_table_privilege(pg_class.oid, 'INSERT')
            and has_table_privilege(pg_class.oid, 'UPDATE') and has_table_privilege(pg_class.oid, 'DELETE'))
      ) as closed_tables
    from pg_database where datname = current_database()`);
  const facts = rows[0] as ServerFacts;
  if (Number(facts.number) < oldestVersion * 10_000) {
    throw new UnusableDatabase(`this is PostgreSQL ${facts.version}; paddles needs version ${oldestVersion} or later`);
  }
  const problem = problemOf(facts, client, readOnly);
  if (problem !== null) throw new UnusableDatabase(problem);
}

function problemOf(facts: ServerFacts, { database, user }: pg.Client, readOnly: boolean): string | null {
  const { encoding, read_only, schema, may_create, closed_tables } = facts;
  if (encoding !== 'UTF8') {
    return `the database '${database}' is encoded in ${encoding}, which cannot hold every text; create one with: createdb --encoding=UTF8 --template=template0 NAME`;
  }
  if (readOnly) return null;
  if (read_only) {
    return `the database '${database}' is read-only, perhaps on a standby; name the primary, or serve what is there with --read-only`;
  }
  if (schema === null) return `no schema of the search_path of user '${user}' exists in the database '${database}'`;
  if (!may_create) {
    return `user '${user}' may not create tables in the schema '${schema}'; allow it with: grant create on schema ${schema} to ${user}`;
  }
  if (closed_tables !== null) {
    return `user '${user}' may not read and write the tables ${closed_tables} in the schema '${schema}', which belong to another user`;
  }
  return null;
}

/** Rounds needed to detect sharing while other clients of the pooler are busy. */
const rounds = 5;

/** Without a pooler, two connections that are open at once have different sessions, and neither session changes. */
async function sharesSessions(one: pg.Client, other: pg.Client): Promise<boolean> {
  const session = async (client: pg.Client) => {
    const { rows } = await client.query<{ session: number }>('select pg_backend_pid() as session');
    return rows[0]?.session;
  };
  const first = [await session(one), await session(other)];
  for (let round = 0; round < rounds; round++) {
    const now = [await session(one), await session(other)];
    if (now[0] === now[1] || now[0] !== first[0] || now[1] !== first[1]) return true;
  }
  return false;
}

/** Rewords an error as a sentence for the operator, without the password. */
function explain(error: unknown, { host, port, database, user }: pg.Client): UnavailableDatabase | UnusableDatabase {
  const { code = '', message } = error as { code?: string; message?: string };
  const server = host.startsWith('/') ? `${host} (socket ${port})` : `${host}:${port}`;
  const refusals: Record<string, string> = {
    '28P01': `PostgreSQL at ${server} refuses the password of user '${user}'`,
    '28000': `PostgreSQL at ${server} refuses the user '${user}'`,
    '3D000': `PostgreSQL at ${server} has no database '${database}'; create it with: createdb ${database}`,
  };
  const absences: Record<string, string> = {
    ECONNREFUSED: `no PostgreSQL answers at ${server}`,
    ENOENT: `no PostgreSQL answers at ${server}`,
    ENOTFOUND: `the host name of PostgreSQL at ${server} cannot be resolved`,
    EAI_AGAIN: `the host name of PostgreSQL at ${server} cannot be resolved`,
  };
  const sentence = refusals[code] ?? absences[code] ?? `PostgreSQL at ${server} cannot be used: ${message || code}`;
  const isAway = isDatabaseFault(error) && refusals[code] === undefined;
  return new (isAway ? UnavailableDatabase : UnusableDatabase)(sentence, { cause: error });
}
