/** Reads the logs of jobs that failed or died, in the background of a server (docs/decisions/0018-first-error.md). */
import type { Logger } from 'pino';
import { type Archive, openArchive } from '../archive/archive.ts';
import { ArchiveProblem } from '../archive/source.ts';
import { isFailing } from '../core/compare.ts';
import { logRulesVersion } from '../core/logs/first-error.ts';
import type { PlacedJob } from '../core/logs/places.ts';
import { createBell, nextTurn } from '../core/turns.ts';
import type { Db } from '../store/db.ts';
import { countWaitingLogs, jobsToRefine, jobsWithEvidence, jobToRead } from '../store/read/excerpts.ts';
import { testsOf } from '../store/read/test-cases.ts';
import { keepCases, type RefinedJob, refineJob } from '../store/write/evidence.ts';
import {
  askForLogs,
  type ClaimedLog,
  claimLog,
  dropLog,
  failedRunsSince,
  isClaimed,
  keepExcerpt,
  postponeLog,
} from '../store/write/excerpts.ts';

/** Logs that one process reads at the same time. */
const atOnce = 2;
const second = 1_000_000;
/** How long a log is claimed, in microseconds: longer than `patience`, after which reading it is given up. */
const claimedFor = 300 * second;
/** Microseconds between the attempts to read a log. After the last one it is given up. */
const tryAgain = [60 * second, 600 * second, 3600 * second, 6 * 3600 * second];
/** Milliseconds after which the thread that reads a log is abandoned, and between checks for logs that are due. */
const [patience, lookEvery] = [120_000, 30_000];
/** How far back a start looks for failures that no server noticed, in microseconds. */
const lookBack = 7 * 86_400 * second;
const runsAtATime = 100;

/** A running log reader. */
export interface LogReader {
  /** Begins no further log. Logs that are being read are left for the next start. */
  stop(): Promise<void>;
}

/** What the reader works with; `now` returns microseconds since the Unix epoch. */
interface ReaderOptions {
  db: Db;
  archive: Archive;
  log: Pick<Logger, 'warn'>;
  now: () => number;
}

/** Opens the archive of a setting with the limits of the log reader. */
export function archiveForReader(setting: string): Archive {
  return openArchive(setting, { threads: atOnce, patience });
}

/**
 * Starts to read the logs of jobs as they fail, and of jobs that failed while no server noticed. Without an archive it only refines
 * the causes of jobs whose test cases were posted before they failed.
 */
export function startLogReader({ db, archive, log, now }: ReaderOptions): LogReader {
  const stopped = new AbortController();
  const { signal } = stopped;
  const due = createBell();
  const safely = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'could not read logs of jobs; trying again');
    }
  };
  const heard = async (run: string, job_ids: string[]) => {
    if (archive.isOpen()) {
      await askForLogs(db, { run, job_ids, at: now() });
      due.ring();
    }
    // If the log was read or test cases were posted before the job failed, they can refine its cause now.
    for (const id of await jobsWithEvidence(db, run, job_ids)) tell(db, await refineJob(db, id));
  };
  const recent = () => catchUp({ db, archive, log, now }, signal);
  const unsubscribe = db.live.subscribe((event) => {
    if (event.type === 'reset') void safely(recent);
    if (event.type !== 'jobs') return;
    const failed = event.jobs.filter(({ status }) => status !== null && isFailing(status));
    if (failed.length > 0)
      void safely(() =>
        heard(
          event.run,
          failed.map(({ job_id }) => job_id),
        ),
      );
  });
  const lane = async () => {
    while (!signal.aborted) {
      const heardOf = due.rung();
      let found = false;
      await safely(async () => {
        found = await readNext({ db, archive, log, now }, signal);
      });
      if (found || signal.aborted) continue;
      await due.wait(heardOf, lookEvery);
      // Events arrive in bursts.
      await new Promise((next) => setTimeout(next, 50));
    }
  };
  const working = Promise.all([safely(recent).then(due.ring), lane(), lane()]);
  return {
    async stop() {
      stopped.abort();
      unsubscribe();
      due.ring();
      await archive.close();
      await working;
    },
  };
}

