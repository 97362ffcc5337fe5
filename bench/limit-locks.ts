import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { findPgbench, runPgbench } from './limit-postgres.ts';

/** The statements that lock and unlock cannot do without, in two transactions as the two requests are. */
const script = `\\set count random(1, 5)
begin;
select pg_advisory_xact_lock(1);
update nodes set locked = true, locked_by = 'client' || :client_id, description = 'bench', locked_since = 1
  where id in (select id from nodes where machine_type = 'bench' and up and not locked order by id limit :count);
commit;
begin;
select pg_advisory_xact_lock(1);
update nodes set locked = false, locked_by = null, locked_since = null where locked_by = 'client' || :client_id;
commit;
`;

/** What locks and unlocks a second PostgreSQL itself can do; null where nothing can tell. */
export function locksLimit(
  engine: Engine,
  url: string,
  folder: string,
  seconds: number,
): (() => Promise<number>) | null {
  const pgbench = engine.name === 'postgres' ? findPgbench() : null;
  if (pgbench === null) return null;
  const path = join(folder, 'locks.pgbench');
  writeFileSync(path, script);
  return async () => 2 * (await runPgbench(pgbench, [path], url, seconds, []));
}
