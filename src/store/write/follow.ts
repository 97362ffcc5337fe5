/** Follows a database that other processes write to. A read-only server polls it, because a standby accepts no LISTEN. */
import { sql } from 'kysely';
import type { Reader } from '../engine/schema.ts';
import type { Live, LiveEvent } from './live.ts';

/** The replication state of a database. The nullable fields are null unless it is a standby. */
export interface Replication {
  /** True for a PostgreSQL standby. */
  in_recovery: boolean;
  /** True if the standby is connected to its primary now. */
  receiving: boolean | null;
  /**
   * The maximum age of its data: 0 if it has replayed all that it received, or null if it has but is not connected to its primary,
   * so that its age is unknown.
   */
  seconds_behind: number | null;
}

/** Milliseconds between two polls. While other processes write, every open page is read again this often. */
const pollEvery = 2000;

/**
 * Polls the database from the first subscriber on, until `live.close()`. `live` sends `reset` after every change, because a poll does
 * not tell what changed. `replication` queries the database, and throws if it does not answer.
 */
export function followDatabase(db: Reader): { live: Live; replication(): Promise<Replication> } {
  const listeners = new Set<(event: LiveEvent) => void>();
  const measureLag = createLag();
  /** The last position; null after a failed poll, so that the next successful one counts as a change. */
  let seen: string | null | undefined;
  let timer: NodeJS.Timeout | undefined;
  let polling: Promise<void> | undefined;
  const observe = async () => {
    const asked = performance.now();
    const { position, ...standing } = await (db.engine === 'sqlite' ? observeSqlite(db) : observePostgres(db));
    return { position, replication: measureLag(standing, asked) };
  };
  const poll = async () => {
    const position = await observe().then(
      (found) => found.position,
      () => null,
    );
    const changed = seen !== undefined && position !== null && position !== seen;
    seen = position;
    if (changed) for (const listener of listeners) listener({ type: 'reset' });
    timer = setTimeout(start, pollEvery);
  };
  const start = () => {
    polling = poll();
  };
  const live: Live = {
    subscribe(listener) {
      listeners.add(listener);
      if (polling === undefined) start();
      return () => listeners.delete(listener);
    },
    ready: async () => polling,
    add() {},
    changed() {},
    async close() {
      listeners.clear();
      await polling;
      clearTimeout(timer);
    },
  };
  return { live, replication: async () => (await observe()).replication };
}

/** The result of one poll. */
interface Standing {
  /** Changes with every commit that became visible. */
  position: string;
  in_recovery: boolean;
  receiving: boolean | null;
  /** True if all that was received has been replayed. */
  replayed_all: boolean | null;
  /** Seconds since the commit of the last transaction that was replayed. */
  since_last: number | null;
}

async function observeSqlite({ kysely }: Reader): Promise<Standing> {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(kysely);
  const position = String(rows[0]?.data_version);
  return { position, in_recovery: false, receiving: null, replayed_all: null, since_last: null };
}

/**
 * A standby makes a commit visible before it advances the replay position. A primary makes it visible after it has written it to the
 * log, so there the position is the snapshot. No privilege is needed to see whether a WAL receiver runs.
 */
async function observePostgres({ kysely }: Reader): Promise<Standing> {
  const { rows } = await sql<Standing>`
    select case when in_recovery then replayed::text else pg_current_snapshot()::text end as position, in_recovery,
      case when in_recovery then exists (select from pg_stat_wal_receiver) end as receiving,
      case when in_recovery then coalesce(replayed >= received, false) end as replayed_all,
      case when in_recovery then extract(epoch from clock_timestamp() - last)::float8 end as since_last
    from (select pg_is_in_recovery() as in_recovery, pg_last_wal_replay_lsn() as replayed,
      pg_last_wal_receive_lsn() as received, pg_last_xact_replay_timestamp() as last) as recovery
  `.execute(kysely);
  return rows[0] as Standing;
}

/**
 * Returns the smaller of two estimates, which can both only be too large. The last transaction may be an hour old because nothing
 * has happened since, and under steady writes there is rarely a moment with nothing left to replay.
 */
function createLag(): (standing: Omit<Standing, 'position'>, asked: number) => Replication {
  let caughtUpAt: number | null = null;
  return ({ in_recovery, receiving, replayed_all, since_last }, asked) => {
    if (!in_recovery) return { in_recovery, receiving, seconds_behind: null };
    if (replayed_all) {
      if (receiving) caughtUpAt = asked;
      return { in_recovery, receiving, seconds_behind: receiving ? 0 : null };
    }
    const sinceCaughtUp = caughtUpAt === null ? null : (performance.now() - caughtUpAt) / 1000;
    const ages = [since_last, sinceCaughtUp].filter((age) => age !== null);
    // The clock of the primary may be ahead.
    const seconds_behind = ages.length === 0 ? null : Math.round(Math.max(0, Math.min(...ages)) * 10) / 10;
    return { in_recovery, receiving, seconds_behind };
  };
}
