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
import { isFailed, type TestCase } from '../../core/test-cases.ts';
import { milliseconds } from '../../core/time.ts';
import { findRun } from '../../store/pages/run-page.ts';
import { jobById, jobId } from '../../store/read/jobs.ts';
import { caseFailures, failedCasesOf, testedJobs, testsOf } from '../../store/read/test-cases.ts';
import { caseHash, keepCases } from '../../store/write/evidence.ts';
import { sendMessage } from '../errors.ts';
import { orThrow, refuse } from '../refusal.ts';
import { large, ofTests, writingTests } from '../turns.ts';
import { longestBody } from '../unread.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { jobTests, putJobTests, type RunTests, runTests, type TestHistory, testHistory } from './job-tests-schema.ts';
import { packings, unpackedBody } from './packed-body.ts';

/** `PUT` and `GET /runs/:run/jobs/:job/tests`, `GET /runs/:run/tests` and `GET /tests`. */
export function jobTestRoutes(app: ApiServer, context: ApiContext): void {
  const { db } = context;
  app.get('/runs/:run/jobs/:job/tests', { schema: jobTests, config: ofTests }, async ({ params, query }) => {
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

  app.get('/tests', { schema: testHistory, config: ofTests }, async ({ query }) => historyOf(context, query));

  putTests(app, context);
}

/** Failed cases of a run that are looked at. */
const mostOfRun = 5000;

function putTests(app: ApiServer, { db }: ApiContext): void {
  const options = { schema: putJobTests, config: writingTests };
  app.put('/runs/:run/jobs/:job/tests', options, async ({ params, raw }, reply) => {
    const run = orThrow(await findRun(db, params.run));
    const id = orThrow(await jobId(db, run.id, params.job));
    const document = unpackedBody(raw);
    if (document === null) return sendMessage(reply, 415, `the Content-Encoding must be one of ${packings}`);
    const packed = await readCases(document);
    if (packed === 'too large') return sendMessage(reply, 413, 'the request body is too large');
    if (packed === null) return sendMessage(reply, 413, 'the names and messages of its cases are too long');
    const job = orThrow((await keepCases(db, id, packed, 'posted')) ?? notFound('job', params.job));
    db.live.add({ ...job, previous: job.status });
    return { counts: packed.counts };
  });
}

/** Refuses what is no JUnit XML; null when there is too much in it to be kept. */
async function readCases(document: AsyncIterable<Buffer>): Promise<PackedCases | 'too large' | null> {
  const packer = createPacker();
  const cases = gatherCases(packer.write);
  try {
    await readJunit(upTo(longestBody, document), cases.add);
  } catch (error) {
    if (error instanceof TooLarge) return 'too large';
    if (!(error instanceof JunitProblem)) throw error;
    return refuse(null, `the body must be JUnit XML: ${error.message}`);
  }
  return packer.done([cases.done()]);
}

class TooLarge extends Error {}

async function* upTo(most: number, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > most) throw new TooLarge();
    yield chunk;
  }
}

interface Wanted {
  text?: string;
  result?: string;
  skip?: number;
  limit?: number;
}

/** The cases that are wanted; failed ones come first. */
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

/** Failures and jobs in the history of a case. */
const [mostFailures, mostRecent] = [50, 20];

async function historyOf(
  { db }: ApiContext,
  { name, run, job }: { name: string; run?: string; job?: string },
): Promise<TestHistory> {
  const failures = await caseFailures(db, caseHash(name), mostFailures);
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
