/** What the history of a description says about one of its jobs. */
import { isFailing } from '../../../../src/core/compare.ts';
import type { JobItem } from '../../../../src/http/api/schema.ts';

/** How often the jobs of a history failed, in a sentence. */
export function failedSentence(history: readonly JobItem[]): string {
  if (history.length < 2) return 'This description ran here for the first time.';
  const failed = history.filter(({ status }) => isFailing(status)).length;
  return `Failed in ${failed} of the last ${history.length} runs.`;
}

/** Since when a description fails. */
export interface Streak {
  lastPass: JobItem;
  /** The first job after `lastPass` that failed. */
  firstFailure: JobItem;
}

/** The streak of failures that ends with a failing job; null when no earlier job in its history passed. `history` is newest first. */
export function streakOf(job: JobItem, history: readonly JobItem[]): Streak | null {
  const earlier = earlierThan(job, history);
  const passed = earlier.findIndex(({ status }) => status === 'pass');
  const lastPass = earlier[passed];
  if (lastPass === undefined) return null;
  const firstFailure = [job, ...earlier.slice(0, passed)].findLast(({ status }) => isFailing(status)) ?? job;
  return { lastPass, firstFailure };
}

/** The jobs of a history before one of them. */
export function earlierThan(job: JobItem, history: readonly JobItem[]): readonly JobItem[] {
  return history.slice(history.findIndex(({ run, job_id }) => run === job.run && job_id === job.job_id) + 1);
}
