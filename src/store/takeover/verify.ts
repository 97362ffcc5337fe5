/** Compares the copy with the old database, column by column, and selects jobs whose answers from both servers can be compared. */
import { sql } from 'kysely';
import { isJobStatus, type JobStatus, jobStatuses } from '../../core/job.ts';
import type { Reader } from '../engine/schema.ts';
import { chunksOf, countOf } from '../engine/transaction.ts';
import { cleanJob, openFindings, planJobs, readOldTime, runNames, unheard } from './clean.ts';
import { type Difference, differences, runValues, valuesHere, valuesThere } from './compare.ts';
import { copyJob, nothingSeen, runRow, seeJob } from './job-state.ts';
import {
  fingerprintOf,
  type OldDatabase,
  type OldRun,
  oldOutline,
  oldRuns,
  oldStatuses,
  onOneState,
  readOldRun,
} from './old-database.ts';
import { oldJobs } from './old-jobs.ts';
import { portionsOf, type RunReading, sumOf } from './read-runs.ts';
import { importedRuns, whileWriting } from './target.ts';

/** The result of a comparison. */
export interface Verified {
  runs: number;
  jobs: number;
  /** Runs that have changed since they were copied, or have not been copied yet. */
  stale: number;
  differences: Difference[];
}

/** Options of a comparison. */
interface VerifyOptions extends Pick<RunReading, 'old' | 'parse'> {
  db: Reader;
  /** Compares also runs that have been compared since they were copied. */
  all: boolean;
  signal: AbortSignal;
  onProgress: (progress: { runs: number; ofRuns: number; jobs: number }) => void;
}

/** The most differences that are kept; one per column would suffice. */
const mostKept = 1000;

/** Runs that are marked as compared in one transaction. */
const runsAtATime = 100;

/** Compares all runs, or those that have not been compared since they were copied. Marks equal runs as compared. */
export async function verify(options: VerifyOptions): Promise<Verified> {
  const { old, db, all, signal } = options;
  const runs = await oldRuns(old);
  const names = runNames(runs);
  const known = await importedRuns(db);
  const nodes = await db.kysely.selectFrom('nodes').select('id').execute();
  const reading = { ...options, findings: unheard, names, nodes: new Set(nodes.map(({ id }) => id)) };
  const wanted = runs.filter(({ id }) => all || known.get(id)?.verified !== 1);
  const seen: Verified = { runs: 0, jobs: 0, stale: 0, differences: [] };
  for (const some of chunksOf(wanted, runsAtATime)) {
    const equal: number[] = [];
    for (const run of some) {
      if (signal.aborted) break;
      const found = await compareRun(db, reading, run, known.get(run.id)?.fingerprint);
      if (found === null) seen.stale++;
      else if (found.differences.length === 0) equal.push(run.id);
      seen.runs++;
      seen.jobs += found?.jobs ?? 0;
      seen.differences.push(...(found?.differences ?? []).slice(0, mostKept - seen.differences.length));
      options.onProgress({ runs: seen.runs, ofRuns: wanted.length, jobs: seen.jobs });
    }
    await remember(db, equal);
  }
  return seen;
}

async function remember(db: Reader, ids: number[]): Promise<void> {
  if (ids.length === 0) return;
  await whileWriting(db, async (transaction) => {
    await transaction.updateTable('imported_runs').set({ verified: 1 }).where('id', 'in', ids).execute();
  });
}

/** Compares a run. Returns null if its current state has not been copied. */
function compareRun(
  db: Reader,
  reading: RunReading,
  listed: OldRun,
  fingerprint: string | undefined,
): Promise<{ jobs: number; differences: Difference[] } | null> {
  const { old, parse, nodes } = reading;
  const name = reading.names.get(listed.id) ?? '';
  return onOneState(old, async () => {
    const run = await readOldRun(old, listed);
    if (run === null) return null;
    const outline = await oldOutline(old, run);
    if (fingerprintOf(run, sumOf(outline)) !== fingerprint) return null;
    const plan = planJobs(outline, name, unheard);
    const summary = nothingSeen();
    const found: Difference[] = [];
    const runPosted = readOldTime(run.row?.posted);
    for (const portion of portionsOf(outline)) {
      const here = await valuesHere(db, portion.ids);
      for (const there of await oldJobs(old, portion)) {
        const { job, nodes: linked } = there;
        const job_id = plan.jobIds.get(job.id as number);
        if (job_id === undefined) continue;
        const place = { run: name, job_id, nodes: linked.filter((node) => nodes.has(node)), runPosted };
        const clean = cleanJob(there, place, unheard);
        found.push(...differences({ run: name, job_id }, valuesThere(clean), here.get(clean.id) ?? {}));
        seeJob(summary, copyJob(clean, { id: run.id, name }, parse, unheard));
      }
    }
    const row = await db.kysely.selectFrom('runs').selectAll().where('id', '=', run.id).executeTakeFirst();
    found.push(...differences({ run: name }, runValues(runRow(run, name, summary, unheard)), runValues(row ?? {})));
    const count = await countOf(db.kysely.selectFrom('jobs').where('run_id', '=', run.id));
    const [there, here] = [String(plan.jobIds.size), String(count)];
    found.push(...differences({ run: name }, { jobs: there }, { jobs: here }));
    return { jobs: outline.length, differences: found };
  });
}

