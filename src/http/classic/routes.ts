/** The documented API, to the letter: see README.md beside this file. */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Failure, isFailure } from '../../core/errors.ts';
import type { Db } from '../../store/db.ts';
import { findJob, job, jobSummaries, jobsPage, type StoredJob } from '../../store/jobs.ts';
import { createRun, latestRuns, runId } from '../../store/runs.ts';
import { readBody } from '../body.ts';
import { sendJson, sendMessage } from '../errors.ts';
import { type BaseOf, pathSegment } from '../href.ts';
import { mount } from '../resource.ts';
import { parseJobChange, parseJobId, parseRunName, printJob, printRun, printRuns } from './shapes.ts';

/** What the routes work with; `now` in microseconds since the Unix epoch. */
export interface ClassicOptions {
  db: Db;
  baseOf: BaseOf;
  now: () => number;
}

type RunParams = { name: string };
type JobParams = { name: string; job_id: string };

/** "The latest 100 runs" (classic contract, "GET /runs/"). */
const runsShown = 100;

/** Jobs fetched at a time: 100 of 8 KB are read and sent in a few milliseconds, so that other requests get their turn. */
const jobsAtATime = 100;

/** Mounts the classic contract. */
export function classicRoutes(app: FastifyInstance, { db, baseOf, now }: ClassicOptions): void {
  mount(app, '/runs', {
    GET: async (request, reply) => sendJson(reply, printRuns(await latestRuns(db, runsShown), baseOf(request))),
    POST: async (request, reply) => {
      const body = readBody(request);
      const name = isFailure(body) ? body : parseRunName(body);
      return answer(reply, isFailure(name) ? name : await createRun(db, name, now()));
    },
  });

  mount(app, '/runs/:name', {
    GET: async (request, reply) => {
      const { name } = request.params as RunParams;
      const jobs = await jobSummaries(db, name);
      return isFailure(jobs) ? fail(reply, jobs) : sendJson(reply, printRun(name, jobs, baseOf(request)));
    },
  });

  mount(app, '/runs/:name/jobs', {
    GET: async (request, reply) => sendJobs(db, request, reply),
    POST: async (request, reply) => {
      const { name } = request.params as RunParams;
      const body = readBody(request);
      const job_id = isFailure(body) ? body : parseJobId(body);
      const change = isFailure(body) ? body : parseJobChange(body);
      if (isFailure(body) || isFailure(job_id) || isFailure(change)) {
        // An unknown run is told before what is wrong with the body.
        const run = await runId(db, name);
        return answer(reply, isFailure(run) ? run : ([body, job_id, change].find(isFailure) ?? null));
      }
      return answer(
        reply,
        await db.jobWriter.write({ kind: 'create', run: name, job_id, change, at: now() }, body.size),
      );
    },
  });

  mount(app, '/runs/:name/jobs/:job_id', {
    GET: async (request, reply) => {
      const { name, job_id } = request.params as JobParams;
      const found = await job(db, name, job_id);
      return isFailure(found) ? fail(reply, found) : sendJson(reply, printJob(found));
    },
    PUT: async (request, reply) => {
      const { name, job_id } = request.params as JobParams;
      const body = readBody(request);
      if (isFailure(body)) return answer(reply, (await findJob(db, name, job_id)) ?? body);
      const change = parseJobChange(body);
      if (isFailure(change)) return answer(reply, (await findJob(db, name, job_id)) ?? change);
      return answer(
        reply,
        await db.jobWriter.write({ kind: 'change', run: name, job_id, change, at: now() }, body.size),
      );
    },
  });

  // The document links a job as /runs/{name}/{job_id}/; 308 keeps the method.
  const toJob = async (request: FastifyRequest, reply: FastifyReply) => {
    const { name, job_id } = request.params as JobParams;
    return reply.redirect(`${baseOf(request)}/runs/${pathSegment(name)}/jobs/${pathSegment(job_id)}/`, 308);
  };
  mount(app, '/runs/:name/:job_id', { GET: toJob, PUT: toJob });
}

/** Sends `{}`, or what went wrong. */
function answer(reply: FastifyReply, failure: Failure | null): FastifyReply {
  return failure === null ? sendJson(reply, '{}') : fail(reply, failure);
}

/** The classic contract's words for a failure. */
function fail(reply: FastifyReply, failure: Failure): FastifyReply {
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

/** A short list leaves in one piece; a longer one is read and sent by pages, as fast as the client takes it. */
async function sendJobs(db: Db, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const run = await runId(db, (request.params as RunParams).name);
  if (isFailure(run)) return fail(reply, run);
  const first = await jobsPage(db, run, 0, jobsAtATime);
  if (first.length < jobsAtATime) return sendJson(reply, `[${printJobs(first)}]`);
  const chunks = request.method === 'HEAD' ? [] : jobChunks(db, run, first);
  return reply.type('application/json; charset=utf-8').send(Readable.from(chunks, { objectMode: false }));
}

async function* jobChunks(db: Db, run: number, first: StoredJob[]): AsyncGenerator<Buffer> {
  let separator = '[';
  for (let page = first; page.length > 0; ) {
    // Asked for before this page is sent: the database works while the socket does.
    const last = page.length < jobsAtATime;
    const next = last ? Promise.resolve([]) : jobsPage(db, run, (page.at(-1) as StoredJob).id, jobsAtATime);
    // A client that leaves in the meantime must not turn a lost database into an unhandled rejection.
    next.catch(() => {});
    yield Buffer.from(separator + printJobs(page));
    separator = ',';
    page = await next;
  }
  yield Buffer.from(']');
}

function printJobs(jobs: StoredJob[]): string {
  return jobs.map(printJob).join(',');
}
