import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Db } from '../../src/store/db.ts';

/**
 * Resolves when at least `count` transactions wait for a lock that another one holds. On SQLite at once: there a
 * transaction has the only connection, so that whoever comes later waits.
 */
export async function whenWaiting({ engine, kysely }: Db, count = 1): Promise<void> {
  if (engine === 'sqlite') return;
  const waiting = sql<{ number: string }>`select count(*) as number from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await expect.poll(async () => Number((await waiting.execute(kysely)).rows[0]?.number)).toBeGreaterThanOrEqual(count);
}
