/** The databases of a benchmark: made for it alone, gone afterwards. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { open, parseDatabaseUrl } from '../src/store/db.ts';

/** A bare connection for seeding; `?` marks parameters on both engines. */
export interface Sql {
  query(text: string, parameters?: (string | number | null)[]): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** One engine under test. */
export interface Engine {
  name: 'sqlite' | 'postgres';
  title: string;
  /** Makes a database with the server's schema and answers its URL. */
  createDatabase(label: string): Promise<string>;
  /** Removes one that is not needed any more: some are large. */
  dropDatabase(url: string): Promise<void>;
  connect(url: string): Promise<Sql>;
}

/** SQLite, with its files in `folder`. */
export function sqliteEngine(folder: string, remove: (path: string) => void): Engine {
  return {
    name: 'sqlite',
    title: `SQLite ${process.versions.sqlite}`,
    async createDatabase(label) {
      return migrated(`sqlite:///${join(folder, label)}.db`);
    },
    async dropDatabase(url) {
      for (const suffix of ['', '-wal', '-shm', '.lock']) remove(sqlitePath(url) + suffix);
    },
    connect: async (url) => connectSqlite(url),
  };
}

/** The PostgreSQL server at `adminUrl`, whose user may create databases. */
export async function postgresEngine(adminUrl: string): Promise<Engine> {
  const admin = await connectPostgres(adminUrl);
  const [row] = await admin.query(
    "select current_setting('server_version') as version, current_setting('fsync') as fsync, current_setting('synchronous_commit') as sync",
  );
  await admin.close();
  // A limit without flushes would compare with something that nobody runs; the table must at least say so.
  const flush = row?.fsync === 'on' && row.sync === 'on' ? '' : ', NOT DURABLE (fsync or synchronous_commit is off)';
  const onAdmin = async (text: string) => {
    const sql = await connectPostgres(adminUrl);
    await sql.query(text).finally(() => sql.close());
  };
  return {
    name: 'postgres',
    title: `PostgreSQL ${String(row?.version).split(' ')[0]}${flush}`,
    async createDatabase(label) {
      const name = `bench_${process.pid}_${label.replace(/\W/g, '_')}`;
      await onAdmin(`create database ${name}`);
      const url = new URL(adminUrl);
      url.pathname = `/${name}`;
      return migrated(url.href);
    },
    dropDatabase: (url) => onAdmin(`drop database if exists ${new URL(url).pathname.slice(1)} with (force)`),
    connect: connectPostgres,
  };
}

/** The file of a SQLite URL. */
export function sqlitePath(url: string): string {
  const target = parseDatabaseUrl(url);
  if (target.engine !== 'sqlite') throw new Error(`not a SQLite database: ${target.label}`);
  return target.path;
}

/** Opens a SQLite file with the settings of the server. */
export function openLikeServer(url: string): DatabaseSync {
  const database = new DatabaseSync(sqlitePath(url), { timeout: 5000 });
  database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -32768');
  return database;
}

async function migrated(url: string): Promise<string> {
  const db = await open({ url, poolSize: 2, now: () => Date.now() * 1000 });
  await db.close();
  return url;
}

function connectSqlite(url: string): Sql {
  const database = openLikeServer(url);
  return {
    query: async (text, parameters = []) => database.prepare(text).all(...parameters),
    close: async () => database.close(),
  };
}

async function connectPostgres(url: string): Promise<Sql> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    query: async (text, parameters = []) => {
      let count = 0;
      return (
        await client.query(
          text.replace(/\?/g, () => `$${++count}`),
          parameters,
        )
      ).rows;
    },
    close: () => client.end(),
  };
}
