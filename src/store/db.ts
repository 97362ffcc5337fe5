import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Dialect, Kysely, sql } from 'kysely';
import {
  type Condition,
  createCondition,
  isDamage,
  isDatabaseFault,
  UnavailableDatabase,
  UnusableDatabase,
} from './engine/faults.ts';
import { checkSchema, migrate } from './engine/migrations.ts';
import { openPostgres, type PoolState } from './engine/postgres.ts';
import type { Reader, Schema } from './engine/schema.ts';
import { openSqlite } from './engine/sqlite.ts';
import { type Transact, transactOn } from './engine/transaction.ts';
import { followDatabase, type Replication } from './write/follow.ts';
import { createJobWriter, type JobWriter } from './write/jobs.ts';
import { createLive, type Live } from './write/live.ts';
import { createNodeWriter, type NodeWriter } from './write/nodes.ts';
import { keepDigest } from './write/runs.ts';

export { DatabaseFault, isDatabaseFault, UnavailableDatabase, UnusableDatabase } from './engine/faults.ts';

/** An open database. */
export interface Db extends Reader {
  /** Every change of a job goes through here. */
  jobWriter: JobWriter;
  /** Every change that a client makes to a node goes through here. */
  nodeWriter: NodeWriter;
  /** Keeps what a run contributes to verdicts; does nothing where the database is only read. */
  keepDigest(digest: Schema['run_digests']): Promise<void>;
  /** What changes, for those who watch. */
  live: Live;
  /** Whether it works. */
  condition: Condition;
  /** The connections to PostgreSQL. */
  pool?: () => PoolState;
  /** The database as a person may read it: without password. */
  label: string;
  /** Names of the migrations that opening applied. */
  migrated: string[];
  /** Set when the database was opened only to be read: asks how it follows the one that is written to. */
  replication?: () => Promise<Replication>;
  /** Finishes what was accepted, then closes. */
  close(): Promise<void>;
}

/** What `open` needs to know. */
export interface OpenOptions {
  url: string;
  poolSize: number;
  /** Microseconds since the Unix epoch. */
  now: () => number;
  /** Hears of connections that break while idle: nobody waits for an answer there. */
  onLost?: (error: Error) => void;
  /** Hears of every request that failed because the database does not work. */
  onFault?: (error: unknown) => void;
  /** Opens a SQLite file that a server may have; the schema must be up to date. */
  beside?: boolean;
  /** For a command that can begin again: when the system goes down, the last commits on a SQLite file may be lost. */
  bulk?: boolean;
  /** Creates no SQLite file, which a wrong path or folder would otherwise lead to. */
  mustExist?: boolean;
  /** Milliseconds after which a PostgreSQL that says nothing is given up; by default 35,000. */
  answerWithin?: number;
}

/**
 * Opens the database, creates it where it is a file, and brings its schema up to date.
 *
 * Throws `UnusableDatabase` or `UnavailableDatabase`, each with a sentence for the person who started the program.
 */
export function open(options: OpenOptions): Promise<Db> {
  return openDatabase(options, false);
}

/**
 * Opens a database that this process may only read, a PostgreSQL standby for one: creates, migrates and writes nothing.
 * Every write through it fails. Throws as `open` does, also when the schema is not up to date.
 */
export function openReadOnly(options: OpenOptions): Promise<Db> {
  return openDatabase(options, true);
}

async function openDatabase({ url, now, onFault = () => {}, ...options }: OpenOptions, readOnly: boolean): Promise<Db> {
  const target = parseDatabaseUrl(url);
  const { engine, label } = target;
  const { transact, pool, ...opened } = await openEngine(target, { ...options, readOnly });
  const kysely = new Kysely<Schema>({ dialect: opened.dialect });
  const release = async () => {
    await kysely.destroy();
    opened.release?.();
  };
  let migrated: string[] = [];
  try {
    if (readOnly || opened.isBeside) await checkSchema(kysely);
    else migrated = await (opened.patient ? migrateWith(opened.patient(), now()) : migrate(kysely, engine, now()));
    await checkWhole(kysely);
  } catch (error) {
    await release();
    throw whileOpening(error, label);
  }
  // Nobody can listen in a session that changes with every transaction.
  const followed = readOnly || opened.sharesSessions ? followDatabase({ engine, kysely }) : null;
  const live = followed?.live ?? createLive(kysely, target.engine === 'postgres' ? target.url : null);
  const jobWriter = createJobWriter(engine, transact ?? transactOn(kysely));
  const nodeWriter = createNodeWriter(kysely, engine, (nodes) => live.changed({ nodes }));
  jobWriter.subscribe((event) => live.add(event));
  const replication = readOnly ? followed?.replication : undefined;
  const look = async () => {
    await opened.look();
    await replication?.();
  };
  const write = async () => void (await kysely.updateTable('indexed').set('version', sql`version`).execute());
  const condition = createCondition({ look, write: readOnly ? async () => {} : write, onFault });
  const close = async () => {
    await Promise.all([jobWriter.drain(), nodeWriter.drain()]);
    await live.close();
    await release();
  };
  return {
    ...{ engine, kysely, jobWriter, nodeWriter, live, condition, label, migrated, close },
    keepDigest: async (digest) => (readOnly ? undefined : keepDigest(kysely, digest)),
    ...(pool && { pool }),
    ...(replication && { replication }),
  };
}

