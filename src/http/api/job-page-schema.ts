import { type Static, Type } from 'typebox';
import { caseResults } from '../../core/test-cases.ts';
import { shape } from '../operations.ts';
import { knownLog } from './job-log-schema.ts';
import {
  answers,
  countsOf,
  integer,
  JobItem,
  JobStatus,
  Link,
  latestOf,
  query,
  RunItem,
  text,
  textOrNull,
} from './schema.ts';

/** A job with the history of its description, newest first, itself included. */
export const JobPage = shape('JobPage', {
  run: RunItem,
  job: JobItem,
  /** Every key that was reported, and nothing else: the job as it was configured. */
  config: Type.Record(text, Type.Unknown()),
  /** Host → the roles it played. */
  roles: Type.Array(Type.Object({ node: text, roles: Type.Array(text) })),
  links: Type.Array(Link),
  ...knownLog,
  /** How many of its test cases ended in which way; null when it has none. */
  tests: Type.Union([countsOf(caseResults), Type.Null()]),
  /** Whether the server can read its log. */
  reads_logs: Type.Boolean(),
  history: Type.Array(JobItem),
  /** The neighbours in the order of the run page, null at the ends. */
  before: textOrNull,
  after: textOrNull,
  /** Its number in that order, from 1, and how many there are. */
  place: Type.Object({ at: integer, of: integer }),
  /** Jobs of the run with the same cause, itself included, in that order; at most 200 of `total`. */
  siblings: Type.Object({
    total: integer,
    jobs: Type.Array(Type.Object({ job_id: text, status: JobStatus, description: textOrNull })),
  }),
});
export type JobPage = Static<typeof JobPage>;

/** `GET /api/runs/{run}/jobs/{job}`. */
export const jobPage = {
  summary: 'A job, its configuration and the history of its description',
  params: Type.Object({
    run: Type.String({ description: 'name of the run' }),
    job: Type.String({ description: 'id of the job' }),
  }),
  querystring: query({
    scope: Type.Optional(
      Type.Enum(['branch', 'all', 'sha1'], { description: 'of the history; branch when it is missing' }),
    ),
    ...latestOf,
  }),
  response: answers(JobPage),
};
