import { sql } from 'kysely';
import { expect } from 'vitest';
import type { Db } from '../../src/store/db.ts';

/**
 * Resolves when at least `count` transactions wait for a lock. On SQLite it resolves at once: a transaction holds the only
 * connection, so all others wait anyway.
 */
export async function whenWaiting({ engine, kysely }: Db, count = 1): Promise<void> {
  if (engine === 'sqlite') return;
  const waiting = sql<{ number: string }>`select count(*) as number from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`;
  await expect.poll(async () => Number((await waiting.execute(kysely)).rows[0]?.number)).toBeGreaterThanOrEqual(count);
}
