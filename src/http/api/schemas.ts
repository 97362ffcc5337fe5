/**
 * The shapes of `/api`, once: the server validates and documents with them, the dashboard takes its types from them.
 * Times are milliseconds since the Unix epoch, durations seconds, null where nothing is known.
 */
import { type Static, Type } from 'typebox';
import { changeClasses } from '../../core/compare.ts';
import { jobStatuses } from '../../core/job.ts';

const text = Type.String();
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const integer = Type.Integer();
const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

const countsOf = <Name extends string>(names: readonly Name[]) =>
  Type.Object(Object.fromEntries(names.map((name) => [name, integer])) as Record<Name, typeof integer>);

/** How many jobs have each status. */
export const Counts = countsOf(jobStatuses);

/** A run as lists show it. */
export const RunItem = Type.Object({
  name: text,
  status: text,
  user: text,
  suite: text,
  branch: text,
  machine_type: text,
  sha1: textOrNull,
  flavor: textOrNull,
  priority: numberOrNull,
  scheduled: Type.Number(),
  posted: Type.Number(),
  started: numberOrNull,
  updated: numberOrNull,
  total: integer,
  counts: Counts,
  tags: Type.Array(text),
});
export type RunItem = Static<typeof RunItem>;

/** `GET /api/runs`: one page; `total` and `counts` are those of the whole result, `next` goes into `after`. */
export const RunList = Type.Object({
  runs: Type.Array(RunItem),
  total: integer,
  counts: Counts,
  next: textOrNull,
  /** Terms of `q` that mean nothing here, in words; the rest of `q` applies. */
  problems: Type.Array(text),
});
export type RunList = Static<typeof RunList>;

/** A cause of failures (core/signature.ts). `seen` counts its jobs in each of the page's `recent` runs. */
export const PageSignature = Type.Object({
  id: text,
  kind: text,
  title: text,
  seen: Type.Array(integer),
});
export type PageSignature = Static<typeof PageSignature>;

const JobStatus = Type.Enum([...jobStatuses]);
const Place = Type.Union([integer, Type.Null()]);

/**
 * A job on the page of a run. `description` and `failure_reason` are places in `texts`, `signature` is one in
 * `signatures`. Reasons are cut after 4,000 characters, with an ellipsis; times are whole seconds, in milliseconds.
 */
export const PageJob = Type.Object({
  job_id: text,
  status: JobStatus,
  description: Place,
  failure_reason: Place,
  signature: Place,
  os: textOrNull,
  nodes: Type.Array(text),
  duration: numberOrNull,
  posted: Type.Number(),
  started: numberOrNull,
  updated: Type.Number(),
  /** The status of the same description in `previous`; null when that has no such job. */
  previous: Type.Union([JobStatus, Type.Null()]),
  links: Type.Array(Type.Object({ name: text, href: text })),
});
export type PageJob = Static<typeof PageJob>;

/** `GET /api/runs/{run}/page`, `/api/runs/latest/page?suite=&branch=`: everything the page of a run shows at first. */
export const RunPage = Type.Object({
  run: RunItem,
  /** The last finished run of the same suite, branch and machine type before this one. */
  previous: Type.Union([RunItem, Type.Null()]),
  /** Failing jobs against the same descriptions in `previous`. */
  change: Type.Union([Type.Object({ new: integer, still: integer, fixed: integer }), Type.Null()]),
  /** Up to 12 runs of the same suite and branch, oldest first, this one last. */
  recent: Type.Array(Type.Object({ name: text, scheduled: Type.Number() })),
  /** Failing jobs first, then by id. */
  jobs: Type.Array(PageJob),
  signatures: Type.Array(PageSignature),
  texts: Type.Array(text),
  /** Where a job's log is, with {run_name} and {job_id}; empty when it is not known. */
  log_href_template: text,
});
export type RunPage = Static<typeof RunPage>;

/** A job in a history: of one description, or of one node. */
export const HistoryJob = Type.Object({
  run: text,
  job_id: text,
  status: text,
  description: textOrNull,
  suite: text,
  branch: text,
  sha1: textOrNull,
  os: textOrNull,
  nodes: Type.Array(text),
  duration: numberOrNull,
  posted: Type.Number(),
  started: numberOrNull,
  updated: Type.Number(),
  signature: Type.Union([Type.Object({ id: text, kind: text, title: text }), Type.Null()]),
  failure_reason: textOrNull,
});
export type HistoryJob = Static<typeof HistoryJob>;

/** `GET /api/runs/{run}/jobs?q=` (also `.json`, `.csv`): jobs in the order of the page, those that `q` means. */
export const RunJobs = Type.Object({
  run: RunItem,
  jobs: Type.Array(HistoryJob),
  /** Terms of `q` that mean nothing here, in words; the rest of `q` applies. */
  problems: Type.Array(text),
});
export type RunJobs = Static<typeof RunJobs>;

/** `GET /api/runs/{run}/config`: what the configurations of `compared` of its `jobs` have in common. */
export const RunConfig = Type.Object({
  common: Type.Record(text, Type.Unknown()),
  jobs: integer,
  compared: integer,
});
export type RunConfig = Static<typeof RunConfig>;

