/** The finished jobs of runs as verdicts count them: kept in `run_digests`, and made again whenever a run has changed. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { JobStatus } from '../../core/job.ts';
import { type Signature, signatureVersion } from '../../core/signature.ts';
import { createDigest, digestVersion, indexRun, type RunDigest, type RunIndex } from '../../core/verdicts/digest.ts';
import type { CauseFacts } from '../../core/verdicts/verdict.ts';
import { oneOf } from '../engine/dialect.ts';
import type { Reader, RunRow } from '../engine/schema.ts';
import { inTurns } from '../read/in-turns.ts';
import { headOf } from './baseline.ts';
import { causeOf } from './job-lines.ts';
import { outagesIn } from './outages.ts';
import { portionsOf } from './portions.ts';

/** A database in which digests may be kept; a server that only reads keeps none. */
export interface DigestKeeper extends Reader {
  keepDigest(digest: KeptDigest): Promise<void>;
}

/** A digest as it is kept. `made_of` names the state of the run that it shows. */
export interface KeptDigest {
  run_id: number;
  made_of: string;
  digest: string;
}

/** What verdicts need of a job; times in microseconds. */
export interface JudgedJob {
  status: JobStatus;
  description: string | null;
  signature: Signature | null;
  posted: number;
  started: number | null;
}

/** A cause of a run with when its jobs started. */
export type FoundCause = CauseFacts & { cause: Signature };

/** The causes of jobs. */
export function causesOf(jobs: Iterable<JudgedJob>): FoundCause[] {
  const found = new Map<string, FoundCause & { starts: number[] }>();
  for (const { signature, posted, started } of jobs) {
    if (signature === null) continue;
    const one = found.get(signature.id) ?? { id: signature.id, class: signature.class, cause: signature, starts: [] };
    found.set(signature.id, one);
    one.starts.push(Math.floor((started ?? posted) / 1000));
  }
  return [...found.values()];
}

/** The digest of jobs; a cause of `outages` counts as one of the lab. */
export async function digestOf(
  run: RunRow,
  jobs: Iterable<JudgedJob>,
  outages: ReadonlySet<string> = new Set(),
): Promise<RunDigest> {
  const digest = createDigest(headOf(run));
  for await (const { status, description, signature } of inTurns(jobs)) {
    const cause = signature && { id: signature.id, class: outages.has(signature.id) ? 'infra' : signature.class };
    digest.add({ status, description, cause });
  }
  return digest.done();
}

/**
 * The state of a run that its digest depends on. Servers of the version before, which may still be running, do not count
 * revisions, but set the time.
 */
function stateOf({ revision, updated }: RunRow): string {
  return [digestVersion, signatureVersion, revision, updated].join('.');
}

/** Jobs whose digests are read in one statement and without a turn for others, and jobs of a run that count: no run has as many. */
const jobsAtATime = 1000;
const mostJobs = 20_000;

/** The indexes of runs, by their names; `at` is now, in microseconds. */
export async function indexesOf(db: DigestKeeper, runs: readonly RunRow[], at: number): Promise<Map<string, RunIndex>> {
  const indexes = new Map<string, RunIndex>();
  for await (const portion of inTurns(portionsOf(runs, jobsAtATime))) {
    const ids = portion.map(({ id }) => id);
    const rows = await db.kysely
      .selectFrom('run_digests')
      .selectAll()
      .where(oneOf(db.engine, 'run_id', ids))
      .execute();
    const kept = new Map(rows.map((row) => [row.run_id, row]));
    for (const run of portion) {
      const row = kept.get(run.id);
      const digest = row?.made_of === stateOf(run) ? (JSON.parse(row.digest) as Omit<RunDigest, 'run'>) : null;
      indexes.set(
        run.name,
        indexRun(digest === null ? await makeDigest(db, run, at) : { run: headOf(run), ...digest }),
      );
    }
  }
  return indexes;
}

/** An outage shows in the jobs of other runs, which have ended after this time, in microseconds. */
const settledAfter = 86_400_000_000;

async function makeDigest(db: DigestKeeper, run: RunRow, at: number): Promise<RunDigest> {
  const jobs: JudgedJob[] = [];
  for await (const page of judgedJobs(db, run.id)) {
    for (const job of page) jobs.push(job);
    if (jobs.length >= mostJobs) break;
  }
  const uncertain = causesOf(jobs).filter((cause) => cause.class === 'support');
  const outages = await outagesIn(db, run, uncertain);
  const digest = await digestOf(run, jobs, new Set(outages.keys()));
  const settled = uncertain.length === 0 || (run.updated ?? run.posted) < at - settledAfter;
  if (settled && run.status.startsWith('finished')) {
    const { run: _, ...rest } = digest;
    // The answer does not depend on it: when it cannot be written, the next reader makes it again.
    await db.keepDigest({ run_id: run.id, made_of: stateOf(run), digest: JSON.stringify(rest) }).catch(() => {});
  }
  return digest;
}

/** Rows to read at a time: SQLite takes some 3 ms for them. */
const rowsAtATime = 500;

/** The jobs of a run as verdicts need them, by pages. */
export async function* judgedJobs(db: Reader, runId: number): AsyncGenerator<JudgedJob[]> {
  for (let after = 0; ; await nextTurn()) {
    const rows = await selectJudged(db).where('jobs.run_id', '=', runId).where('jobs.id', '>', after).execute();
    yield rows.map((row) => ({ ...row, signature: causeOf(row) }));
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsAtATime) return;
    after = last.id;
  }
}

function selectJudged({ kysely }: Reader) {
  // The reason alone names the cause of a job that was stored before causes were.
  const reason = sql<string | null>`case when jobs.signature is null then substr(jobs.failure_reason, 1, 8192) end`;
  return kysely
    .selectFrom('jobs')
    .leftJoin('signatures', 'signatures.id', 'jobs.signature')
    .leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash')
    .select(['jobs.id', 'jobs.status', 'jobs.signature', 'jobs.posted', 'jobs.started'])
    .select(['signatures.kind', 'signatures.title', reason.as('failure_reason')])
    .select(sql<string | null>`substr(descriptions.description, 1, 16384)`.as('description'))
    .orderBy('jobs.id')
    .limit(rowsAtATime);
}
