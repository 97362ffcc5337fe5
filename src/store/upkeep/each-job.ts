/** Goes through the stored jobs of a run, a few at a time, beside servers that write to it. */
import type { SelectQueryBuilder, Transaction } from 'kysely';
import { lockRows } from '../engine/dialect.ts';
import type { JobRow, Reader, Schema } from '../engine/schema.ts';

/** What is done with the jobs of a run. */
interface JobBatches<Column extends keyof JobRow> {
  /** The run, which each transaction holds like every writer; when this finds it no longer, its other jobs are left alone. */
  run: (transaction: Transaction<Schema>) => SelectQueryBuilder<Schema, 'runs', { id: number }>;
  /** What `change` needs of a job beside its id. */
  columns: Column[];
  /** Changes some of these jobs and returns how many. */
  change: (transaction: Transaction<Schema>, jobs: Pick<JobRow, Column | 'id'>[]) => Promise<number>;
  /** Ends after the batch that is under way. */
  signal: AbortSignal | undefined;
  /** Milliseconds left to others after each batch. */
  pause?: number | undefined;
}

/** Jobs in one transaction: they keep others from writing to their run for some milliseconds. */
const batchSize = 250;

/** Hands all jobs of a run to `change`, in the order of their ids and each batch in a transaction; returns how many it changed. */
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
