import type { Request } from './client.ts';

/** What a test writes into a job: a text of its own in every part of the job, and the outcome. */
export interface Mark {
  text: string;
  success: boolean | null;
}

/** How many jobs of a run passed, failed, or are neither yet. */
export interface Counts {
  pass: number;
  fail: number;
  running: number;
}

/** The few requests of a contract that these tests need, so that each contract is held to the same promises. */
export interface Contract {
  name: string;
  /** The command-line flags of a server that speaks it. */
  settings: string[];
  /** What an update can report, whatever the job's outcome was before; a new job takes null as well. */
  outcomes: (boolean | null)[];
  /** True when a job posted to a missing run creates the run. */
  createsMissingRuns: boolean;
  createRun(run: string): Request;
  createJob(run: string, jobId: string, mark: Mark): Request;
  updateJob(run: string, jobId: string, mark: Mark): Request;
  readJob(run: string, jobId: string): Request;
  /** The mark of a job, from the answer to `readJob`; throws when its parts are of different writes. */
  markOf(json: unknown): Mark;
  readRuns(): Request;
  /** A run's counts, from the answer to `readRuns`. */
  countsOf(json: unknown, run: string): Counts;
  readJobs(run: string): Request;
  /** The mark of every job by its id, from the answer to `readJobs`. */
  marksOf(json: unknown): Map<string, Mark>;
}

/** The outcome that the `count`-th of many updates reports. */
export function outcomeOf({ outcomes }: Contract, count: number): boolean | null {
  return outcomes[count % outcomes.length] as boolean | null;
}

/** Counts jobs by their outcome, as a run should. */
export function countOutcomes(marks: Iterable<Mark>): Counts {
  const counts = { pass: 0, fail: 0, running: 0 };
  for (const { success } of marks) counts[success === null ? 'running' : success ? 'pass' : 'fail']++;
  return counts;
}
