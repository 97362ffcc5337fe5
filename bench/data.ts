/** What is sent and stored: deterministic, the same in every process of a benchmark and in every run of it. */
import { jobDocument } from '../demo/documents.ts';
import { createRandom } from '../demo/random.ts';

/** How many clients send at the same time. */
export const clients = 8;

/** The size of a job document in bytes. */
export const documentBytes = 8192;

/** How many different documents there are; job number `n` of a seeded run has document `n % documentCount`. */
export const documentCount = 16;

/** The id of the first seeded job. All ids have seven digits, so that a client can patch them into a ready request. */
export const firstSeededId = 1_000_000;

/** The id of the first job that a client posts. */
export const firstPostedId = 2_000_000;

/** Every run is called so, followed by its number. */
export const runPrefix = 'teuthology-2026-11-20_20:00:15-rados-main-distro-default-smithi-';

/** The name of seeded run `n`, counted from 0. */
export function runName(n: number): string {
  return `${runPrefix}${n}`;
}

/** The JSON text of document `n`; its `job_id` is `firstSeededId`. */
export function documentText(n: number): string {
  return JSON.stringify(document(n));
}

/** The JSON text of document `n` as a client sends it when the job has passed. */
export function passedDocumentText(n: number): string {
  return JSON.stringify({ ...document(n), success: true });
}

function document(n: number): Record<string, unknown> {
  const random = createRandom('bench', n);
  return jobDocument(random, { bytes: documentBytes, job_id: String(firstSeededId) });
}
