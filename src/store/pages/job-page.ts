/** What the page of one job reads. */
import { sql } from 'kysely';
import { type Failure, notFound } from '../../core/errors.ts';
import { columnFields, documentFields, isDocumentField, moreFields, smallFields } from '../../core/job.ts';
import { orderJobs } from '../../core/job-order.ts';
import { splitObject } from '../../core/json-text.ts';
import type { RunRow } from '../engine/schema.ts';
import { listJobs } from '../read/job-list.ts';
import { jobById, jobStatuses, type WholeJob, withDescription } from '../read/jobs.ts';
import type { Reader } from '../reader.ts';
import { type JobLine, linesByIds } from './job-lines.ts';

/** Which other jobs of the same description belong to the history of a job. */
export type HistoryScope = 'branch' | 'all' | 'sha1';

/** A job of a run, or `not_found`. */
export async function wholeJob(
  db: Reader,
  run: RunRow,
  jobId: string,
): Promise<{ job: WholeJob; line: JobLine } | Failure> {
  const filter = { run_id: run.id, job_id: jobId };
  const [head] = await listJobs(db, { filter, columns: [], order: 'newest', limit: 1 });
  if (!head) return notFound('job', jobId);
  const [job, [line]] = await Promise.all([jobById(db, head.id), linesByIds(db, [head.id])]);
  return job && line ? { job, line } : notFound('job', jobId);
}

/** Every key that was reported for a job with the text of its value, by key. */
export function reportedKeys(job: WholeJob): [key: string, text: string][] {
  const members = new Map<string, string>();
  for (const key of columnFields) members.set(key, JSON.stringify(job[key]));
  for (const text of [withDescription(job), job.more])
    for (const [key, value] of splitObject(text)) members.set(key, value);
  for (const key of documentFields) members.set(key, job[key] ?? 'null');
  members.set('job_id', JSON.stringify(job.job_id));
  const known = (key: string) =>
    key === 'job_id' || Object.hasOwn(smallFields, key) || Object.hasOwn(moreFields, key) || isDocumentField(key);
  const reported = [...members].filter(([key, text]) => text !== 'null' && known(key));
  return reported.sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The jobs before and after one on the page of its run. */
export async function neighbours(
  db: Reader,
  run: RunRow,
  jobId: string,
): Promise<{ before: string | null; after: string | null }> {
  const order = orderJobs(await jobStatuses(db, run.id));
  const at = order.findIndex((job) => job.job_id === jobId);
  return { before: order[at - 1]?.job_id ?? null, after: order[at + 1]?.job_id ?? null };
}

/** How many jobs a history has. */
const historyLength = 25;

/**
 * The last jobs with the description of this one, the newest first, this one among them: of runs of the same branch, of
 * the same sha1, or of all.
 */
export async function descriptionHistory(
  db: Reader,
  run: RunRow,
  { job, line }: { job: WholeJob; line: JobLine },
  scope: HistoryScope,
): Promise<JobLine[]> {
  const { description_hash } = job;
  if (description_hash === null) return [line];
  let query = db.kysely
    .selectFrom('jobs')
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .select('jobs.id')
    // Not the text too: of both PostgreSQL expects hardly any jobs, so that it reads and sorts all there are.
    .where('jobs.description_hash', '=', description_hash);
  if (scope === 'branch') query = query.where('runs.branch', '=', run.branch);
  if (scope === 'sha1') {
    // Few runs have a sha1, and the index of descriptions knows the run of each job: hardly any row has to be read. A sum,
    // so that the search begins with the description.
    const runs = db.kysely.selectFrom('jobs').select('run_id').where('sha1', '=', job.sha1);
    query = query.where('jobs.sha1', '=', job.sha1).where(sql`jobs.run_id + 0`, 'in', runs);
  }
  const rows = await query.orderBy('jobs.posted', 'desc').orderBy('jobs.id', 'desc').limit(historyLength).execute();
  const ids = rows.map(({ id }) => id);
  if (ids.includes(job.id)) return linesByIds(db, ids);
  return [...(await linesByIds(db, ids.slice(0, historyLength - 1))), line];
}
