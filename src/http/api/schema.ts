/**
 * What the schemas of `/api` share. A schema stands beside its route: it refuses bad requests, documents the route, and
 * gives the server and the dashboard their types. Times are milliseconds since the Unix epoch, durations seconds; null is
 * what is not known.
 */
import { type Static, type TProperties, type TSchema, Type } from 'typebox';
import { jobStatuses } from '../../core/job.ts';
import { runStatuses } from '../../core/run.ts';
import { causeClasses } from '../../core/signature-class.ts';
import { shape } from '../operations.ts';

/** Any text. */
export const text = Type.String();
/** A text, or null where it is not known. */
export const textOrNull = Type.Union([Type.String(), Type.Null()]);
/** A whole number. */
export const integer = Type.Integer();
/** A number, or null where it is not known. */
export const numberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** Every error of `/api`; `nearest` names runs, or nodes, like the one that was not found. */
export const Problem = shape('Problem', { message: text, nearest: Type.Optional(Type.Array(text)) });
export type Problem = Static<typeof Problem>;

/** What a route answers: this, or a `Problem`. */
export function answers<Answer extends TSchema>(answer: Answer) {
  return { 200: answer, '4xx': Problem, '5xx': Problem };
}

/** The same for a route whose answer is a text of this type. */
export function textAnswers(type: string) {
  return {
    200: { description: type, content: { [type]: { schema: Type.Unsafe<unknown>(text) } } },
    '4xx': Problem,
    '5xx': Problem,
  };
}

/** Parameters of a query; a request with any other one is refused. */
export function query<Properties extends TProperties>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false });
}

/** An optional parameter, what it means, and which of `textFormats` it has; any text when that is missing. */
export function optional(description: string, format?: string) {
  return Type.Optional(Type.String({ description, ...(format && { format }) }));
}

/** A filter in the filter language. */
export const filter = optional('a filter, see /ui/help');

/** The zone of the days and times in a filter. */
export const zone = optional(
  'time zone of the days and times in q, like Europe/Berlin; UTC when it is missing',
  'time-zone',
);

/** The path of a run. */
export const runPath = Type.Object({ run: Type.String({ description: 'name of the run' }) });

/** The parameters of a run that matter for the name `latest` alone. */
export const latestOf = { suite: optional('of the run "latest"'), branch: optional('of the run "latest"') };

/** How many there are by name. */
export function countsOf<Name extends string>(names: readonly Name[]) {
  return Type.Object(Object.fromEntries(names.map((name) => [name, integer])) as Record<Name, typeof integer>);
}

/** How many jobs have each status. */
export const Counts = countsOf(jobStatuses);

/** A run as lists show it. */
export const RunItem = shape('RunItem', {
  /** For short addresses, `/r/{id}`. */
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
  /** Its last review; null when nobody has reviewed it. */
  review: Type.Union([
    Type.Object({ verdict: text, author: text, verified: Type.Boolean(), created: Type.Number() }),
    Type.Null(),
  ]),
});
export type RunItem = Static<typeof RunItem>;

/** A cause of failures (core/signature-class.ts) and its class (core/signature-class.ts). */
export const KnownCause = shape('KnownCause', {
  id: text,
  kind: text,
  title: text,
  class: Type.Enum([...causeClasses]),
});

/** A cause of failures; null for a job that has not failed. */
export const Cause = Type.Union([KnownCause, Type.Null()]);

/** A link to somewhere else; always http or https. */
export const Link = shape('Link', { name: text, href: text });

/** A status of a job. */
export const JobStatus = Type.Enum([...jobStatuses], { title: 'JobStatus' });

/** What every list of jobs shows of a job. */
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
  /** The causes of its first 20 failed test cases, each once; `signature` may be one of them. */
  case_causes: Type.Array(KnownCause),
  failure_reason: textOrNull,
  /** The first error of its log, perhaps, in at most 300 characters. */
  error: textOrNull,
});
export type JobItem = Static<typeof JobItem>;
