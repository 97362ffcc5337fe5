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
  engine: Engine['name'];
  query(text: string, parameters?: Value[]): Promise<Row[]>;
  close(): Promise<void>;
}

/** One engine under test. */
export interface Engine {
  name: 'sqlite' | 'postgres';
  /** Its name and version, for the results. */
  title: string;
  /** Makes an empty database and returns its URL. */
  createDatabase(label: string): Promise<string>;
  dropDatabase(url: string): Promise<void>;
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
  };
}

/** The PostgreSQL server at `server`, whose user may create databases. */
export async function postgresEngine(server: string): Promise<Engine> {
  const [row] = await rowsOf(server, "select current_setting('server_version') as version");
  return {
    name: 'postgres',
    title: `PostgreSQL ${String(row?.version).split(' ')[0]}`,
    async createDatabase(label) {
      await rowsOf(server, `create database bench_${label}`);
      return Object.assign(new URL(server), { pathname: `/bench_${label}` }).href;
    },
    async dropDatabase(url) {
      await rowsOf(server, `drop database ${new URL(url).pathname.slice(1)} with (force)`);
    },
  };
}

/** What one query finds in a database, past the server. */
export async function rowsOf(url: string, text: string, parameters: Value[] = []): Promise<Row[]> {
  const sql = await connect(url);
  return sql.query(text, parameters).finally(() => sql.close());
}

/** Opens a database past the server. */
export async function connect(url: string): Promise<Sql> {
  if (url.startsWith('sqlite:')) {
    const database = openLikeServer(url);
    return {
      engine: 'sqlite',
      query: async (text, parameters = []) => database.prepare(text).all(...parameters.map(plain)) as Row[],
      close: async () => database.close(),
    };
  }
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

/** Reads integers of eight bytes as numbers, as the server does. */
export function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format as 'text');
}

/** A value as the SQLite driver takes it. */
export function plain(value: Value | undefined): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : (value ?? null);
}
