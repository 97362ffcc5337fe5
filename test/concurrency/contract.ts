import type { Request } from './client.ts';

/** What a test writes into a job: the same unique text in every part of it, and the outcome. */
export interface Mark {
  text: string;
  success: boolean | null;
}

/** How many jobs of a run passed, failed or have not finished. */
export interface Counts {
  pass: number;
  fail: number;
  running: number;
}

/** The requests these tests need, so that the same tests run against each contract. */
export interface Contract {
  name: string;
  /** The command-line flags of a server that speaks it. */
  settings: string[];
  /** The outcomes that an update can set, whatever the outcome was before. A new job can also have null. */
  outcomes: (boolean | null)[];
  /** True when a job posted to a missing run creates the run. */
  createsMissingRuns: boolean;
  createRun(run: string): Request;
  createJob(run: string, jobId: string, mark: Mark): Request;
  updateJob(run: string, jobId: string, mark: Mark): Request;
  readJob(run: string, jobId: string): Request;
  /** The mark of a job, from the answer to `readJob`. Throws when its parts come from different writes. */
  markOf(json: unknown): Mark;
  readRuns(): Request;
  /** A run's counts, from the answer to `readRuns`. */
  countsOf(json: unknown, run: string): Counts;
  readJobs(run: string): Request;
  /** The mark of every job by its id, from the answer to `readJobs`. */
  marksOf(json: unknown): Map<string, Mark>;
}

/** The outcome to report with the `count`-th update. */
export function outcomeOf({ outcomes }: Contract, count: number): boolean | null {
  return outcomes[count % outcomes.length] as boolean | null;
}

/** Counts jobs by outcome. */
export function countOutcomes(marks: Iterable<Mark>): Counts {
  const counts = { pass: 0, fail: 0, running: 0 };
  for (const { success } of marks) counts[success === null ? 'running' : success ? 'pass' : 'fail']++;
  return counts;
}
