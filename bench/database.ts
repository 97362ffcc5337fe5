/** The databases of a benchmark: made for it alone, gone afterwards. The server under test makes its own schema in them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import pg from 'pg';

/** A value as both engines take it. */
export type Value = string | number | boolean | null;

/** A row by column. */
export type Row = Record<string, Value>;

/** A bare connection; `?` marks parameters on both engines. */
export interface Sql {
  engine: EngineName;
  query(text: string, parameters?: Value[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** The engines that the server works with. */
export type EngineName = 'sqlite' | 'postgres';

/** One engine under test. */
export interface Engine {
  name: EngineName;
  /** Its name and version, for the results. */
  title: string;
  /** Makes an empty database and returns its URL. */
  createDatabase(label: string): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  /** What a database does by itself a minute after it was filled: its plans then follow the size of its tables. */
  analyse(url: string): Promise<void>;
}

/** SQLite, with its files in `folder`. */
export function sqliteEngine(folder: string): Engine {
  return {
    name: 'sqlite',
    title: `SQLite ${process.versions.sqlite}`,
    createDatabase: async (label) => `sqlite:///${join(folder, label)}.db`,
    async dropDatabase(url) {
      for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(sqlitePath(url) + suffix, { force: true });
    },
    analyse: async () => {},
  };
}

/** The PostgreSQL server at `adminUrl`, whose user may create databases. */
export async function postgresEngine(adminUrl: string): Promise<Engine> {
  const onAdmin = async (text: string) => {
    const sql = await connect(adminUrl);
    return sql.query(text).finally(() => sql.close());
  };
  const [row] = await onAdmin(
    "select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync",
  );
  // Nobody runs a server without flushes, so results that were measured without them must say so.
  const flush = row?.fsync === 'on' && row.sync === 'on' ? '' : ', NOT DURABLE (fsync or synchronous_commit is off)';
  return {
    name: 'postgres',
    title: `PostgreSQL ${String(row?.version).split(' ')[0]}${flush}`,
    async createDatabase(label) {
      const name = `bench_${process.pid}_${label.replace(/\W/g, '_')}`;
      await onAdmin(`create database ${name}`);
      const url = new URL(adminUrl);
      url.pathname = `/${name}`;
      return url.href;
    },
    async analyse(url) {
      const sql = await connect(url);
      await sql.query('analyze').finally(() => sql.close());
    },
    async dropDatabase(url) {
      await onAdmin(`drop database if exists ${new URL(url).pathname.slice(1)} with (force)`);
    },
  };
}

/** Opens a database past the server. */
export async function connect(url: string): Promise<Sql> {
  return url.startsWith('sqlite:') ? connectSqlite(url) : connectPostgres(url);
}

/** What one query finds in a database, past the server. */
export async function rowsOf(url: string, text: string, parameters: Value[] = []): Promise<Row[]> {
  const sql = await connect(url);
  return sql.query(text, parameters).finally(() => sql.close());
}

/** The file of a SQLite URL. */
export function sqlitePath(url: string): string {
  return url.slice('sqlite:///'.length);
}

/** Opens a SQLite file with the settings of the server (src/store). */
export function openLikeServer(url: string): DatabaseSync {
  const database = new DatabaseSync(sqlitePath(url), { timeout: 60_000 });
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -16384');
  return database;
}

/** A value as the SQLite driver takes it. */
export function plain(value: Value | undefined): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : (value ?? null);
}

function connectSqlite(url: string): Sql {
  const database = openLikeServer(url);
  return {
    engine: 'sqlite',
    query: async (text, parameters = []) => database.prepare(text).all(...parameters.map(plain)) as Row[],
    close: async () => database.close(),
  };
}

async function connectPostgres(url: string): Promise<Sql> {
  // Eight-byte integers as numbers, as the server has them.
  const getTypeParser = (oid: number, format?: 'text' | 'binary') =>
    oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');
  const client = new pg.Client({ connectionString: url, types: { getTypeParser } });
  await client.connect();
  return {
    engine: 'postgres',
    async query(text, parameters = []) {
      let count = 0;
      const numbered = text.replace(/\?/g, () => `$${++count}`);
      return (await client.query(numbered, parameters)).rows;
    },
    close: () => client.end(),
  };
}
