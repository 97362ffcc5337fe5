/** Deletes old runs; their counts and causes stay in monthly totals. */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Actor } from '../../core/audit.ts';
import { jobStatuses } from '../../core/job.ts';
import { mostCaseCauses } from '../../core/job-causes.ts';
import { lockRows } from '../engine/dialect.ts';
import type { Reader, RunRow, Schema } from '../engine/schema.ts';
import { repeat } from '../engine/transaction.ts';
import { audit } from '../write/audit.ts';
import type { WatchedDb } from '../write/live.ts';
import { deleteHeld } from '../write/runs.ts';

/** How far it is, in runs; `jobs` are those that were deleted with them. */
export interface PruneRunsProgress {
  done: number;
  total: number;
  jobs: number;
}

/** Which runs go: those of which nothing changed since `before` (microseconds), that have ended and that nobody has tagged, reviewed or decided in. */
interface PruneRunsOptions {
  before: number;
  /** Counts the runs and changes nothing. */
  dryRun: boolean;
  by: Actor;
  at: number;
  signal?: AbortSignal;
  onProgress?: (progress: PruneRunsProgress) => void;
}

/** May run beside servers: each run is deleted in a transaction that holds it, like every writer. */
export async function pruneRuns(
  db: WatchedDb,
  { before, dryRun, by, at, signal, onProgress }: PruneRunsOptions,
): Promise<PruneRunsProgress> {
  const { total } = await oldRuns(db.kysely, before)
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const progress = { done: 0, total: Number(total), jobs: 0 };
  if (dryRun) return progress;
  const next = oldRuns(db.kysely, before).select(['id', 'name']).orderBy('id').limit(1);
  let run = await next.executeTakeFirst();
  while (run && !signal?.aborted) {
    const { id, name } = run;
    const jobs = await repeat(() =>
      db.kysely.transaction().execute((part) => pruneRun(part, db, { id, before, by, at })),
    );
    if (jobs !== null) {
      db.live.changed({ runs: [name] });
      progress.done++;
      progress.jobs += jobs;
      onProgress?.({ ...progress });
    }
    run = await next.where('id', '>', id).executeTakeFirst();
  }
  return progress;
}

/** Somebody who tags a run means to come back to it, and a review or a decision refers to it; a run that waits has not given its results yet. */
function oldRuns(kysely: Kysely<Schema>, before: number) {
  return kysely
    .selectFrom('runs')
    .where(({ eb, fn }) => eb(fn.coalesce('updated', 'posted'), '<', before))
    .where('tags', '=', '[]')
    .where('queued', '=', 0)
    .where('running', '=', 0)
    .where('waiting', '=', 0)
    .where('name', 'not in', ({ selectFrom }) => selectFrom('reviews').select('reviews.run'))
    .where('name', 'not in', ({ selectFrom }) => selectFrom('decisions').select('decisions.run'));
}

/** Returns how many jobs it had; null when it has changed meanwhile, and stays. */
async function pruneRun(
  transaction: Transaction<Schema>,
  { engine }: Reader,
  { id, before, by, at }: { id: number; before: number; by: Actor; at: number },
): Promise<number | null> {
  const query = oldRuns(transaction, before).selectAll().where('id', '=', id);
  const run = await lockRows(engine, query).executeTakeFirst();
  if (!run) return null;
  await addToMonth(transaction, run);
  const jobs = await deleteHeld(transaction, id);
  const change = { action: 'prune', kind: 'run', target: run.name, before: { jobs } } as const;
  await audit(transaction, engine, { by, at, changes: [change] });
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

/** How many jobs of a run have each cause, by the id of the cause. */
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
    // One that is the own cause of its job counts already.
    .whereRef('failed_cases.signature', '<>', 'jobs.signature')
    .groupBy('failed_cases.signature')
    .execute();
  const counts = new Map<string, number>();
  for (const { signature, jobs } of [...own, ...ofCases]) {
    counts.set(signature as string, (counts.get(signature as string) ?? 0) + Number(jobs));
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}
