import { type Static, Type } from 'typebox';
import { changeClasses } from '../../core/compare.ts';
import { shape } from '../operations.ts';
import {
  answers,
  Cause,
  countsOf,
  JobStatus,
  KnownCause,
  latestOf,
  numberOrNull,
  optional,
  query,
  RunItem,
  runPath,
  text,
} from './schema.ts';
import { baseParameter } from './verdict-schema.ts';

const ComparedJob = Type.Union([
  Type.Object({
    job_id: text,
    status: JobStatus,
    duration: numberOrNull,
    signature: Cause,
    /** See `JobItem`. */
    case_causes: Type.Array(KnownCause),
  }),
  Type.Null(),
]);

/** B is the run, A the other one. */
export const Compare = shape('Compare', {
  a: RunItem,
  b: RunItem,
  counts: countsOf(changeClasses),
  rows: Type.Array(
    Type.Object({ description: text, change: Type.Enum([...changeClasses]), a: ComparedJob, b: ComparedJob }),
  ),
});
export type Compare = Static<typeof Compare>;

/** `GET /api/runs/{run}/compare`. */
export const compare = {
  summary: 'What became of each description since another run',
  params: runPath,
  querystring: query({
    with: optional(
      'a run, or base: the last one of the base branch, or prev (default): the one before, or base if there is none',
    ),
    base: baseParameter,
    ...latestOf,
  }),
  response: answers(Compare),
};