/** Handles failures that no server noticed because none was running or it was just ending. */
async function catchUp({ db, archive, now }: ReaderOptions, signal: AbortSignal): Promise<void> {
  const at = now();
  for (let skip = 0; ; skip += runsAtATime) {
    const runs = await failedRunsSince(db, { since: at - lookBack, skip, limit: runsAtATime });
    for (const run of runs) {
      if (signal.aborted) return;
      if (run === '') continue;
      if (archive.isOpen()) await askForLogs(db, { run, job_ids: null, at });
      for (const id of await jobsToRefine(db, run)) tell(db, await refineJob(db, id));
      await nextTurn();
    }
    if (runs.length < runsAtATime) return;
  }
}

/** Reads the log that has waited longest; false when none is due. */
export async function readNext({ db, archive, log, now }: ReaderOptions, signal?: AbortSignal): Promise<boolean> {
  const at = now();
  const claimed = await claimLog(db, { at, until: at + claimedFor });
  if (claimed === null) return false;
  const { job_id, tries } = claimed;
  // Every process that read this log died before it could report a failure.
  if (tries > tryAgain.length + 1) {
    await postponeLog(db, claimed, null);
    return true;
  }
  const job = await jobToRead(db, job_id);
  if (job === null) {
    await dropLog(db, claimed);
    return true;
  }
  try {
    const { failure_reason, ignorelist, status: _, ...placed } = job;
    const found = await archive.ask('first', placed, { file: null, failure_reason, ignorelist });
    const { kind, error, at: byte, sure, others, context, name } = found;
    const excerpt = { version: logRulesVersion, file: name, kind, error, byte, sure, others, context };
    if (!(await keepExcerpt(db, claimed, excerpt))) return true;
    await refineJob(db, job_id);
    tell(db, job);
    tell(db, await readTests(db, archive, placed, claimed));
    await postponeLog(db, claimed, null);
  } catch (error) {
    if (signal?.aborted) {
      await postponeLog(db, claimed, at, { stopped: true });
      return false;
    }
    if (!(error instanceof ArchiveProblem))
      log.warn({ err: error, run: job.run, job: job.job_id }, 'could not read a log');
    const later = tryAgain[tries - 1];
    await postponeLog(db, claimed, later === undefined ? null : now() + later);
    if (later === undefined) tell(db, job);
  }
  return true;
}

/** Stores the test cases in the files of a job, unless a client has posted some. Returns the job, or null if nothing was stored. */
async function readTests(db: Db, archive: Archive, job: PlacedJob, claimed: ClaimedLog): Promise<RefinedJob | null> {
  const { job_id: id } = claimed;
  const [known, found] = [await testsOf(db, id), await archive.ask('tests', job, {})];
  if (found === null || known?.source === 'posted' || !(await isClaimed(db, claimed))) return null;
  const { files, ...cases } = found;
  return keepCases(db, id, cases, files.join(' ').slice(0, 500));
}

function tell(db: Db, job: RefinedJob | null): void {
  if (job !== null) db.live.add({ run: job.run, job_id: job.job_id, status: job.status, previous: job.status });
}

/** How many logs were read, and how many could not be read and will be tried again (0 if the work was stopped). */
export interface LogsRead {
  read: number;
  left: number;
}

/** Reads the logs of all jobs that failed or died again. `onProgress` is called with the number that is left. */
export async function readAllLogs(
  options: ReaderOptions,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (left: number) => void },
): Promise<LogsRead> {
  const { db, now } = options;
  for (let skip = 0; !signal.aborted; skip += runsAtATime) {
    const runs = await failedRunsSince(db, { since: Number.MIN_SAFE_INTEGER, skip, limit: runsAtATime });
    for (const run of runs) if (run !== '') await askForLogs(db, { run, job_ids: null, at: now(), again: true });
    if (runs.length < runsAtATime) break;
  }
  let tried = 0;
  const lane = async () => {
    while (!signal.aborted && (await readNext(options, signal))) {
      tried++;
      if (tried % 20 === 0) onProgress(await countWaitingLogs(db));
    }
  };
  await Promise.all([lane(), lane()]);
  const left = signal.aborted ? 0 : await countWaitingLogs(db);
  return { read: Math.max(0, tried - left), left };
}
