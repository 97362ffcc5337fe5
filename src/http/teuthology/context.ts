import type { Db } from '../../store/db.ts';
import type { BaseOf } from '../href.ts';

/** What the routes of the teuthology contract work with. */
export interface TeuthologyContext {
  db: Db;
  baseOf: BaseOf;
  /** Microseconds since the Unix epoch. */
  now: () => number;
  /** Where the log of a job is, with {run_name} and {job_id}. */
  logTemplate: string;
  /** Runs on a page of `/runs/` and of its filters. */
  latestRuns: number;
}
