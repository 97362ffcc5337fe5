import { resolve } from 'node:path';
import { Kysely, sql } from 'kysely';
import { checkSchema, migrate, NewerSchema, OlderSchema } from './engine/migrations.ts';
import { isLostPostgres, isRecoveryConflict, openPostgres, PostgresUnavailable } from './engine/postgres.ts';
import type { Schema } from './engine/schema.ts';
import { openSqlite, openSqliteReadOnly, SqliteUnavailable } from './engine/sqlite.ts';
import { transactOn } from './engine/transaction.ts';
import type { Reader } from './reader.ts';
import { followDatabase, type Replication } from './write/follow.ts';
import { createJobWriter, type JobWriter } from './write/jobs.ts';
import { createLive, type Live } from './write/live.ts';
import { createNodeWriter, type NodeWriter } from './write/nodes.ts';

/** An open database. */
export interface Db extends Reader {
  /** Every change of a job goes through here. */
  jobWriter: JobWriter;
  /** Every change that a client makes to a node goes through here. */
  nodeWriter: NodeWriter;
  /** What changes, for those who watch. */
  live: Live;
  /** The database as a person may read it: without password. */
  label: string;
  /** Names of the migrations that opening applied. */
  migrated: string[];
  /** Set when the database was opened only to be read: asks how it follows the one that is written to. */
  replication?: () => Promise<Replication>;
  /** Finishes what was accepted, then closes. */
  close(): Promise<void>;
}

/** What `open` needs to know; `onLost` hears of database connections that break while idle. */
export interface OpenOptions {
  url: string;
  poolSize: number;
  /** Microseconds since the Unix epoch. */
  now: () => number;
  onLost?: (error: Error) => void;
}

/** A database URL that no engine understands, in one sentence. */
export class BadDatabaseUrl extends Error {}

/**
 * Opens the database, creates it where it is a file, and brings its schema up to date.
 *
 * Throws `BadDatabaseUrl`, `SqliteUnavailable`, `PostgresUnavailable` or `NewerSchema`, each with a sentence for the
 * person who started the program.
 */
export async function open({ url, poolSize, now, onLost = () => {} }: OpenOptions): Promise<Db> {
  const target = parseDatabaseUrl(url);
  const { dialect, release, transact } =
    target.engine === 'sqlite'
      ? { ...openSqlite(target.path), transact: undefined }
      : { ...(await openPostgres(target.url, { poolSize, onLost })), release: () => {} };
  const kysely = new Kysely<Schema>({ dialect });
  const close = async () => {
    await kysely.destroy();
    release();
  };
  try {
    const migrated = await migrate(kysely, target.engine, now());
    const jobWriter = createJobWriter(target.engine, transact ?? transactOn(kysely));
    const live = createLive(kysely, target.engine === 'postgres' ? target.url : null);
    const nodeWriter = createNodeWriter(kysely, target.engine, (nodes) => live.changed({ nodes }));
    jobWriter.subscribe((event) => live.add(event));
    const closeAfterWrites = async () => {
      await Promise.all([jobWriter.drain(), nodeWriter.drain()]);
      await live.close();
      await close();
    };
    const { engine, label } = target;
    return { engine, kysely, jobWriter, nodeWriter, live, label, migrated, close: closeAfterWrites };
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Opens a database that this process may only read, a PostgreSQL standby for one: creates, migrates and writes nothing.
 * Every write through it fails. Throws as `open` does, and `OlderSchema` when the schema is not up to date.
 */
export async function openReadOnly({ url, poolSize, onLost = () => {} }: OpenOptions): Promise<Db> {
  const target = parseDatabaseUrl(url);
  const { engine, label } = target;
  const { dialect } =
    target.engine === 'sqlite'
      ? openSqliteReadOnly(target.path)
      : await openPostgres(target.url, { poolSize, onLost, readOnly: true });
  const kysely = new Kysely<Schema>({ dialect });
  try {
    await checkSchema(kysely);
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
  const { live, replication } = followDatabase({ engine, kysely });
  const jobWriter = createJobWriter(engine, transactOn(kysely));
  const nodeWriter = createNodeWriter(kysely, engine, () => {});
  const close = async () => {
    await live.close();
    await kysely.destroy();
  };
  return { engine, kysely, jobWriter, nodeWriter, live, label, migrated: [], replication, close };
}

/** Answers how the database follows another one, null for one that is written to; throws when it does not answer. */
export async function ping(db: Db): Promise<Replication | null> {
  if (db.replication) return db.replication();
  await sql`select 1`.execute(db.kysely);
  return null;
}

type Target = { engine: 'sqlite'; path: string; label: string } | { engine: 'postgres'; url: string; label: string };

/**
 * Reads a database URL in today's and in the old spellings: `sqlite:///relative`, `sqlite:////absolute`,
 * `postgresql://…`, `postgres://…`, `postgresql+psycopg2://…`. Throws `BadDatabaseUrl`.
 */
export function parseDatabaseUrl(url: string): Target {
  const sqlite = /^sqlite:\/\/\/(?<path>.+)$/.exec(url);
  if (sqlite?.groups?.path) {
    if (sqlite.groups.path === ':memory:') throw new BadDatabaseUrl('a database in memory would lose every result');
    const path = resolve(sqlite.groups.path);
    return { engine: 'sqlite', path, label: path };
  }
  if (/^postgres(ql)?(\+[a-z0-9]+)?:\/\//.test(url)) {
    const plain = url.replace(/^postgres(ql)?(\+[a-z0-9]+)?:/, 'postgresql:');
    if (!URL.canParse(plain))
      throw new BadDatabaseUrl(
        'the PostgreSQL URL cannot be read; write postgresql://user:password@host:port/database',
      );
    const label = new URL(plain);
    if (label.password !== '') label.password = '***';
    return { engine: 'postgres', url: plain, label: label.href };
  }
  throw new BadDatabaseUrl(
    `the database URL must look like sqlite:///path or postgresql://user:password@host/database, not '${url.split('://')[0]}…'`,
  );
}

/** True for an error that says "the database cannot answer now", not "this statement is wrong". */
export function isLost(error: unknown): boolean {
  return isLostPostgres(error) || isRecoveryConflict(error);
}

/** What to tell the person who started the program when `open` threw, or null when it is a defect. */
export function sentenceOf(error: unknown): { text: string; exitCode: number } | null {
  if (error instanceof BadDatabaseUrl) return { text: error.message, exitCode: 2 };
  const known = [SqliteUnavailable, PostgresUnavailable, NewerSchema, OlderSchema].some(
    (kind) => error instanceof kind,
  );
  return known ? { text: (error as Error).message, exitCode: 1 } : null;
}
