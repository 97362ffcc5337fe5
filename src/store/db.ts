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
  /** Makes all changes to jobs. */
  jobWriter: JobWriter;
  /** Makes all changes to nodes that clients request. */
  nodeWriter: NodeWriter;
  /** Stores the digest that a run contributes to verdicts. Does nothing if the database was opened read-only. */
  keepDigest(digest: Schema['run_digests']): Promise<void>;
  /** The stream of changes, for subscribers. */
  live: Live;
  /** Tells whether the database works. */
  condition: Condition;
  /** The state of the PostgreSQL connection pool. */
  pool?: () => PoolState;
  /** The URL or path of the database without its password, for logs and messages. */
  label: string;
  /** Names of the migrations that `open` applied. */
  migrated: string[];
  /** Reads how far this database has followed its primary. Set only if the database was opened read-only. */
  replication?: () => Promise<Replication>;
  /** Finishes the accepted writes, then closes the database. */
  close(): Promise<void>;
}

/** Options of `open`. */
export interface OpenOptions {
  url: string;
  poolSize: number;
  /** Microseconds since the Unix epoch. */
  now: () => number;
  /** Called when an idle connection breaks; no request sees that error. */
  onLost?: (error: Error) => void;
  /** Called for every request that failed because the database does not work. */
  onFault?: (error: unknown) => void;
  /** Opens a SQLite file that a server may have open too. The schema must be up to date. */
  beside?: boolean;
  /** For a command that can be restarted: a crash of the system may lose the last commits to a SQLite file. */
  bulk?: boolean;
  /** Fails if the SQLite file does not exist. Otherwise a wrong path would create a new file. */
  mustExist?: boolean;
  /** Milliseconds after which a PostgreSQL server that does not respond is given up; 35,000 by default. */
  answerWithin?: number;
}

/**
 * Opens the database and brings its schema up to date. Creates the file of a SQLite database.
 *
 * Throws `UnusableDatabase` or `UnavailableDatabase`, whose message is a sentence for the operator.
 */
export function open(options: OpenOptions): Promise<Db> {
  return openDatabase(options, false);
}

/**
 * Opens a database read-only, for example a PostgreSQL standby. Creates, migrates and writes nothing; every write through
 * it fails. Throws as `open` does, and also if the schema is not up to date.
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
  // LISTEN does not work in a session that changes with every transaction.
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

/** The import of an export deletes this row when it starts and writes it when it ends. */
async function checkWhole(kysely: Kysely<Schema>): Promise<void> {
  if (await kysely.selectFrom('indexed').select('version').executeTakeFirst()) return;
  throw new UnusableDatabase('the import of an export into this database has not ended; begin again with an empty one');
}

/** Wraps an error that occurred after the database had answered once. Most of these errors are temporary. */
function whileOpening(error: unknown, label: string): unknown {
  if (!isDatabaseFault(error)) return error;
  const sentence = `${label} does not work: ${(error as Error).message}`;
  return new (isDamage(error) ? UnusableDatabase : UnavailableDatabase)(sentence, { cause: error });
}

/** An open database engine. Each optional member exists for one of the two engines only. */
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
 * Returns the replication state of a read-only database, or null for a writable one. Throws if the database does not
 * answer, or if a writable one takes no writes.
 */
export async function ping({ condition, replication }: Db): Promise<Replication | null> {
  await condition.check();
  return replication ? replication() : null;
}

type Target = { engine: 'sqlite'; path: string; label: string } | { engine: 'postgres'; url: string; label: string };

/**
 * Parses a database URL in its current and its old spellings: `sqlite:///relative`, `sqlite:////absolute`,
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

/** The query may contain secrets too: the driver reads a password from it, and other programs read more. */
function withoutPasswords(url: string): string {
  const label = new URL(url);
  if (label.password !== '') label.password = '***';
  for (const name of new Set(label.searchParams.keys()))
    if (/pass|secret/i.test(name)) label.searchParams.set(name, '***');
  return label.href;
}
