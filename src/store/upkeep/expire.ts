/** Ends jobs that have not been updated for a long time, because their worker is gone. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Actor } from '../../core/audit.ts';
import { isFailure } from '../../core/errors.ts';
import { type Expiring, type ExpiryAges, expiring, expiryReason } from '../../core/expiry.ts';
import type { Reader } from '../engine/schema.ts';
import { chunksOf } from '../engine/transaction.ts';
import type { JobWriter } from '../write/jobs.ts';

/** Selects the jobs to end: at the time `at` (microseconds), their last update is older than the maximum age of their status. */
interface ExpireOptions {
  ages: ExpiryAges;
  at: number;
  by: Actor;
  /** Counts the jobs and changes nothing. */
  dryRun: boolean;
  signal?: AbortSignal;
}

/** Runs read by one statement. */
const runsAtATime = 100;

/** Jobs written together. They are fewer than fit into a transaction, so that reports can share it. */
const jobsAtATime = 32;

/**
 * Returns how many jobs were ended, or would be. Each job is checked again while its run is locked, and skipped if it was updated
 * meanwhile, so any number of servers of one database may do this at the same time. Later reports of a worker count as always.
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

/** Returns runs with jobs in this status, in the order of the index of these runs. */
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

/** Returns the jobs without news. `posted` counts as news, because a client may give a new job an old `updated` time. */
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

/** True if runs were imported and there are no other runs. Then an import may still be in progress. */
export async function isMereCopy({ kysely }: Reader): Promise<boolean> {
  const imported = kysely.selectFrom('imported_runs').select('id');
  const own = kysely.selectFrom('runs').select('id').where('id', 'not in', imported);
  const [one, other] = [await imported.limit(1).executeTakeFirst(), await own.limit(1).executeTakeFirst()];
  return one !== undefined && other === undefined;
}
