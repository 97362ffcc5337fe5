import type { RunRow } from '../engine/schema.ts';
import type { Reader } from '../reader.ts';

/** Which runs a history is of. */
export interface HistoryOf {
  suite?: string | undefined;
  branch?: string | undefined;
  machine_type?: string | undefined;
  /** Scheduled from then on, in microseconds since the epoch. */
  from?: number | undefined;
}

/** The last `count` runs that have jobs, the oldest first. */
export async function lastRuns(db: Reader, of: HistoryOf, count: number): Promise<RunRow[]> {
  let query = db.kysely.selectFrom('runs').selectAll().where('status', '<>', 'empty');
  for (const key of ['suite', 'branch', 'machine_type'] as const) {
    const value = of[key];
    if (value !== undefined) query = query.where(key, '=', value);
  }
  if (of.from !== undefined) query = query.where('scheduled', '>=', Math.max(of.from, Number.MIN_SAFE_INTEGER));
  const rows = await query.orderBy('scheduled', 'desc').orderBy('id', 'desc').limit(count).execute();
  return rows.reverse();
}
