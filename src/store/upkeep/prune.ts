/**
 * Deletes old data: the bulky documents of jobs, entries of the audit log, and whole runs, whose counts and causes are kept in monthly
 * totals.
 */
import { type Kysely, type SelectQueryBuilder, sql, type Transaction } from 'kysely';
import type { Change } from '../../core/audit.ts';
import { documentFields, jobStatuses, mostCaseCauses } from '../../core/job.ts';
import { lockRows } from '../engine/dialect.ts';
import type { Reader, RunRow, Schema } from '../engine/schema.ts';
import { countOf, repeat } from '../engine/transaction.ts';
import { audit, type Stamp } from '../write/audit.ts';
import type { WatchedDb } from '../write/live.ts';
import { deleteHeld } from '../write/runs.ts';
import { eachBatch } from './each-job.ts';

/** The progress in runs. `jobs` counts the jobs that were deleted or lost their documents. */
export interface PruneProgress {
  done: number;
  total: number;
  jobs: number;
}

/** Selects what is deleted: whatever has not changed since `before` (microseconds). */
interface PruneOptions extends Stamp {
  before: number;
  /** Counts the runs and changes nothing. */
  dryRun: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: PruneProgress) => void;
}

/**
 * Deletes the documents of the jobs of old runs without tags. Servers may be running, because it locks the run while it changes the
 * jobs, as every writer does.
 */
export async function prune(db: Reader, options: PruneOptions): Promise<PruneProgress> {
  const { before, signal } = options;
  const runs = (kysely: Kysely<Schema>) => untagged(kysely, before);
  const progress = await eachRun(runs(db.kysely), options, ({ id }) =>
    eachBatch(db, {
      // If the run changes meanwhile, it keeps the rest of its documents.
      run: (transaction) => runs(transaction).select('id').where('id', '=', id),
      columns: ['document_hashes'],
      change: dropDocuments,
      signal,
    }),
  );
  if (progress.jobs > 0) await record(db, options, 'documents', { runs: progress.done, jobs: progress.jobs });
  return progress;
}

/**
 * Deletes old runs that have ended and have no tags, reviews or decisions. Servers may be running, because each run is deleted in a
 * transaction that locks it, as every writer does.
 */
export async function pruneRuns(db: WatchedDb, options: PruneOptions): Promise<PruneProgress> {
  return eachRun(untouched(db.kysely, options.before), options, async ({ id, name }) => {
    const jobs = await repeat(() => db.kysely.transaction().execute((part) => deleteRun(part, db, id, options)));
    if (jobs !== null) db.live.changed({ runs: [name] });
    return jobs;
  });
}

/** Processes runs in the order of their ids. `change` returns how many jobs it changed, or null for a run that it skipped. */
async function eachRun(
  runs: SelectQueryBuilder<Schema, 'runs', object>,
  { dryRun, signal, onProgress }: PruneOptions,
  change: (run: { id: number; name: string }) => Promise<number | null>,
): Promise<PruneProgress> {
  const progress = { done: 0, total: await countOf(runs), jobs: 0 };
  if (dryRun) return progress;
  const next = runs.select(['id', 'name']).orderBy('id').limit(1);
  let run = await next.executeTakeFirst();
  while (run && !signal?.aborted) {
    const jobs = await change(run);
    if (jobs !== null) {
      progress.done++;
      progress.jobs += jobs;
      onProgress?.({ ...progress });
    }
    run = await next.where('id', '>', run.id).executeTakeFirst();
  }
  return progress;
}

/** Selects old runs without tags. A tag means that a user wants to keep the run. */
function untagged(kysely: Kysely<Schema>, before: number) {
  return kysely
    .selectFrom('runs')
    .where(({ eb, fn }) => eb(fn.coalesce('updated', 'posted'), '<', before))
    .where('tags', '=', '[]');
}

/** Also leaves out runs that reviews or decisions refer to, and runs with unfinished jobs. */
function untouched(kysely: Kysely<Schema>, before: number) {
  return untagged(kysely, before)
    .where('queued', '=', 0)
    .where('running', '=', 0)
    .where('waiting', '=', 0)
    .where('name', 'not in', ({ selectFrom }) => selectFrom('reviews').select('reviews.run'))
    .where('name', 'not in', ({ selectFrom }) => selectFrom('decisions').select('decisions.run'));
}

async function dropDocuments(
  transaction: Transaction<Schema>,
  jobs: { id: number; document_hashes: string }[],
): Promise<number> {
  const ids = jobs.filter(({ document_hashes }) => document_hashes.trim() !== '').map(({ id }) => id);
  if (ids.length === 0) return 0;
  const nothing = Object.fromEntries(documentFields.map((field) => [field, null]));
  await transaction.updateTable('job_documents').set(nothing).where('id', 'in', ids).execute();
  // The hashes are cleared so that a document is stored again if a client sends it again.
  await transaction.updateTable('jobs').set({ document_hashes: '' }).where('id', 'in', ids).execute();
  return ids.length;
}

/** Changes deleted by one statement. */
const changesAtATime = 1000;

