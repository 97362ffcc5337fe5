/**
 * Schemas that the routes of `/api` share. Each route has its schemas beside it: they validate requests, document the route, and
 * give the server and the dashboard their types. Times are milliseconds since the Unix epoch, durations are seconds, and null means
 * not known.
 */
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { jobStatuses } from '../../core/job.ts';
import { countsOf, jobsTotal, runStatuses } from '../../core/run.ts';
import { causeClasses } from '../../core/signature-class.ts';
import { milliseconds } from '../../core/time.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import type { JobLine } from '../../store/pages/job-lines.ts';
import type { KeptReview } from '../../store/write/decisions.ts';
import { orNull, shape } from '../operations.ts';

/** Any text. */
export const text = Type.String();
/** A text, or null if it is not known. */
export const textOrNull = orNull(text);
/** A whole number. */
export const integer = Type.Integer();
/** A number, or null if it is not known. */
export const numberOrNull = orNull(Type.Number());

/** The shape of all errors of `/api`. `nearest` lists runs or nodes with names like the one that was not found. */
export const Problem = shape('Problem', { message: text, nearest: Type.Optional(Type.Array(text)) });
export type Problem = Static<typeof Problem>;

/** The answers of a route: this one, or a `Problem`. */
export function answers<Answer extends TSchema>(answer: Answer) {
  return { 200: answer, '4xx': Problem, '5xx': Problem };
}

/** The same for a route whose answer is a text of this media type. */
export function textAnswers(type: string) {
  return {
    200: { description: type, content: { [type]: { schema: Type.Unsafe<unknown>(text) } } },
    '4xx': Problem,
    '5xx': Problem,
  };
}

/** A query or a body with these keys. Requests with other keys are refused. */
export function only<Properties extends TProperties>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false });
}

/** An optional parameter with its description and a format of `textFormats`; any text if the format is absent. */
export function optional(description: string, format?: string) {
  return Type.Optional(Type.String({ description, ...(format && { format }) }));
}

/** A filter in the filter language. */
export const filter = optional('a filter, see /ui/help');

/** The time zone of a filter. */
export const zone = optional('time zone of the days and times in q, like Europe/Berlin; default UTC', 'time-zone');

/** The path of a run. */
export const runPath = Type.Object({ run: Type.String({ description: 'name of the run' }) });

/** The path of a job. */
export const jobPath = Type.Object({ ...runPath.properties, job: Type.String({ description: 'id of the job' }) });

/** The id of a row. */
export const rowId = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });

/** The start of a page of a list. */
export const after = Type.Optional(Type.Integer({ ...rowId, description: '"next" of the previous page' }));

/** The number of items on a page of a list. */
export const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'how many; default 50' }));

/** The parameters of a run. They apply only to the name `latest`. */
export const latestOf = { suite: optional('of the run "latest"'), branch: optional('of the run "latest"') };

/** Counts by name. */
export function countsBy<Name extends string>(names: readonly Name[]) {
  return Type.Object(Object.fromEntries(names.map((name) => [name, integer])) as Record<Name, typeof integer>);
}

/** The number of jobs by status. */
export const Counts = countsBy(jobStatuses);

/** A run as lists show it. */
export const RunItem = shape('RunItem', {
  /** For the short address `/r/{id}`. */
  id: integer,
  name: text,
  status: Type.Enum([...runStatuses], { title: 'RunStatus' }),
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
  /** Its last review; null if there is none. */
  review: orNull(Type.Object({ verdict: text, author: text, verified: Type.Boolean(), created: Type.Number() })),
});
export type RunItem = Static<typeof RunItem>;

/** A cause of failures and its class (core/signature-class.ts). */
export const KnownCause = shape('KnownCause', {
  id: text,
  kind: text,
  title: text,
  class: Type.Enum([...causeClasses]),
});

/** A cause of failures; null for a job that has not failed. */
export const Cause = orNull(KnownCause);

/** A link to another site; always http or https. */
export const Link = shape('Link', { name: text, href: text });

/** A status of a job. */
export const JobStatus = Type.Enum([...jobStatuses], { title: 'JobStatus' });

/** The facts that every list shows of a job. */
export const jobFacts = {
  job_id: text,
  status: JobStatus,
  os: textOrNull,
  nodes: Type.Array(text),
  duration: numberOrNull,
  posted: Type.Number(),
  started: numberOrNull,
  updated: Type.Number(),
};

/** A job in a list: of a run, of one description, or of one node. */
export const JobItem = shape('JobItem', {
  ...jobFacts,
  run: text,
  description: textOrNull,
  suite: text,
  branch: text,
  sha1: textOrNull,
  signature: Cause,
  /** The distinct causes of its first 20 failed test cases. `signature` can be one of them. */
  case_causes: Type.Array(KnownCause),
  failure_reason: textOrNull,
  /** The first error in its log, if known, in at most 300 characters. */
  error: textOrNull,
});
export type JobItem = Static<typeof JobItem>;

/** A run as lists show it. */
export function runItem(row: RunRow): RunItem {
  const { id, name, status, user, suite, branch, machine_type, sha1, flavor, priority } = row;
  return {
    ...{ id, name, status, user, suite, branch, machine_type, sha1, flavor, priority },
    scheduled: milliseconds(row.scheduled),
    posted: milliseconds(row.posted),
    started: milliseconds(row.started),
    updated: milliseconds(row.updated),
    total: jobsTotal(row),
    counts: countsOf(row),
    tags: JSON.parse(row.tags) as string[],
    review: reviewItem(row.review),
  };
}

function reviewItem(text: string | null): RunItem['review'] {
  if (text === null) return null;
  const { created, ...review } = JSON.parse(text) as KeptReview;
  return { ...review, created: milliseconds(created) };
}

/** A job as histories and lists show it. */
export function jobItem(line: JobLine): JobItem {
  const { run, job_id, status, description, suite, branch, sha1, os, nodes, duration } = line;
  const { signature, case_causes, failure_reason, error } = line;
  return {
    ...{ run, job_id, status, description, suite, branch, sha1, os, nodes, duration },
    posted: milliseconds(line.posted),
    started: milliseconds(line.started),
    updated: milliseconds(line.updated),
    ...{ signature, case_causes: [...case_causes], failure_reason, error },
  };
}
