import { type Static, Type } from 'typebox';
import { caseResults } from '../../core/test-cases.ts';
import { shape } from '../operations.ts';
import {
  answers,
  countsOf,
  integer,
  latestOf,
  numberOrNull,
  optional,
  query,
  runPath,
  text,
  textOrNull,
} from './schema.ts';

const params = Type.Object({
  run: Type.String({ description: 'name of the run' }),
  job: Type.String({ description: 'id of the job' }),
});
const CaseResult = Type.Enum([...caseResults]);
const caseFacts = { name: text, result: CaseResult, seconds: numberOrNull, message: textOrNull };

/** Some test cases of a job, failed ones first when nothing else is asked for. */
export const JobTests = shape('JobTests', {
  /** Of all cases; null when the job has none. */
  counts: Type.Union([countsOf(caseResults), Type.Null()]),
  seconds: Type.Number(),
  /** `posted`, or the files that they were in. */
  source: text,
  /** How many match. */
  total: integer,
  cases: Type.Array(Type.Object(caseFacts)),
});
export type JobTests = Static<typeof JobTests>;

/** `GET /api/runs/{run}/jobs/{job}/tests`. */
export const jobTests = {
  summary: 'The test cases of a job',
  params,
  querystring: query({
    text: Type.Optional(Type.String({ maxLength: 200, description: 'a part of the name or message, in any case' })),
    result: Type.Optional(
      Type.Enum([...caseResults, 'failed'], { description: 'how they ended; failed: fail or error' }),
    ),
    skip: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'how many to leave out' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'how many at most; 200' })),
    ...latestOf,
  }),
  response: answers(JobTests),
};

/** `PUT /api/runs/{run}/jobs/{job}/tests`, with JUnit XML of at most 64 MB, perhaps compressed. */
export const putJobTests = {
  summary:
    'Takes the test cases of a job, as JUnit XML (with a Content-Encoding if it is compressed), in place of those that it had',
  params,
  querystring: query({}),
  response: answers(Type.Object({ counts: countsOf(caseResults) })),
};

/** The failed cases of a run. */
export const RunTests = shape('RunTests', {
  /** `signature` is the cause that the case is; null when it is only listed, because it is not among the first 20 of any job. */
  causes: Type.Array(Type.Object({ name: text, signature: textOrNull, message: textOrNull, jobs: Type.Array(text) })),
  /** Whether the run has more failed cases than were looked at. */
  more: Type.Boolean(),
});
export type RunTests = Static<typeof RunTests>;

/** `GET /api/runs/{run}/tests`. */
export const runTests = {
  summary: 'The failed test cases of a run, those of most jobs first',
  params: runPath,
  querystring: query(latestOf),
  response: answers(RunTests),
};

const ofJob = { run: text, branch: text, job_id: text, posted: Type.Number(), started: numberOrNull };

/** The history of a test case. */
export const TestHistory = shape('TestHistory', {
  name: text,
  /** Its newest failures anywhere. */
  failures: Type.Array(Type.Object({ ...ofJob, result: CaseResult, message: textOrNull })),
  /** Newest jobs with the description of the newest of these, or of the job that was asked for; null: they did not have it. */
  recent: Type.Array(Type.Object({ ...ofJob, result: Type.Union([CaseResult, Type.Null()]), seconds: numberOrNull })),
});
export type TestHistory = Static<typeof TestHistory>;

/** `GET /api/tests`. */
export const testHistory = {
  summary: 'The history of a test case',
  querystring: query({
    name: Type.String({ minLength: 1, maxLength: 500, description: 'its name, as lists of cases have it' }),
    run: optional('a run, with a job of it whose description is followed'),
    job: optional('the job; goes with run'),
  }),
  response: answers(TestHistory),
};
