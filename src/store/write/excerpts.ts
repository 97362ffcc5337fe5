/** Logs that are to be read, and what they said. Whoever reads one has claimed it: two servers never read the same one. */
import type { LogExcerpt } from '../../core/logs/first-error.ts';
import { lockRows, oneOf } from '../engine/dialect.ts';
import type { Reader } from '../engine/schema.ts';

/** Asks for the logs of those of some jobs of a run that ended badly and were not asked for before; `again` asks for all of them. */
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

/** Names of runs with failures that changed after a time, newest first, from one on; the last page is not full. */
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

/** A log that somebody reads. It is lost when its time has come, or when its job fails of something else: then nothing more is kept of it. */
export interface ClaimedLog {
  job_id: number;
  tries: number;
  /** When it is due again, in microseconds, which nobody else has set. */
  due: number;
}

/** Claims the log that has waited longest until `until`; null when none is due. Times in microseconds. */
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
    // Of two servers that wait for the row the second one finds it claimed.
    .where('due', '<=', at)
    .returning(['job_id', 'tries'])
    .executeTakeFirst();
  return claimed ? { ...claimed, due: until } : null;
}

/** Lets a log wait, or gives it up with null. One whose reader was stopped was not tried. */
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

/** Gives up the log of a job that is not failing. One that nobody read is forgotten, so that the next failure asks for it again. */
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
    // One that fails meanwhile has asked in vain, and stays claimed.
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

/** Keeps what a log said, unless the claim is lost; false then. It stays claimed, for what is still to be done with it. */
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

/** Whether a log is still claimed by whoever has this claim. */
export async function isClaimed({ kysely }: Reader, { job_id, due }: ClaimedLog): Promise<boolean> {
  const row = kysely.selectFrom('log_excerpts').select('job_id').where('job_id', '=', job_id).where('due', '=', due);
  return (await row.executeTakeFirst()) !== undefined;
}
