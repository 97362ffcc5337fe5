/** The documented API, to the letter: docs/contracts/classic.md. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Failure, isFailure } from '../../core/errors.ts';
import type { Db } from '../../store/db.ts';
import { findJob, job, jobPages, jobSummaries, jobsPage, type StoredJob } from '../../store/jobs.ts';
import { isCut, withLongValues } from '../../store/long-values.ts';
import { createRun, latestRuns, runId } from '../../store/runs.ts';
import { version } from '../../version.ts';
import { readBody } from '../body.ts';
import { jsonType, sendJson, sendMessage } from '../errors.ts';
import { type BaseOf, pathSegment } from '../href.ts';
import { sendListStream } from '../list-stream.ts';
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

/** The latest 100 runs (classic contract §2.1). */
const runsShown = 100;

/** Mounts the classic contract. */
export function classicRoutes(app: FastifyInstance, { db, baseOf, now }: ClassicOptions): void {
  mount(app, '/', {
    GET: async (_request, reply) => sendJson(reply, JSON.stringify({ name: 'paddles', version, runs: '/runs/' })),
  });

  mount(app, '/runs', {
    GET: async (request, reply) => sendJson(reply, printRuns(await latestRuns(db, runsShown), baseOf(request))),
    POST: async (request, reply) => {
      const body = readBody(request);
      const name = isFailure(body) ? body : parseRunName(body);
      return answer(reply, isFailure(name) ? name : await createRun(db, name, [], now()));
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
    GET: async (request, reply) => {
      const { name } = request.params as RunParams;
      const page = (after: StoredJob | undefined, limit: number) => jobsPage(db, name, after?.id ?? 0, limit);
      // Whether the run exists is asked only when there is nothing to show.
      const onEmpty = async () => {
        const run = await runId(db, name);
        return isFailure(run) ? fail(reply, run) : null;
      };
      return sendListStream(request, reply, {
        page,
        complete: (job) => (isCut(job) ? withLongValues(db, job) : null),
        print: printJob,
        ...jobPages(db.engine),
        onEmpty,
        contentType: jsonType,
      });
    },
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
      const write = { kind: 'create', run: name, job_id, change, createRun: false, at: now() } as const;
      return answer(reply, await db.jobWriter.write(write, body.size));
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
function answer(reply: FastifyReply, result: object | null): FastifyReply {
  return isFailure(result) ? fail(reply, result) : sendJson(reply, '{}');
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
