/** Runs that are over, from the transaction that ends them until somebody has been told. Whoever tells of one has claimed it. */
import type { Transaction } from 'kysely';
import { hasEnded } from '../../core/run.ts';
import { lockRows } from '../engine/dialect.ts';
import type { Engine, Reader, RunRow, Schema } from '../engine/schema.ts';
import { numbered, type Statement } from '../engine/transaction.ts';

/**
 * The statements that note which of some runs have just ended (`hasEnded`), as long as anybody wants to hear of it. `writes` say when, in
 * microseconds. A run that ends again before somebody was told has ended once.
 */
export function noteEnds(
  engine: Engine,
  before: ReadonlyMap<number, RunRow>,
  runs: readonly RunRow[],
  writes: readonly { at: number }[],
): Statement[] {
  const ended = runs.filter((run) => hasEnded(before.get(run.id) as RunRow, run));
  if (ended.length === 0) return [];
  const at = Math.max(...writes.map((write) => write.at));
  const number = engine === 'postgres' ? '?::bigint' : '?';
  const sql = numbered(
    engine,
    `insert into run_ends (run_id, revision, due) select ${number}, ${number}, ${number}
      where exists (select 1 from subscriptions where enabled)
      on conflict (run_id) do update set revision = excluded.revision, due = excluded.due`,
  );
  return ended.map(({ id, revision }) => ({ sql, parameters: [id, revision, at] }));
}

/** A run that has ended. */
export interface RunEnd {
  run_id: number;
  revision: number;
}

/** Claims the run that ended first of those that ended until `at`, and is due again at `until`; null when there is none. Times in microseconds. */
export async function claimEnd(
  { engine, kysely }: Reader,
  { at, until }: { at: number; until: number },
): Promise<RunEnd | null> {
  const next = kysely.selectFrom('run_ends').select('run_id').where('due', '<=', at).orderBy('due').limit(1);
  // Nothing is written where nothing is due.
  if (!(await next.executeTakeFirst())) return null;
  const claimed = await kysely
    .updateTable('run_ends')
    .set({ due: until })
    .where('run_id', '=', lockRows(engine, next))
    // Of two servers that wait for the row the second one finds it claimed.
    .where('due', '<=', at)
    .returning(['run_id', 'revision'])
    .executeTakeFirst();
  return claimed ?? null;
}

/** Forgets an end; false when it was told of meanwhile, or the run has ended again. */
export async function forgetEnd(transaction: Transaction<Schema>, { run_id, revision }: RunEnd): Promise<boolean> {
  const { numDeletedRows } = await transaction
    .deleteFrom('run_ends')
    .where('run_id', '=', run_id)
    .where('revision', '=', revision)
    .executeTakeFirst();
  return numDeletedRows > 0n;
}
