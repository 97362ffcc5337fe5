/** The classic contract, exactly as documented in docs/contracts/classic.md. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Failure, notFound } from '../../core/errors.ts';
import { pathPart } from '../../core/paths.ts';
import type { CaseCounts } from '../../core/test-cases.ts';
import { version } from '../../program.ts';
import type { Db } from '../../store/db.ts';
import { type JobFilter, listJobs } from '../../store/read/job-list.ts';
import { type JobHead, type JobOutcome, jobId, jobStatuses, jobsOfHeads } from '../../store/read/jobs.ts';
import { latestRuns, runId } from '../../store/read/runs.ts';
import { testCounts } from '../../store/read/test-cases.ts';
import { createRun } from '../../store/write/runs.ts';
import type { BaseOf } from '../addresses.ts';
import { readBody } from '../body.ts';
import { jsonType, orThrow, Refusal, readKnowing, sendJson, sendMessage } from '../errors.ts';
import { stampOf } from '../identity.ts';
import { type ListStream, sendListStream } from '../list-stream.ts';
import { mount } from '../resource.ts';
import {
  parseJobChange,
  parseJobId,
  parseRunName,
  printJob,
  printOutcome,
  printRuns,
  type ShownJob,
  shownColumns,
} from './shapes.ts';

/** What the routes work with; `now` returns microseconds since the Unix epoch. */
interface ClassicOptions {
  db: Db;
  baseOf: BaseOf;
  now: () => number;
}

type RunParams = { name: string };
type JobParams = { name: string; job_id: string };

/** The number of latest runs in the list (classic contract §2.1). */
const runsShown = 100;

/** The most jobs that a list reads at a time. SQLite reads so many short ones in a few milliseconds. */
const jobsAtATime = 500;

/** The size of a job in a list that shows only outcomes. */
const outcomeBytes = 300;

/** Mounts the classic contract. */
export function classicRoutes(app: FastifyInstance, { db, baseOf, now }: ClassicOptions): void {
  app.setErrorHandler(async (error, _request, reply) => {
    if (!(error instanceof Refusal)) throw error;
    return answerFailure(reply, error.failure);
  });

  mount(app, '/', {
    read: 'open',
    GET: async (_request, reply) => sendJson(reply, JSON.stringify({ name: 'paddles', version, runs: '/runs/' })),
  });

  mount(app, '/runs', {
    write: 'report',
    GET: async (request, reply) => sendJson(reply, printRuns(await latestRuns(db, runsShown), baseOf(request))),
    POST: async (request, reply) => {
      const stamp = stampOf(request, 'classic', now);
      orThrow(await createRun(db, parseRunName(readBody(request)), { tags: [], ...stamp }));
      return sendJson(reply, '{}');
    },
  });

  mount(app, '/runs/:name', {
    GET: async (request, reply) => {
      const { name } = request.params as RunParams;
      const run_id = orThrow(await runId(db, name));
      const base = baseOf(request);
      return sendListStream<JobOutcome, JobOutcome & { cases: CaseCounts | undefined }>(request, reply, {
        entries: (after, limit) => jobStatuses(db, run_id, { after, limit }),
        bytes: () => outcomeBytes,
        load: async (jobs) => {
          const ids = jobs.map(({ id }) => id);
          const counts = await testCounts(db, ids);
          return jobs.map((job) => ({ ...job, cases: counts.get(job.id) }));
        },
        print: (job) => printOutcome(name, job, base),
        atATime: jobsAtATime,
        prefix: '{',
        suffix: '}',
        contentType: jsonType,
      });
    },
  });

  mount(app, '/runs/:name/jobs', {
    write: 'report',
    GET: async (request, reply) => {
      const { name } = request.params as RunParams;
      // Whether the run exists is checked only if it has no jobs.
      const onEmpty = async () => orThrow(await runId(db, name));
      return sendListStream(request, reply, { ...jobsOf(db, { run: name }), onEmpty });
    },
    POST: async (request, reply) => {
      const { name: run } = request.params as RunParams;
      const exists = async () => orThrow(await runId(db, run));
      const { size, ...sent } = await readKnowing(exists, () => {
        const body = readBody(request);
        return { job_id: parseJobId(body), change: parseJobChange(body), size: body.size };
      });
      orThrow(await db.jobWriter.write({ kind: 'create', run, ...sent, createRun: false, at: now() }, size));
      return sendJson(reply, '{}');
    },
  });

  mount(app, '/runs/:name/jobs/:job_id', {
    write: 'report',
    GET: async (request, reply) => {
      const { name, job_id } = request.params as JobParams;
      const onEmpty = async () => {
        orThrow(await runId(db, name));
        throw new Refusal(notFound('job', job_id));
      };
      // Sent as a list of one, because a job can be as long as a list.
      return sendListStream(request, reply, {
        ...jobsOf(db, { run: name, job_id }),
        onEmpty,
        prefix: '',
        suffix: '',
      });
    },
    PUT: async (request, reply) => {
      const { name: run, job_id } = request.params as JobParams;
      const exists = async () => orThrow(await jobId(db, orThrow(await runId(db, run)), job_id));
      const { size, change } = await readKnowing(exists, () => {
        const body = readBody(request);
        return { change: parseJobChange(body), size: body.size };
      });
      orThrow(await db.jobWriter.write({ kind: 'change', run, job_id, change, at: now() }, size));
      return sendJson(reply, '{}');
    },
  });

  // The contract links a job as /runs/{name}/{job_id}/. Status 308 preserves the method.
  const toJob = async (request: FastifyRequest, reply: FastifyReply) => {
    const { name, job_id } = request.params as JobParams;
    return reply.redirect(`${baseOf(request)}/runs/${pathPart(name)}/jobs/${pathPart(job_id)}/`, 308);
  };
  mount(app, '/runs/:name/:job_id', { GET: toJob, PUT: toJob, write: 'report' });
}

/** Streams complete jobs of a run in the order in which they were posted. */
function jobsOf(db: Db, filter: JobFilter): ListStream<JobHead, ShownJob> {
  return {
    entries: (after, limit) => listJobs(db, { filter, columns: shownColumns, order: 'oldest', limit, after }),
    bytes: ({ bytes }) => bytes,
    load: async (heads) => (await jobsOfHeads(db, heads, shownColumns)) as ShownJob[],
    print: printJob,
    atATime: jobsAtATime,
    contentType: jsonType,
  };
}

/** Answers a failure in the words of the classic contract. */
function answerFailure(reply: FastifyReply, failure: Failure): FastifyReply {
  switch (failure.failure) {
    case 'not_found':
      return sendMessage(reply, 404, `${failure.noun} ${failure.name} was not found`);
    case 'already_exists': {
      const what = failure.noun === 'run' ? 'run with name' : 'job with job_id';
      return sendMessage(reply, 400, `${what} ${failure.name} already exists`);
    }
    case 'invalid':
      return sendMessage(reply, 400, failure.reason);
    case 'conflict':
      return sendMessage(reply, 409, failure.reason);
    case 'unavailable':
      return sendMessage(reply.header('retry-after', '1'), 503, failure.reason);
  }
}
