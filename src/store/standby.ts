/** What PostgreSQL tells of a main database and its standby. Positions are bytes of the write-ahead log since its beginning. */
import { type Kysely, sql } from 'kysely';
import { explainPostgres, openReadPool, type ReadPool } from './postgres.ts';
import type { Schema } from './schema.ts';

/** Which database it is, on whatever server: a standby has both numbers of its main database. */
export interface Identity {
  cluster: string;
  database: number;
}

/** How far a standby is, or why it cannot be used, in one sentence. */
export type Standing = { replayed: number; sinceLast: number | null } | { problem: string };

/** Asks one standby; see `openStandby`. */
export interface Standby {
  ask(): Promise<Standing>;
  close(): void;
}

/** A standby that does not answer within so many milliseconds is lost. */
const patience = 3000;

const identity = sql`(select system_identifier::text from pg_control_system()) as cluster,
  (select oid::bigint from pg_database where datname = current_database()) as database`;

/** Who the main database is. */
export async function identityOf(kysely: Kysely<Schema>): Promise<Identity> {
  const { rows } = await sql<Identity>`select ${identity}`.execute(kysely);
  return rows[0] as Identity;
}

/** Up to where the main database has written: everything that was committed before the call is before it. */
export async function writtenUpTo(kysely: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ written: number }>`
    select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint as written`.execute(kysely);
  return (rows[0] as { written: number }).written;
}

interface Told extends Identity {
  standby: boolean;
  replayed: number | null;
  since_last: number | null;
}

/**
 * Asks the standby of `main` at `url`, on a connection of its own: one of the readers' might be waited for. `ask` answers
 * up to where it has replayed and how many seconds ago the last transaction that it has was committed; it never throws.
 */
export function openStandby(url: string, main: Identity): Standby {
  let pool: ReadPool | null = null;
  const ask = async (): Promise<Standing> => {
    pool ??= openReadPool(url, 1, () => {});
    const asked = pool;
    const silent = setTimeout(() => asked.cut(), patience);
    try {
      const { rows } = await sql<Told>`
        select pg_is_in_recovery() as standby, pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint as replayed,
          extract(epoch from now() - pg_last_xact_replay_timestamp())::float8 as since_last, ${identity}
      `.execute(asked.kysely);
      return standingOf(rows[0] as Told, main);
    } catch (error) {
      asked.cut();
      pool = null;
      return { problem: explainPostgres(error, url).message };
    } finally {
      clearTimeout(silent);
    }
  };
  return { ask, close: () => pool?.cut() };
}

function standingOf({ standby, replayed, since_last, cluster, database }: Told, main: Identity): Standing {
  if (cluster !== main.cluster) return { problem: 'it does not belong to the main database but to another PostgreSQL' };
  if (database !== main.database) return { problem: 'it is another database of the same PostgreSQL' };
  if (!standby || replayed === null) return { problem: 'it is no standby: it takes writes of its own' };
  return { replayed, sinceLast: since_last };
}
