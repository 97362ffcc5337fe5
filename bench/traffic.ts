/** What the clients of a lab send to a small lab of benchmark documents. */
import { jobDocument } from '../demo/documents.ts';
import { createRandom } from '../demo/random.ts';
import type { Request } from './load.ts';
import { send } from './server.ts';

/** How many clients write or read at the same time, each of them in a run of its own. */
export const clients = 8;

/** Jobs of each of these runs. */
export const jobsOfRun = 50;

/** How many different documents of 8 KB there are; job number `n` of a run has document `n % documentCount`. */
export const documentCount = 16;

/** The id of the first job of a run. */
export const firstJob = 1_000_000;

/** Begins the names of the runs; their number, from 0, follows. */
export const runPrefix = 'teuthology-2026-11-20_20:00:15-rados-main-distro-default-smithi-';

/** The writes that are measured, in the teuthology contract. */
export const writeKinds = { post: 'POST job of 8 KB', status: 'PUT job: a status', document: 'PUT job: other 8 KB' };

/** One of `writeKinds`. */
export type WriteKind = keyof typeof writeKinds;

/** The path of the jobs of run `n`. */
export function jobsPath(n: number): string {
  return `/runs/${runPrefix}${n}/jobs/`;
}

/** The text of document `n` for a job, of about `bytes` bytes. A job keeps its nodes, whichever document it has. */
export function documentText(n: number, job_id: number, bytes = 8192): string {
  const ofNumber = (number: number) => jobDocument(createRandom('bench', number), { bytes, job_id: String(job_id) });
  return JSON.stringify({ ...ofNumber(n), targets: ofNumber(job_id % documentCount).targets, status: 'running' });
}

/** Makes requests of one kind. Each changes something, in each of the runs in turn. */
export function writes(kind: WriteKind): () => Request {
  const texts = new Map<number, string>();
  const text = (n: number, job: number) => {
    const [document, alike] = [n % documentCount, firstJob + (job % documentCount)];
    const key = document * documentCount + (alike - firstJob);
    const known = texts.get(key) ?? documentText(document, alike);
    texts.set(key, known);
    return known.replace(`"${alike}"`, `"${job}"`);
  };
  let count = 0;
  return () => {
    const [n, run] = [Math.floor(count / clients), count++ % clients];
    if (kind === 'post') return { method: 'POST', path: jobsPath(run), body: text(n, nextPosted++) };
    const [round, job] = [Math.floor(n / jobsOfRun) + 1, n % jobsOfRun];
    const status = JSON.stringify({ status: round % 2 === 0 ? 'running' : 'waiting' });
    const body = kind === 'status' ? status : text(job + round, firstJob + job);
    return { method: 'PUT', path: `${jobsPath(run)}${firstJob + job}/`, body };
  };
}

/** Ids that were posted must not be posted again, whatever the benchmark measures next. */
let nextPosted = 10 * firstJob;

/** Sends the runs and their jobs to a port of the teuthology contract. */
export async function sendRuns(port: number, runs: number): Promise<void> {
  for (let job = 0; job < jobsOfRun; job++) {
    const body = documentText(job % documentCount, firstJob + job);
    await Promise.all(Array.from({ length: runs }, (_, run) => send(port, jobsPath(run), 'POST', body)));
  }
}
