/** Processes the stored jobs of a run in batches, while servers write to the run. */
import type { SelectQueryBuilder, Transaction } from 'kysely';
import { lockRows } from '../engine/dialect.ts';
import type { JobRow, Reader, Schema } from '../engine/schema.ts';

/** The processing of the jobs of a run. */
interface JobBatches<Column extends keyof JobRow> {
  /** Selects the run, which each transaction locks as every writer does. If it finds no run, the remaining jobs are skipped. */
  run: (transaction: Transaction<Schema>) => SelectQueryBuilder<Schema, 'runs', { id: number }>;
  /** The columns of a job that `change` needs besides its id. */
  columns: Column[];
  /** Changes some of these jobs and returns their number. */
  change: (transaction: Transaction<Schema>, jobs: Pick<JobRow, Column | 'id'>[]) => Promise<number>;
  /** Aborts the processing after the current batch. */
  signal: AbortSignal | undefined;
  /** Milliseconds to pause after each batch, for other writers. */
  pause?: number | undefined;
}

/** Jobs in one transaction, which blocks other writers of the run for some milliseconds. */
const batchSize = 250;

/** Passes all jobs of a run to `change`, in the order of their ids, one transaction per batch. Returns how many it changed. */
export async function eachBatch<Column extends keyof JobRow>(
  { engine, kysely }: Reader,
  { run, columns, change, signal, pause }: JobBatches<Column>,
): Promise<number> {
  let changed = 0;
  for (let after = 0; !signal?.aborted; ) {
    const from = after;
    const batch = await kysely.transaction().execute(async (transaction) => {
      const [found] = await lockRows(engine, run(transaction)).execute();
      if (!found) return null;
      const query = transaction
        .selectFrom('jobs')
        .select(['id', ...columns])
        .where('run_id', '=', found.id);
      const rows = await query.where('id', '>', from).orderBy('id').limit(batchSize).execute();
      const jobs = rows as unknown as Pick<JobRow, Column | 'id'>[];
      const last = jobs.at(-1);
      return last ? { changed: await change(transaction, jobs), last: last.id } : null;
    });
    if (batch === null) break;
    changed += batch.changed;
    after = batch.last;
    if (pause !== undefined) await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return changed;
}
