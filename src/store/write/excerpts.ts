/** The queue of logs to read, and the errors found in them. A reader claims a log first, so two servers never read the same one. */
import type { LogExcerpt } from '../../core/logs/first-error.ts';
import { lockRows, oneOf } from '../engine/dialect.ts';
import type { Reader } from '../engine/schema.ts';

/**
 * Queues the logs of the failed and dead jobs among some jobs of a run. `job_ids` null stands for all jobs of the run. Logs that
 * were queued before are queued again only with `again`.
 */
export async function askForLogs(
  { engine, kysely }: Reader,
  { run, job_ids, at, again = false }: { run: string; job_ids: string[] | null; at: number; again?: boolean },
): Promise<void> {
  const failed = kysely
    .selectFrom('jobs')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select(({ val, lit }) => ['jobs.id as job_id', val(at).as('due'), lit(0).as('tries'), lit(0).as('version')])
    .where('runs.name', '=', run)
    .where('jobs.status', 'in', ['fail', 'dead']);
  const wanted = job_ids === null ? failed : failed.where(oneOf(engine, 'jobs.job_id', job_ids));
  await kysely
    .insertInto('log_excerpts')
    .columns(['job_id', 'due', 'tries', 'version'])
    .expression(engine === 'postgres' ? wanted : wanted.where(({ lit }) => lit(true)))
    .onConflict((conflict) =>
      again ? conflict.column('job_id').doUpdateSet({ due: at, tries: 0 }) : conflict.column('job_id').doNothing(),
    )
    .execute();
}

/**
 * A page of the names of runs that were posted since a time, newest first, after the first `skip` runs. The name of a run without
 * failures is ''. Only the last page has fewer than `limit` names.
 */
export async function failedRunsSince(
  { kysely }: Reader,
  { since, skip, limit }: { since: number; skip: number; limit: number },
): Promise<string[]> {
  const rows = await kysely
    .selectFrom('runs')
    .select(['name', 'fail', 'dead'])
    .where('posted', '>=', since)
    .orderBy('posted', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(skip)
    .execute();
  return rows.map(({ name, fail, dead }) => (fail + dead > 0 ? name : ''));
}

/** A claimed log. The claim is lost at its `due` time, or when the job fails for another reason; then its result is not stored. */
export interface ClaimedLog {
  job_id: number;
  tries: number;
  /** When the log is due again, in microseconds. The value identifies the claim. */
  due: number;
}

/** Claims the log that has waited longest, until `until`. Returns null if none is due. Times in microseconds. */
export async function claimLog(
  { engine, kysely }: Reader,
  { at, until }: { at: number; until: number },
): Promise<ClaimedLog | null> {
  const next = lockRows(
    engine,
    kysely.selectFrom('log_excerpts').select('job_id').where('due', '<=', at).orderBy('due').limit(1),
  );
  const claimed = await kysely
    .updateTable('log_excerpts')
    .set(({ eb }) => ({ due: until, tries: eb('tries', '+', 1) }))
    .where('job_id', '=', next)
    // Another server may have claimed the row while this one waited for it.
    .where('due', '<=', at)
    .returning(['job_id', 'tries'])
    .executeTakeFirst();
  return claimed ? { ...claimed, due: until } : null;
}

/** Postpones a log, or gives it up if `due` is null. If the reader was `stopped`, the attempt does not count. */
export async function postponeLog(
  { kysely }: Reader,
  { job_id, due: claimed, tries }: ClaimedLog,
  due: number | null,
  { stopped = false } = {},
): Promise<void> {
  await kysely
    .updateTable('log_excerpts')
    .set({ due, tries: stopped ? tries - 1 : tries })
    .where('job_id', '=', job_id)
    .where('due', '=', claimed)
    .execute();
}

/** Gives up the log of a job that has not failed. The row of an unread log is deleted, so that the next failure queues it again. */
export async function dropLog(db: Reader, claimed: ClaimedLog): Promise<void> {
  const { job_id, due } = claimed;
  const failing = db.kysely
    .selectFrom('jobs')
    .select('id')
    .where('id', '=', job_id)
    .where('status', 'in', ['fail', 'dead']);
  await db.kysely
    .deleteFrom('log_excerpts')
    .where('job_id', '=', job_id)
    .where('due', '=', due)
    .where('version', '=', 0)
    // A job that fails meanwhile could not queue its log again, so the row stays.
    .where(({ not, exists }) => not(exists(failing)))
    .execute();
  await db.kysely
    .updateTable('log_excerpts')
    .set({ due: null })
    .where('job_id', '=', job_id)
    .where('due', '=', due)
    .where('version', '>', 0)
    .execute();
}

/** Stores the excerpt of a log. Returns false, and stores nothing, if the claim is lost. The log stays claimed for further work. */
export async function keepExcerpt(
  { kysely }: Reader,
  { job_id, due }: ClaimedLog,
  excerpt: LogExcerpt,
): Promise<boolean> {
  const { others, ...plain } = excerpt;
  const kept = await kysely
    .updateTable('log_excerpts')
    .set({ ...plain, others: JSON.stringify(others) })
    .where('job_id', '=', job_id)
    .where('due', '=', due)
    .returning('job_id')
    .execute();
  return kept.length > 0;
}

/** True if this claim still holds. */
export async function isClaimed({ kysely }: Reader, { job_id, due }: ClaimedLog): Promise<boolean> {
  const row = kysely.selectFrom('log_excerpts').select('job_id').where('job_id', '=', job_id).where('due', '=', due);
  return (await row.executeTakeFirst()) !== undefined;
}
