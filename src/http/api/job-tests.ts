import { type Static, Type } from 'typebox';
import {
  createPacker,
  gatherCases,
  JunitProblem,
  type PackedCases,
  readJunit,
  unpackCases,
} from '../../archive/junit.ts';
import { notFound } from '../../core/errors.ts';
import { mostCaseCauses } from '../../core/job.ts';
import { caseResults, isFailed, type TestCase } from '../../core/test-cases.ts';
import { milliseconds } from '../../core/time.ts';
import { findRun } from '../../store/pages/run-page.ts';
import { jobById, jobId } from '../../store/read/jobs.ts';
import { caseFailures, failedCasesOf, testedJobs, testsOf } from '../../store/read/test-cases.ts';
import { keepCases } from '../../store/write/evidence.ts';
import { textHash } from '../../store/write/job-change.ts';
import { longestBody } from '../connections.ts';
import { Denial, orThrow, refuse } from '../errors.ts';
import { orNull, shape } from '../operations.ts';
import { large } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { unpackedBody } from './packed-body.ts';
import {
  answers,
  countsBy,
  integer,
  jobPath,
  latestOf,
  numberOrNull,
  only,
  optional,
  runPath,
  text,
  textOrNull,
} from './schema.ts';

const CaseResult = Type.Enum([...caseResults]);
const caseFacts = { name: text, result: CaseResult, seconds: numberOrNull, message: textOrNull };

/** Test cases of a job, failed ones first. */
const JobTests = shape('JobTests', {
  /** The number of all cases by result; null if the job has none. */
  counts: orNull(countsBy(caseResults)),
  seconds: Type.Number(),
  /** `posted`, or the files in which they were found. */
  source: text,
  /** The number of matching cases. */
  total: integer,
  cases: Type.Array(Type.Object(caseFacts)),
});
export type JobTests = Static<typeof JobTests>;

const jobTests = {
  summary: 'The test cases of a job',
  params: jobPath,
  querystring: only({
    text: Type.Optional(
      Type.String({ maxLength: 200, description: 'a part of the name or message, case-insensitive' }),
    ),
    result: Type.Optional(
      Type.Enum([...caseResults, 'failed'], { description: 'result of the cases; failed for fail or error' }),
    ),
    skip: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000, description: 'how many to skip' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, description: 'how many at most; default 200' })),
    ...latestOf,
  }),
  response: answers(JobTests),
};

const putJobTests = {
  summary:
    'Replaces the test cases of a job with those of a JUnit XML document (with a Content-Encoding if it is compressed)',
  params: jobPath,
  response: answers(Type.Object({ counts: countsBy(caseResults) })),
};

/** The failed cases of a run. */
const RunTests = shape('RunTests', {
  /** `signature` is the cause of the case; null if the case is not among the first 20 of any job and has no cause. */
  causes: Type.Array(Type.Object({ name: text, signature: textOrNull, message: textOrNull, jobs: Type.Array(text) })),
  /** Whether the run has more failed cases than were examined. */
  more: Type.Boolean(),
});
export type RunTests = Static<typeof RunTests>;

const runTests = {
  summary: 'The failed test cases of a run, those that failed in the most jobs first',
  params: runPath,
  querystring: only(latestOf),
  response: answers(RunTests),
};

const ofJob = { run: text, branch: text, job_id: text, posted: Type.Number(), started: numberOrNull };

/** The history of a test case. */
const TestHistory = shape('TestHistory', {
  name: text,
  /** Its latest failures in any run. */
  failures: Type.Array(Type.Object({ ...ofJob, result: CaseResult, message: textOrNull })),
  /**
   * The latest jobs with the description of its newest failure, or of the requested job. `result` is null for jobs without this case.
   */
  recent: Type.Array(Type.Object({ ...ofJob, result: orNull(CaseResult), seconds: numberOrNull })),
});
export type TestHistory = Static<typeof TestHistory>;

const testHistory = {
  summary: 'The history of a test case',
  querystring: only({
    name: Type.String({ minLength: 1, maxLength: 500, description: 'its name, as in lists of cases' }),
    run: optional('the run of a job whose description is followed'),
    job: optional('the job; needs run'),
  }),
  response: answers(TestHistory),
};

/** The `config` of routes that read test cases. */
const reading = { line: 'tests', scope: 'read' } as const;

