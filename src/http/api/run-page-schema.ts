import { type Static, Type } from 'typebox';
import { causeClasses } from '../../core/signature-class.ts';
import { shape } from '../operations.ts';
import {
  answers,
  filter,
  integer,
  JobItem,
  JobStatus,
  jobFacts,
  Link,
  latestOf,
  numberOrNull,
  query,
  RunItem,
  runPath,
  text,
  textAnswers,
  textOrNull,
  zone,
} from './schema.ts';
import { atParameter, Baseline, baseParameter, PageVerdict } from './verdict-schema.ts';

/** `GET /api/runs/{run}`. */
export const runItem = {
  summary: 'A run; "latest" is the newest of a suite and branch',
  params: runPath,
  querystring: query(latestOf),
  response: answers(RunItem),
};

/** A cause of failures (core/signature-class.ts). `seen` counts its jobs in each of the page's `recent` runs. */
export const PageSignature = shape('PageSignature', {
  id: text,
  kind: text,
  title: text,
  class: Type.Enum([...causeClasses]),
  seen: Type.Array(integer),
});
export type PageSignature = Static<typeof PageSignature>;

const Place = Type.Union([integer, Type.Null()]);

/**
 * A job on the page of a run (`PageJob` of core/page-jobs.ts). `description`, `failure_reason` and `error` are places in `texts`, `signature` and
 * `case_causes` (see `JobItem`) are such in `signatures`. Reasons are cut after 4,000 characters, with an ellipsis; times are whole seconds, in milliseconds.
 */
const PageJob = shape('PageJob', {
  ...jobFacts,
  description: Place,
  failure_reason: Place,
  error: Place,
  signature: Place,
  case_causes: Type.Array(integer),
  /** The status of the same description in `previous`; null when that has no such job. */
  previous: Type.Union([JobStatus, Type.Null()]),
  links: Type.Array(Link),
});

/** Everything the page of a run shows at first. */
export const RunPage = shape('RunPage', {
  run: RunItem,
  /** The last finished run of the same suite, branch and machine type before this one. */
  previous: Type.Union([RunItem, Type.Null()]),
  /** Failing jobs against the same descriptions in `previous`. */
  change: Type.Union([Type.Object({ new: integer, still: integer, fixed: integer }), Type.Null()]),
  /** Up to 12 runs of the same suite and branch with their numbers of jobs, oldest first, this one last. */
  /** The branch of all `recent` runs but the last, which is this one. */
  recent_branch: text,
  recent: Type.Array(Type.Object({ name: text, scheduled: Type.Number(), total: integer })),
  /** Failing jobs first, then by id. */
  jobs: Type.Array(PageJob),
  signatures: Type.Array(PageSignature),
  /** What is said of each cause, in no order. */
  verdicts: Type.Array(PageVerdict),
  /** What the verdicts compare with. */
  baseline: Baseline,
  texts: Type.Array(text),
  /** Where a job's log is, with {run_name} and {job_id}; empty when it is not known. */
  log_href_template: text,
  /** Whether the server can read logs. */
  reads_logs: Type.Boolean(),
});
export type RunPage = Static<typeof RunPage>;

/** `GET /api/runs/{run}/page`. */
export const runPage = {
  summary: 'What the page of a run shows',
  params: runPath,
  querystring: query({ base: baseParameter, at: atParameter, ...latestOf }),
  response: answers(RunPage),
};

/** Jobs in the order of the page, those that `q` means. */
export const RunJobs = shape('RunJobs', {
  run: RunItem,
  jobs: Type.Array(JobItem),
  /** Terms of `q` that mean nothing here, in words; the rest of `q` applies. */
  problems: Type.Array(text),
});
export type RunJobs = Static<typeof RunJobs>;

/** `GET /api/runs/{run}/jobs`, also `.json`. */
export const runJobs = {
  summary: 'The jobs of a run',
  params: runPath,
  querystring: query({ q: filter, tz: zone, base: baseParameter, ...latestOf }),
  response: answers(RunJobs),
};

/** `GET /api/runs/{run}/jobs.csv`. */
export const runJobsFile = { ...runJobs, summary: 'The same as CSV', response: textAnswers('text/csv') };

/** What the configurations of `compared` of its `jobs` have in common. */
export const RunConfig = shape('RunConfig', {
  common: Type.Record(text, Type.Unknown()),
  jobs: integer,
  compared: integer,
});
export type RunConfig = Static<typeof RunConfig>;

/** `GET /api/runs/{run}/config`. */
export const runConfig = {
  summary: 'What the configurations of its jobs have in common',
  params: runPath,
  querystring: query(latestOf),
  response: answers(RunConfig),
};

/** What is known of the jobs of a run beside what its page shows at first. */
export const RunParts = shape('RunParts', {
  /** Lists of tasks and of roles, each once. */
  lists: Type.Array(Type.Array(text)),
  jobs: Type.Array(
    Type.Object({
      job_id: text,
      /** Places in `lists`. */
      tasks: integer,
      roles: integer,
      machine_type: textOrNull,
      owner: textOrNull,
      flavor: textOrNull,
      priority: numberOrNull,
      teuthology_branch: textOrNull,
      suite_branch: textOrNull,
    }),
  ),
});
export type RunParts = Static<typeof RunParts>;

/** `GET /api/runs/{run}/parts`. */
export const runParts = {
  summary: 'Tasks, roles, owners and branches of the jobs of a run',
  params: runPath,
  querystring: query(latestOf),
  response: answers(RunParts),
};
