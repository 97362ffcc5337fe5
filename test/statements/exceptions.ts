/** A statement that reads or sorts more rows than it returns, and the reason. */
export interface Exception {
  /** `path function` with the path below `src/store`. */
  origin: string;
  /** Restricts the exception to statements that match. */
  text?: RegExp;
  /** The findings on each engine as `kind table`; see `Finding`. */
  sqlite: string[];
  postgres: string[];
  reason: string;
  /** True if the exception occurs only on some days, because the newest runs differ each day. */
  someDays?: true;
}

/** All exceptions. The test fails if one no longer occurs. */
export const exceptions: Exception[] = [
  ...['unknown', 'pages/run-page.ts lastRuns'].map((origin) => ({
    origin,
    text: /^select \* from "runs" where [^(]*"branch" = [^(]*order by "scheduled" desc, "id" desc limit/,
    sqlite: [],
    postgres: ['sort'],
    reason:
      'after five requests for rare branches PostgreSQL expects few runs of every branch, and sorts them: some thousand at most',
    someDays: true as const,
  })),
  {
    origin: 'read/job-list.ts readRows',
    sqlite: ['sort'],
    postgres: ['discard jobs', 'sort'],
    reason: 'one step of at most 8,000 jobs (job-list.ts): no index covers two conditions, or a rare status',
  },
  {
    origin: 'read/job-list.ts countRows',
    sqlite: [],
    postgres: ['discard jobs'],
    reason: 'one step of at most 8,000 jobs (job-list.ts) that a later page skips',
  },
  {
    origin: 'read/nodes.ts countsByNode',
    text: /"jobs"\."machine_type" in/,
    sqlite: [],
    postgres: ['discard jobs'],
    reason: 'jobs of some days by their time: the index contains machine types, and a lab has few other types',
  },
  {
    origin: 'pages/job-lines.ts linesByIds',
    sqlite: [],
    postgres: ['scan runs'],
    reason:
      'fifty jobs are joined with 2,000 runs sooner by reading all of these; with more runs PostgreSQL looks them up',
  },
  {
    origin: 'read/runs.ts facetValues',
    text: /and ("runs"\.|"run_id" in|exists)/,
    sqlite: ['scan runs'],
    postgres: ['scan runs', 'sort', 'discard runs'],
    reason: 'the values among the runs that match another filter, which have to be read',
  },
  {
    origin: 'read/runs.ts jobValues',
    sqlite: ['scan runs'],
    postgres: ['scan runs', 'sort', 'discard'],
    reason: 'the values of all runs, one step per run and value, filtered by the runs that match another filter',
  },
  {
    origin: 'read/runs.ts scheduledDays',
    sqlite: ['scan runs'],
    postgres: ['scan runs', 'sort'],
    reason: 'all days with runs, some five runs each: the answer is nearly as long',
  },
  {
    origin: 'pages/run-search.ts searchRuns',
    sqlite: ['scan runs', 'sort'],
    postgres: ['scan runs', 'discard runs', 'sort'],
    reason: 'the first matches of any filter in any order: ten filters and ten orders would require a hundred indexes',
  },
  {
    origin: 'pages/run-search.ts countRuns',
    sqlite: ['scan runs'],
    postgres: ['scan runs', 'discard runs'],
    reason: 'the totals of a filter are a sum over its runs: 16,000 take 5 to 8 ms',
  },
  {
    origin: 'pages/run-search.ts statusCounts',
    sqlite: ['scan runs'],
    postgres: ['scan runs'],
    reason: 'counts runs by the status of their jobs: 16,000 take 5 to 8 ms',
  },
  {
    origin: 'pages/run-search.ts valueCounts',
    sqlite: ['scan runs', 'sort'],
    postgres: ['scan runs', 'discard runs', 'sort'],
    reason: 'counts runs by value: 16,000 take 5 to 8 ms',
  },
  {
    origin: 'pages/search.ts runsNamed',
    sqlite: ['scan runs'],
    postgres: ['scan runs', 'discard runs'],
    reason: 'any part of a name: 16,000 names take 5 to 8 ms',
  },
  {
    origin: 'pages/run-page.ts nearestRuns',
    text: /(instr|strpos)\(/,
    sqlite: ['scan runs'],
    postgres: ['scan runs', 'discard runs'],
    reason: 'any part of a name, searched only if no run has the name',
  },
  {
    origin: 'pages/node-suspects.ts failedLinks',
    sqlite: [],
    postgres: ['discard job_nodes'],
    reason:
      'the failed ones among the jobs of 14 days, at most once a minute: an index contains the status and all other values',
  },
  {
    origin: 'pages/verdicts.ts findBases',
    sqlite: ['scan runs'],
    postgres: [],
    reason: 'the branches and suites of 60 days, from an index that contains all values: 16,000 runs take 5 to 8 ms',
  },
  {
    origin: 'read/runs.ts countJobs',
    sqlite: ['scan runs'],
    postgres: ['scan runs'],
    reason: 'the counts of all runs for a monitor, at most once in ten seconds',
  },
  {
    origin: 'upkeep/prune.ts eachRun',
    text: /count\(\*\)/,
    sqlite: ['scan runs'],
    postgres: ['scan runs'],
    reason: 'once in a command that processes all of these runs anyway',
  },
];
