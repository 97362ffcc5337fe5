/** Where a job is in a list. */

/** Its number, from 1, and the jobs before and after it. */
export interface Place {
  at: number;
  before: string | null;
  after: string | null;
}

/** The place of a job in a list; null when it is alone there or not in it. */
export function placeIn(jobs: readonly { job_id: string }[], jobId: string): Place | null {
  const at = jobs.findIndex(({ job_id }) => job_id === jobId);
  if (at === -1 || jobs.length < 2) return null;
  return { at: at + 1, before: jobs[at - 1]?.job_id ?? null, after: jobs[at + 1]?.job_id ?? null };
}
