/** What the history of a description says about a job. */
import { isFailing } from '../../../../src/core/compare.ts';
import type { JobItem } from '../../../../src/http/api/schema.ts';

/** A sentence about how often the jobs of a history failed. */
export function failedSentence(history: readonly JobItem[]): string {
  if (history.length < 2) return 'This description has not run before.';
  const failed = history.filter(({ status }) => isFailing(status)).length;
  return `Failed in ${failed} of the last ${history.length} runs.`;
}

/** The last job before a failing one that passed, and the first failure after it. Null if none passed. `history` is sorted from new to old. */
export function streakOf(job: JobItem, history: readonly JobItem[]) {
  const earlier = earlierThan(job, history);
  const passed = earlier.findIndex(({ status }) => status === 'pass');
  const lastPass = earlier[passed];
  if (lastPass === undefined) return null;
  const firstFailure = [job, ...earlier.slice(0, passed)].findLast(({ status }) => isFailing(status)) ?? job;
  return { lastPass, firstFailure };
}

/** The jobs of a history that are older than the given one. */
export function earlierThan(job: JobItem, history: readonly JobItem[]): readonly JobItem[] {
  return history.slice(history.findIndex(({ run, job_id }) => run === job.run && job_id === job.job_id) + 1);
}