async function migrateWith(patient: Dialect, now: number): Promise<string[]> {
  const kysely = new Kysely<Schema>({ dialect: patient });
  return await migrate(kysely, 'postgres', now).finally(() => kysely.destroy());
}

/** The import of an export takes this row away at its beginning, and writes it at its end. */
async function checkWhole(kysely: Kysely<Schema>): Promise<void> {
  if (await kysely.selectFrom('indexed').select('version').executeTakeFirst()) return;
  throw new UnusableDatabase('the import of an export into this database has not ended; begin again with an empty one');
}

/** What fails after the database has answered once: most of it passes. */
function whileOpening(error: unknown, label: string): unknown {
  if (!isDatabaseFault(error)) return error;
  const sentence = `${label} does not work: ${(error as Error).message}`;
  return new (isDamage(error) ? UnusableDatabase : UnavailableDatabase)(sentence, { cause: error });
}

/** An engine at work, with what only one of the two has. */
interface OpenEngine {
  dialect: Dialect;
  patient?: () => Dialect;
  look: () => Promise<void>;
  release?: () => void;
  isBeside?: boolean;
  transact?: Transact;
  pool?: () => PoolState;
  sharesSessions?: boolean;
}

async function openEngine(
  target: Target,
  {
    readOnly,
    mustExist = readOnly,
    onLost = () => {},
    ...options
  }: Omit<OpenOptions, 'url' | 'now' | 'onFault'> & { readOnly: boolean },
): Promise<OpenEngine> {
  if (target.engine === 'postgres') return openPostgres(target.url, { ...options, onLost, readOnly });
  if (mustExist && !existsSync(target.path)) {
    throw new UnusableDatabase(
      `there is no database ${target.path}; name that of the server, or create one with "paddles migrate"`,
    );
  }
  const isBeside = options.beside === true && existsSync(target.path);
  const mode = readOnly ? 'read-only' : isBeside ? 'beside' : 'alone';
  return { ...openSqlite(target.path, mode, options), isBeside };
}

/**
 * Returns how the database follows another one, null for one that is written to; throws when it does not answer, or when one
 * that is to be written to takes no writes.
 */
export async function ping({ condition, replication }: Db): Promise<Replication | null> {
  await condition.check();
  return replication ? replication() : null;
}

type Target = { engine: 'sqlite'; path: string; label: string } | { engine: 'postgres'; url: string; label: string };

/**
 * Reads a database URL in today's and in the old spellings: `sqlite:///relative`, `sqlite:////absolute`,
 * `postgresql://…`, `postgres://…`, `postgresql+psycopg2://…`. Throws `UnusableDatabase`.
 */
export function parseDatabaseUrl(url: string): Target {
  const sqlite = /^sqlite:\/\/\/(?<path>.+)$/.exec(url);
  if (sqlite?.groups?.path) {
    if (sqlite.groups.path === ':memory:') throw new UnusableDatabase('a database in memory would lose every result');
    if (sqlite.groups.path.startsWith('file:'))
      throw new UnusableDatabase(
        'a path, not a file: URL, comes after sqlite:///; an absolute one begins with a fourth /',
      );
    const path = resolve(sqlite.groups.path);
    return { engine: 'sqlite', path, label: path };
  }
  if (/^postgres(ql)?(\+[a-z0-9]+)?:\/\//.test(url)) {
    const plain = url.replace(/^postgres(ql)?(\+[a-z0-9]+)?:/, 'postgresql:');
    if (!URL.canParse(plain))
      throw new UnusableDatabase(
        'the PostgreSQL URL cannot be read; write postgresql://user:password@host:port/database',
      );
    return { engine: 'postgres', url: plain, label: withoutPasswords(plain) };
  }
  throw new UnusableDatabase(
    `the database URL must look like sqlite:///path or postgresql://user:password@host/database, not '${url.split('://')[0]}…'`,
  );
}

/** The driver takes a password also from the query, and others take more secrets from there. */
function withoutPasswords(url: string): string {
  const label = new URL(url);
  if (label.password !== '') label.password = '***';
  for (const name of new Set(label.searchParams.keys()))
    if (/pass|secret/i.test(name)) label.searchParams.set(name, '***');
  return label.href;
}
