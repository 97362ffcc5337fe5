import type { JobCounts } from '../../core/run.ts';

/** What stays of deleted runs: how many they were, and their jobs in each status. `month` is the one (UTC) of their scheduling, like 2026-11. */
export interface MonthlyResultTable extends JobCounts {
  month: string;
  suite: string;
  branch: string;
  machine_type: string;
  runs: number;
}

/** How many jobs of deleted runs had a cause. */
export interface MonthlyCauseTable {
  month: string;
  suite: string;
  branch: string;
  cause: string;
  jobs: number;
}