/** Deletes the changes in the audit log from before a time (microseconds), and records that. Returns their number; a dry run only counts. */
export async function pruneAudit(
  { kysely, engine }: Reader,
  { before, dryRun, ...stamp }: Pick<PruneOptions, 'before' | 'dryRun' | 'by' | 'at'>,
): Promise<number> {
  const old = kysely.selectFrom('audit').where('at', '<', before);
  const changes = await countOf(old);
  if (dryRun || changes === 0) return changes;
  for (let deleted = 1n; deleted > 0n; ) {
    const some = old.select('id').limit(changesAtATime);
    deleted = (await kysely.deleteFrom('audit').where('id', 'in', some).executeTakeFirst()).numDeletedRows;
  }
  await record({ kysely, engine }, stamp, 'audit', { changes });
  return changes;
}

function record({ kysely, engine }: Reader, stamp: Stamp, target: string, before: object): Promise<void> {
  const change: Change = { action: 'prune', kind: 'database', target, before };
  return kysely.transaction().execute((transaction) => audit(transaction, engine, stamp, [change]));
}

/** Returns the size of the database on disk, and how much of it new data will reuse first (null on PostgreSQL); both in bytes. */
export async function databaseSize({ kysely, engine }: Reader): Promise<{ bytes: number; free: number | null }> {
  if (engine === 'postgres') {
    const { rows } = await sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`.execute(kysely);
    return { bytes: Number(rows[0]?.bytes ?? 0), free: null };
  }
  const number = async (name: string) => {
    const { rows } = await sql<Record<string, number>>`${sql.raw(`pragma ${name}`)}`.execute(kysely);
    return Object.values(rows[0] ?? {})[0] ?? 0;
  };
  const size = await number('page_size');
  return { bytes: size * (await number('page_count')), free: size * (await number('freelist_count')) };
}

/** Deletes a run and returns how many jobs it had, or null if it has changed meanwhile and is kept. */
async function deleteRun(
  transaction: Transaction<Schema>,
  { engine }: Reader,
  id: number,
  { before, ...stamp }: Stamp & { before: number },
): Promise<number | null> {
  const run = await lockRows(
    engine,
    untouched(transaction, before).selectAll().where('id', '=', id),
  ).executeTakeFirst();
  if (!run) return null;
  await addToMonth(transaction, run);
  const jobs = await deleteHeld(transaction, id);
  await audit(transaction, engine, stamp, [{ action: 'prune', kind: 'run', target: run.name, before: { jobs } }]);
  return jobs;
}

/** Adds the counts and the causes of a run to the totals of its month. */
async function addToMonth(transaction: Transaction<Schema>, run: RunRow): Promise<void> {
  const month = new Date(run.scheduled / 1000).toISOString().slice(0, 7);
  const { suite, branch, machine_type } = run;
  const counts = Object.fromEntries(jobStatuses.map((status) => [status, run[status]]));
  const sum = (table: string, column: string) =>
    sql<number>`${sql.ref(`${table}.${column}`)} + ${sql.ref(`excluded.${column}`)}`;
  const sums = ['runs', ...jobStatuses].map((column) => [column, sum('monthly_results', column)]);
  await transaction
    .insertInto('monthly_results')
    .values({ month, suite, branch, machine_type, runs: 1, ...(counts as Pick<RunRow, (typeof jobStatuses)[number]>) })
    .onConflict((conflict) =>
      conflict.columns(['month', 'suite', 'branch', 'machine_type']).doUpdateSet(Object.fromEntries(sums)),
    )
    .execute();
  const causes = await causeCounts(transaction, run.id);
  for (const [cause, jobs] of causes) {
    await transaction
      .insertInto('monthly_causes')
      .values({ month, suite, branch, cause, jobs })
      .onConflict((conflict) =>
        conflict.columns(['month', 'suite', 'branch', 'cause']).doUpdateSet({ jobs: sum('monthly_causes', 'jobs') }),
      )
      .execute();
  }
}

/** Counts the jobs of a run by the id of their causes. */
async function causeCounts(transaction: Transaction<Schema>, runId: number): Promise<[cause: string, jobs: number][]> {
  const own = await transaction
    .selectFrom('jobs')
    .select(({ fn }) => ['signature', fn.countAll<number>().as('jobs')])
    .where('run_id', '=', runId)
    .where('signature', 'is not', null)
    .groupBy('signature')
    .execute();
  const ofCases = await transaction
    .selectFrom('jobs')
    .innerJoin('failed_cases', 'failed_cases.job_id', 'jobs.id')
    .select('failed_cases.signature')
    .select(({ fn }) => fn.count<number>('jobs.id').distinct().as('jobs'))
    .where('jobs.run_id', '=', runId)
    .where('failed_cases.place', '<', mostCaseCauses)
    // The own cause of a job has been counted above.
    .whereRef('failed_cases.signature', '<>', 'jobs.signature')
    .groupBy('failed_cases.signature')
    .execute();
  const counts = new Map<string, number>();
  for (const { signature, jobs } of [...own, ...ofCases]) {
    counts.set(signature as string, (counts.get(signature as string) ?? 0) + Number(jobs));
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
