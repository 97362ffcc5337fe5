import type { Logger } from 'pino';
import { BadSetting, type CommandLine } from '../config.ts';
import { BadDatabaseUrl, type Db, parseDatabaseUrl } from '../store/db.ts';
import { mainReads, openReads, type Reads } from '../store/reads.ts';
import type { ReplicaState } from '../store/replica.ts';

/** Seconds behind from which on the log warns, and to which it must come back to have caught up. */
const warnFrom = 10;
const recoveredAt = 2;

type ReplicaLine = Pick<CommandLine, 'config' | 'sources'>;

/** Throws `BadSetting` when the settings name a replica that cannot be one. */
export function checkReplica(line: ReplicaLine): void {
  if (line.config.read_database !== '') replicaTarget(line);
}

/** Opens where the dashboard reads: the replica of the settings, with what the log says of it, or `db`. */
export async function openReplica(line: ReplicaLine, db: Db, log: Logger): Promise<Reads> {
  if (line.config.read_database === '') return mainReads(db);
  const { url, label } = replicaTarget(line);
  return openReads(db, { url, poolSize: line.config.pool_size, onState: logStates(log, label) });
}

function replicaTarget({ config, sources }: ReplicaLine) {
  const source = sources.read_database ?? '--read-database';
  if (config.database.startsWith('sqlite')) {
    throw new BadSetting(`${source}: a read replica needs PostgreSQL, but the main database is SQLite`);
  }
  try {
    const target = parseDatabaseUrl(config.read_database);
    if (target.engine === 'postgres') return target;
  } catch (error) {
    if (!(error instanceof BadDatabaseUrl)) throw error;
    throw new BadSetting(`${source}: ${error.message}`);
  }
  throw new BadSetting(`${source}: a read replica must be a PostgreSQL standby, not a SQLite file`);
}

/** Takes every state and logs what changes: reads that move from one database to the other, and a lag that grows and goes. */
export function logStates(log: Pick<Logger, 'info' | 'warn'>, replica: string): (state: ReplicaState) => void {
  let before: ReplicaState | null = null;
  let warned = false;
  return (state) => {
    const { used, seconds_behind, bytes_behind, problem } = state;
    const line = { replica, seconds_behind, bytes_behind };
    if (used && !before?.used) log.info(line, 'the dashboard reads the replica');
    if (!used && (before === null || before.used || before.problem !== problem)) {
      log.warn({ ...line, problem }, 'the dashboard reads the main database instead of the replica');
    }
    if (used && !warned && (seconds_behind ?? 0) > warnFrom) {
      warned = true;
      log.warn(line, 'the replica is behind');
    } else if (warned && (!used || (seconds_behind ?? 0) <= recoveredAt)) {
      warned = false;
      if (used) log.info(line, 'the replica has caught up');
    }
    before = state;
  };
}
