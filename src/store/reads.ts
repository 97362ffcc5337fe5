/** Where the dashboard reads: the main database, or a replica of it for as long as that one is fit. */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { Db, Reader } from './db.ts';
import type { Live, LiveEvent } from './live.ts';
import { isLostPostgres } from './postgres.ts';
import { type ReplicaOptions, type ReplicaState, type WatchedReplica, watchReplica } from './replica.ts';
import type { Schema } from './schema.ts';

/** What readers work with who may see a moment of the past. */
export interface Reads {
  /** Where one request reads. It does not go back in time: from the replica to the main database at most, never back. */
  reader(): Reader;
  /** What changes, told when it can be read. */
  live: Pick<Live, 'subscribe' | 'ready'>;
  /** The replica as it was found last; null without one. */
  replica(): ReplicaState | null;
  /** To be called before the main database is closed. */
  close(): Promise<void>;
}

/** Reads of the main database itself. */
export function mainReads(db: Db): Reads {
  return { reader: () => db, live: db.live, replica: () => null, close: async () => {} };
}

/**
 * Reads of a replica of `db`. Whatever is wrong with the replica, then or later, `db` answers instead; `onState` hears of
 * it. Throws only when `db` does not answer.
 */
export async function openReads(db: Db, options: Omit<ReplicaOptions, 'tell'>): Promise<Reads> {
  const listeners = new Set<(event: LiveEvent) => void>();
  const tell = (event: LiveEvent) => {
    for (const listener of listeners) listener(event);
  };
  const replica = await watchReplica(db, { ...options, tell });
  const unsubscribe = db.live.subscribe(replica.take);
  return {
    reader() {
      const kysely = replica.kysely();
      return kysely === null ? db : { engine: db.engine, kysely: replicaFirst(kysely, db.kysely, replica) };
    },
    live: {
      ready: () => db.live.ready(),
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    replica: replica.state,
    async close() {
      unsubscribe();
      await replica.close();
    },
  };
}

/** Sends statements to `first`, and from the first one that fails there without its own fault to `main`. */
function replicaFirst(first: Kysely<Schema>, main: Kysely<Schema>, replica: WatchedReplica): Kysely<Schema> {
  let target = first;
  const executeQuery = async <R>(query: CompiledQuery) => {
    const asked = target;
    try {
      return await asked.executeQuery<R>(query as CompiledQuery<R>);
    } catch (error) {
      if (asked === main) throw error;
      const left = replica.kysely() !== first;
      if (!left && !isLostPostgres(error) && !isConflict(error)) throw error;
      target = main;
      replica.doubt();
      return main.executeQuery<R>(query as CompiledQuery<R>);
    }
  };
  const connection = { executeQuery, streamQuery: unsupported } as DatabaseConnection;
  const driver: Driver = {
    init: async () => {},
    acquireConnection: async () => connection,
    beginTransaction: unsupported,
    commitTransaction: unsupported,
    rollbackTransaction: unsupported,
    releaseConnection: async () => {},
    destroy: async () => {},
  };
  return new Kysely<Schema>({
    dialect: {
      createDriver: () => driver,
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
  });
}

/** Replaying goes before reading: a standby cancels statements that need rows which the main database has cleaned up. */
function isConflict(error: unknown): boolean {
  return /^40/.test((error as { code?: string }).code ?? '');
}

function unsupported(): never {
  throw new Error('reads go statement by statement, without transactions');
}