/** `GET /api/runs/{run}/jobs/{job}`: a job with its history (`scope=branch|all|sha1`), newest first, itself included. */
export const JobPage = Type.Object({
  run: RunItem,
  job: HistoryJob,
  /** Every key that was reported, and nothing else: the job as it was configured. */
  config: Type.Record(text, Type.Unknown()),
  /** Host → the roles it played. */
  roles: Type.Array(Type.Object({ node: text, roles: Type.Array(text) })),
  links: Type.Array(Type.Object({ name: text, href: text })),
  history: Type.Array(HistoryJob),
  /** The neighbours in the order of the run page, null at the ends. */
  before: textOrNull,
  after: textOrNull,
});
export type JobPage = Static<typeof JobPage>;

const ComparedJob = Type.Union([
  Type.Object({
    job_id: text,
    status: text,
    duration: numberOrNull,
    signature: Type.Union([Type.Object({ id: text, kind: text, title: text }), Type.Null()]),
  }),
  Type.Null(),
]);

/** `GET /api/runs/{run}/compare?with=`: B is the run, A the other one (by default the one before). */
export const Compare = Type.Object({
  a: RunItem,
  b: RunItem,
  counts: countsOf(changeClasses),
  rows: Type.Array(
    Type.Object({ description: text, change: Type.Enum([...changeClasses]), a: ComparedJob, b: ComparedJob }),
  ),
});
export type Compare = Static<typeof Compare>;

/** `GET /api/history?suite=&branch=&machine_type=&n=`: descriptions against runs, oldest run first; rows that fail last come first. */
export const History = Type.Object({
  runs: Type.Array(RunItem),
  rows: Type.Array(
    Type.Object({
      description: text,
      /** For each run the job's status as an index into `jobStatuses`, -1 when the run has no such job. */
      status: Type.Array(integer),
      job_id: Type.Array(textOrNull),
      /** Index into `signatures`, -1 for none. */
      signature: Type.Array(integer),
    }),
  ),
  signatures: Type.Array(Type.Object({ id: text, kind: text, title: text })),
  /** How many descriptions there are; `rows` has the first 2,000. */
  total: integer,
});
export type History = Static<typeof History>;

/** `GET /api/queue`: for each machine type its runs with queued jobs in the order in which they are taken. */
export const Queue = Type.Object({
  queues: Type.Array(
    Type.Object({
      machine_type: text,
      paused: Type.Union([Type.Object({ by: textOrNull, since: numberOrNull, until: numberOrNull }), Type.Null()]),
      running: integer,
      queued: integer,
      nodes: Type.Object({ total: integer, up: integer, free: integer, locked: integer, down: integer }),
      runs: Type.Array(RunItem),
    }),
  ),
});
export type Queue = Static<typeof Queue>;

/** A node with what it runs and how its jobs of the last `since_days` ended. */
export const NodeItem = Type.Object({
  name: text,
  machine_type: textOrNull,
  up: Type.Union([Type.Boolean(), Type.Null()]),
  locked: Type.Boolean(),
  locked_by: textOrNull,
  locked_since: numberOrNull,
  os_type: textOrNull,
  os_version: textOrNull,
  arch: textOrNull,
  description: textOrNull,
  running: Type.Union([Type.Object({ run: text, job_id: text }), Type.Null()]),
  results: Counts,
});
export type NodeItem = Static<typeof NodeItem>;

/** `GET /api/nodes?machine_type=&since_days=14`. */
export const NodeList = Type.Object({
  nodes: Type.Array(NodeItem),
  machine_types: Type.Array(text),
  since_days: integer,
});
export type NodeList = Static<typeof NodeList>;

/** `GET /api/nodes/{node}?after=`: a node and its jobs, newest first, 50 at a time. */
export const NodePage = Type.Object({
  node: NodeItem,
  jobs: Type.Array(HistoryJob),
  next: textOrNull,
});
export type NodePage = Static<typeof NodePage>;

/** `GET /api/suggest?field=&prefix=&q=`: values of a key of the filter language, with the number of runs that have them. */
export const Suggestions = Type.Object({ values: Type.Array(Type.Object({ value: text, count: integer })) });
export type Suggestions = Static<typeof Suggestions>;

/** `GET /api/search?text=`: where a few letters could lead; `path` is relative to the dashboard's base. */
export const SearchResults = Type.Object({
  items: Type.Array(
    Type.Object({
      kind: Type.Enum(['run', 'job', 'node', 'branch', 'suite', 'sha1', 'user']),
      label: text,
      detail: text,
      path: text,
    }),
  ),
});
export type SearchResults = Static<typeof SearchResults>;

/** Every error of `/api`; `nearest` names runs like the one that was not found. */
export const Problem = Type.Object({
  message: text,
  request_id: Type.Optional(text),
  nearest: Type.Optional(Type.Array(text)),
});
export type Problem = Static<typeof Problem>;

/**
 * `GET /api/events?topics=run:NAME,runs,nodes,queue` (server-sent events with ids, `Last-Event-ID` resumes).
 * `hello` comes first; `jobs` for topic `run:NAME`; `runs` for topic `runs` and `run:NAME`; `nodes` and `queue` for
 * theirs; `reset` when what was missed is no longer known: read everything again.
 */
export interface LiveEvents {
  hello: { version: string; build: string };
  /** Jobs that changed: `status` null when the job was deleted, `previous` null when it is new. */
  jobs: { run: string; jobs: { job_id: string; status: string | null; previous: string | null }[] };
  /** Names of runs that changed. */
  runs: { names: string[] };
  nodes: { names: string[] };
  queue: Record<string, never>;
  reset: Record<string, never>;
}