/** `PUT` and `GET /runs/:run/jobs/:job/tests`, `GET /runs/:run/tests` and `GET /tests`. */
export function jobTestRoutes(app: ApiServer, context: ApiContext): void {
  const { db } = context;
  app.get('/runs/:run/jobs/:job/tests', { schema: jobTests, config: reading }, async ({ params, query }) => {
    const run = orThrow(await findRun(db, params.run, query));
    const tests = await testsOf(db, orThrow(await jobId(db, run.id, params.job)));
    if (tests === null) return { counts: null, seconds: 0, source: '', total: 0, cases: [] };
    const { counts, seconds, source, packed } = tests;
    return { counts, seconds, source, ...(await matching(packed, query)) };
  });

  app.get('/runs/:run/tests', { schema: runTests, config: large }, async ({ params, query }) => {
    const run = orThrow(await findRun(db, params.run, query));
    const rows = await failedCasesOf(db, run.id, mostOfRun + 1);
    const cases = new Map<string, RunTests['causes'][number]>();
    for (const { hash, place, signature, name, message, job_id } of rows.slice(0, mostOfRun)) {
      const one = cases.get(hash) ?? { name, signature: null, message, jobs: [] };
      cases.set(hash, one);
      if (place < mostCaseCauses) one.signature ??= signature;
      if (one.jobs.at(-1) !== job_id) one.jobs.push(job_id);
    }
    const sorted = [...cases.values()].sort((a, b) => b.jobs.length - a.jobs.length || (a.name < b.name ? -1 : 1));
    return { causes: sorted, more: rows.length > mostOfRun };
  });

  app.get('/tests', { schema: testHistory, config: reading }, async ({ query }) => historyOf(context, query));

  putTests(app, context);
}

/** The most failed cases of a run that are examined. */
const mostOfRun = 5000;

function putTests(app: ApiServer, { db }: ApiContext): void {
  const options = { schema: putJobTests, config: { line: 'uploads', scope: 'report', streamed: true } as const };
  app.put('/runs/:run/jobs/:job/tests', options, async ({ params, raw }) => {
    const run = orThrow(await findRun(db, params.run));
    const id = orThrow(await jobId(db, run.id, params.job));
    const packed = await readCases(unpackedBody(raw));
    const job = orThrow((await keepCases(db, id, packed, 'posted')) ?? notFound('job', params.job));
    db.live.add({ ...job, previous: job.status });
    return { counts: packed.counts };
  });
}

/** Reads a JUnit XML document. Refuses other documents, and those whose cases are too long to be stored. */
async function readCases(document: AsyncIterable<Buffer>): Promise<PackedCases> {
  const packer = createPacker();
  const cases = gatherCases(packer.write);
  try {
    await readJunit(upTo(longestBody, document), cases.add);
  } catch (error) {
    if (!(error instanceof JunitProblem)) throw error;
    return refuse(null, `the body must be JUnit XML: ${error.message}`);
  }
  const packed = await packer.done([cases.done()]);
  if (packed === null) throw new Denial(413, 'the names and messages of its cases are too long');
  return packed;
}

async function* upTo(most: number, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw new Denial(413, 'the request body is too large');
    yield chunk;
  }
}

interface Wanted {
  text?: string;
  result?: string;
  skip?: number;
  limit?: number;
}

/** The matching cases. Failed ones come first. */
async function matching(packed: string, { text = '', result, skip = 0, limit = 200 }: Wanted) {
  const word = text.toLowerCase();
  const [failed, others]: [TestCase[], TestCase[]] = [[], []];
  let total = 0;
  for await (const some of unpackCases(packed)) {
    for (const one of some) {
      if (result !== undefined && (result === 'failed' ? !isFailed(one) : one.result !== result)) continue;
      if (word !== '' && !`${one.name}\n${one.message ?? ''}`.toLowerCase().includes(word)) continue;
      total++;
      const list = isFailed(one) ? failed : others;
      if (list.length < skip + limit) list.push(one);
    }
  }
  return { total, cases: [...failed, ...others].slice(skip, skip + limit) };
}

/** The most failures and jobs in the history of a case. */
const [mostFailures, mostRecent] = [50, 20];

async function historyOf(
  { db }: ApiContext,
  { name, run, job }: { name: string; run?: string; job?: string },
): Promise<TestHistory> {
  const failures = await caseFailures(db, textHash(name), mostFailures);
  let description = failures[0]?.description_hash ?? null;
  if (run !== undefined || job !== undefined) {
    if (run === undefined) refuse('run', "parameter 'run' is missing");
    const { id } = orThrow(await findRun(db, run));
    if (job === undefined) refuse('job', "parameter 'job' is missing");
    description = (await jobById(db, orThrow(await jobId(db, id, job))))?.description_hash ?? null;
  }
  const jobs = description === null ? [] : await testedJobs(db, description, mostRecent);
  const recent: TestHistory['recent'] = [];
  for (const { packed, run, branch, job_id, ...times } of jobs) {
    const found = await caseIn(packed, name);
    const { result = null, seconds = null } = found ?? {};
    recent.push({ run, branch, job_id, ...inMilliseconds(times), result, seconds });
  }
  return {
    name,
    failures: failures.map(({ run, branch, job_id, posted, started, result, message }) => {
      return { run, branch, job_id, ...inMilliseconds({ posted, started }), result, message };
    }),
    recent,
  };
}

function inMilliseconds({ posted, started }: { posted: number; started: number | null }) {
  return { posted: milliseconds(posted), started: milliseconds(started) };
}

async function caseIn(packed: string, name: string): Promise<TestCase | undefined> {
  for await (const some of unpackCases(packed)) {
    const found = some.find((one) => one.name === name);
    if (found) return found;
  }
  return undefined;
}
