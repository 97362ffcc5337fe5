/** Ends the jobs of which nobody has heard for long: their worker is gone. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Actor } from '../../core/audit.ts';
import { isFailure } from '../../core/errors.ts';
import { type Expiring, type ExpiryAges, expiring, expiryReason } from '../../core/expiry.ts';
import type { Reader } from '../engine/schema.ts';
import { chunksOf } from '../engine/transaction.ts';
import type { JobWriter } from '../write/jobs.ts';

/** Which jobs end: those without news for the age of their status at the time `at` (microseconds). */
interface ExpireOptions {
  ages: ExpiryAges;
  at: number;
  by: Actor;
  /** Counts the jobs and changes nothing. */
  dryRun: boolean;
  signal?: AbortSignal;
}

/** Runs that are looked up together. */
const runsAtATime = 100;

/** Jobs that are written together: less than a transaction holds, so that reports share it. */
const jobsAtATime = 32;

/**
 * Returns how many jobs ended, or would. Each is looked at again while its run is held, and left alone when there is news: any
 * number of servers of one database may do this at a time. Later news of a worker counts as always.
 */
export async function expire(db: Reader & { jobWriter: JobWriter }, options: ExpireOptions): Promise<number> {
  let ended = 0;
  for (const status of expiring) {
    const seconds = options.ages[status];
    if (seconds !== null) ended += await expireStatus(db, status, { ...options, seconds });
  }
  return ended;
}

async function expireStatus(
  { kysely, jobWriter }: Reader & { jobWriter: JobWriter },
  status: Expiring,
  { at, by, dryRun, signal, seconds }: ExpireOptions & { seconds: number },
): Promise<number> {
  const before = at - seconds * 1_000_000;
  const reason = expiryReason(status, seconds);
  let ended = 0;
  for (let after = { scheduled: Number.MIN_SAFE_INTEGER, id: 0 }; !signal?.aborted; ) {
    const runs = await unfinishedRuns(kysely, status, after);
    for (const { id, name: run, posted } of runs) {
      const jobs = posted < before ? await silentJobs(kysely, id, status, before) : [];
      if (dryRun) ended += jobs.length;
      for (const some of dryRun ? [] : chunksOf(jobs, jobsAtATime)) {
        if (signal?.aborted) break;
        const writes = some.map(({ job_id, updated }) => {
          const seen = { status, updated };
          return jobWriter.write({ kind: 'expire', run, job_id, seen, reason, at, by }, reason.length);
        });
        ended += (await Promise.all(writes)).filter((result) => !isFailure(result)).length;
      }
      await nextTurn();
    }
    const last = runs.at(-1);
    if (last === undefined) break;
    after = last;
  }
  return ended;
}

/** In the order of the index of runs with jobs in this status. */
function unfinishedRuns(kysely: Reader['kysely'], status: Expiring, after: { scheduled: number; id: number }) {
  return kysely
    .selectFrom('runs')
    .select(['id', 'name', 'scheduled', 'posted'])
    .where((eb) => eb(status, '>', eb.lit(0)))
    .where(({ eb, refTuple, tuple }) => eb(refTuple('scheduled', 'id'), '>', tuple(after.scheduled, after.id)))
    .orderBy('scheduled')
    .orderBy('id')
    .limit(runsAtATime)
    .execute();
}

/** A client may give a new job an old time: that it was posted is news too. */
function silentJobs(kysely: Reader['kysely'], runId: number, status: Expiring, before: number) {
  return kysely
    .selectFrom('jobs')
    .select(['job_id', 'updated'])
    .where('run_id', '=', runId)
    .where('status', '=', status)
    .where('updated', '<', before)
    .where('posted', '<', before)
    .orderBy('id')
    .execute();
}

/** Whether runs were imported and there are no others: then an import may still go on. */
export async function isMereCopy({ kysely }: Reader): Promise<boolean> {
  const imported = kysely.selectFrom('imported_runs').select('id');
  const own = kysely.selectFrom('runs').select('id').where('id', 'not in', imported);
  const [one, other] = [await imported.limit(1).executeTakeFirst(), await own.limit(1).executeTakeFirst()];
  return one !== undefined && other === undefined;
}