/** Returns the statuses whose numbers of jobs differ. Jobs that were left out count as copied. */
export async function compareStatuses({ old, db }: Pick<VerifyOptions, 'old' | 'db'>): Promise<Difference[]> {
  const there = Object.fromEntries(jobStatuses.map((status) => [status, 0])) as Record<JobStatus, number>;
  for (const [status, count] of await oldStatuses(old)) there[isJobStatus(status) ? status : 'unknown'] += count;
  const here = await db.kysely
    .selectFrom('runs')
    .where('id', 'in', ({ selectFrom }) => selectFrom('imported_runs').select('imported_runs.id'))
    .select(jobStatuses.map((status) => sql<number | null>`sum(${sql.ref(status)})`.as(status)))
    .executeTakeFirstOrThrow();
  const counts = Object.fromEntries(jobStatuses.map((status) => [status, Number(here[status] ?? 0)]));
  const leftOut = await db.kysely.selectFrom('imported_runs').select('left_out').where('left_out', '<>', '').execute();
  for (const { left_out } of leftOut) {
    for (const status of left_out.split(' ')) counts[status] = (counts[status] ?? 0) + 1;
  }
  const printed = (values: Record<string, number>) =>
    Object.fromEntries(Object.entries(values).map(([status, count]) => [`jobs of status ${status}`, String(count)]));
  return differences({ run: 'all runs' }, printed(there), printed(counts));
}

/** The typical size of the documents of a job, in bytes. */
const typicalBytes = 8192;

/** Returns up to `size` jobs that were copied unchanged and have the same names on both sides. */
export async function sampleJobs(
  old: OldDatabase,
  { kysely }: Reader,
  size: number,
): Promise<{ run: string; job_id: string }[]> {
  const { last } = await kysely
    .selectFrom('jobs')
    .select(({ fn }) => fn.max('id').as('last'))
    .executeTakeFirstOrThrow();
  const found = new Map<number, { run: string; job_id: string }>();
  // More attempts than jobs, because ids have gaps and some jobs were not copied unchanged.
  for (let attempt = 0; attempt < 3 * size && found.size < size; attempt++) {
    const job = await kysely
      .selectFrom('jobs')
      .innerJoin('runs', 'runs.id', 'jobs.run_id')
      .select(['jobs.id', 'jobs.job_id', 'runs.name as run'])
      .where('jobs.id', '>=', Math.ceil(Math.random() * Number(last ?? 0)))
      .orderBy('jobs.id')
      .limit(1)
      .executeTakeFirst();
    if (job) found.set(job.id, { run: job.run, job_id: job.job_id });
  }
  const asTheyWere: { run: string; job_id: string }[] = [];
  for (const ids of chunksOf([...found.keys()], 100)) {
    const names = await namesThere(old, ids);
    const read = await onOneState(old, () => oldJobs(old, { ids, bytes: ids.length * typicalBytes }));
    for (const there of read) {
      const { job } = there;
      const id = job.id as number;
      const here = found.get(id);
      if (!here || here.job_id !== job.job_id || here.run !== names.get(id)) continue;
      const findings = openFindings(null);
      cleanJob(there, { ...here, nodes: [], runPosted: null }, findings);
      if (findings.counts.size === 0) asTheyWere.push(here);
    }
  }
  return asTheyWere;
}

/** Returns the old names of the runs of jobs. Jobs whose `job_id` or run name is not unique are left out. */
async function namesThere({ client }: OldDatabase, ids: number[]): Promise<Map<number, string>> {
  const { rows } = await client.query<{ id: number; name: string }>(
    `select jobs.id, runs.name from jobs join runs on runs.id = jobs.run_id where jobs.id = any ($1::bigint[])
     and not exists (select 1 from jobs other where other.run_id = jobs.run_id and other.job_id = jobs.job_id and other.id <> jobs.id)
     and not exists (select 1 from runs other where other.name = runs.name and other.id <> runs.id)`,
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}
