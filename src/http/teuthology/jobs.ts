/** Jobs: `/runs/{run}/jobs/…` and `/jobs/` (teuthology contract §2.6 to §2.8). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { notFound } from '../../core/errors.ts';
import { readDay } from '../../core/time.ts';
import { type JobFilter, type JobOrder, listJobs } from '../../store/read/job-list.ts';
import { type JobHead, jobId, jobsOfHeads, type PartialJob } from '../../store/read/jobs.ts';
import { type Page, runId } from '../../store/read/runs.ts';
import { orThrow, Refusal, readKnowing, refuse } from '../errors.ts';
import { stampOf } from '../identity.ts';
import { type ListStream, sendListStream } from '../list-stream.ts';
import { mount } from '../resource.ts';
import { answerJson, jsonType, type TeuthologyContext } from './answers.ts';
import { parseJobChange, parseJobId } from './job-bodies.ts';
import { type JobPrinter, jobFields, wholeJob } from './job-shapes.ts';
import { checkRunName } from './run-shapes.ts';
import { bodyOf, pageParameters, parameter, parameterOrKey } from './values.ts';

type JobParams = { run: string; job_id: string };

/** Jobs on a page of `/jobs/` (teuthology contract §1.8). */
const latestJobs = 10;

/** Mounts the resources of jobs. */
export function jobRoutes(app: FastifyInstance, context: TeuthologyContext): void {
  mount(app, '/runs/:run/jobs', {
    write: 'report',
    GET: async (request, reply) => listRunJobs(context, request, reply),
    POST: async (request, reply) => postJob(context, request, reply),
  });

  mount(app, '/runs/:run/jobs/:job_id', {
    write: 'report',
    GET: async (request, reply) => getJob(context, request, reply),
    PUT: async (request, reply) => putJob(context, request, reply),
    DELETE: async (request, reply) => {
      const { run, job_id } = request.params as JobParams;
      const write = { kind: 'delete', run, job_id, ...stampOf(request, 'teuthology', context.now) } as const;
      orThrow(await context.db.jobWriter.write(write, 0), 'attempted to delete a non-existent job');
      return answerJson(reply, '{}');
    },
  });

  const latest = async (request: FastifyRequest, reply: FastifyReply) => listLatestJobs(context, request, reply);
  mount(app, '/jobs', { GET: latest, POST: latest, write: 'read' });
}

async function listRunJobs(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { db } = context;
  const { run } = request.params as JobParams;
  const status = parameter(request, 'status');
  const fields = parameter(request, 'fields');
  const printer = fields === undefined ? wholeJob : jobFields(fields);
  // Whether the run exists is checked only if the list is empty, which saves a round trip otherwise.
  const onEmpty = async () => orThrow(await runId(db, run));
  return sendJobList(context, request, reply, { filter: { run, status }, printer, onEmpty });
}

async function postJob({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { run } = request.params as JobParams;
  const body = bodyOf(request);
  // teuthology contract §2.6: an empty object is not a job.
  if (body.texts.size === 0) refuse(null, 'could not decode JSON body');
  checkRunName(run);
  const job_id = parseJobId(body);
  const change = parseJobChange(body);
  const write = { kind: 'create', run, job_id, change, createRun: true, at: now() } as const;
  // Clients look for the words "already exists", and then repeat their POST as a PUT (teuthology contract §0.2).
  const created = orThrow(await db.jobWriter.write(write, body.size), `job with job_id ${job_id} already exists`);
  return answerJson(reply, JSON.stringify({ job_id: created.job_id }));
}

/** Sends a job as a list of one, because a job can be as long as a list. */
async function getJob(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { run, job_id } = request.params as JobParams;
  const onEmpty = async () => {
    orThrow(await runId(context.db, run));
    throw new Refusal(notFound('job', job_id));
  };
  return sendJobList(context, request, reply, { filter: { run, job_id }, onEmpty, prefix: '', suffix: '' });
}

async function putJob({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { run, job_id } = request.params as JobParams;
  const missing = 'attempted to update a non-existent job';
  const exists = async () => orThrow(await jobId(db, orThrow(await runId(db, run), missing), job_id), missing);
  const { change, size } = await readKnowing(exists, () => {
    const body = bodyOf(request);
    return { change: parseJobChange(body), size: body.size };
  });
  orThrow(await db.jobWriter.write({ kind: 'change', run, job_id, change, at: now() }, size), missing);
  return answerJson(reply, '{}');
}

async function listLatestJobs(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const filter = jobFilter(request, context.now());
  return sendJobList(context, request, reply, { filter, part: pageParameters(request, latestJobs, parameterOrKey) });
}

/** Parses the conditions of `/jobs/` (teuthology contract §2.8, §7.27: `sha1` and `branch` both apply). */
function jobFilter(request: FastifyRequest, now: number): JobFilter {
  const filter: JobFilter = {};
  for (const key of ['description', 'status', 'sha1', 'branch', 'user'] as const) {
    const value = parameterOrKey(request, key);
    if (value !== undefined) filter[key] = value;
  }
  for (const key of ['posted_after', 'posted_before'] as const) {
    const value = parameterOrKey(request, key);
    if (value !== undefined) filter[key] = orThrow(readDay(value, now, key)).from;
  }
  return filter;
}

/** The jobs in a list and their form: by default complete and newest first. */
interface JobList extends Pick<ListStream<JobHead, PartialJob>, 'onEmpty' | 'prefix' | 'suffix'> {
  filter: JobFilter;
  printer?: JobPrinter;
  order?: JobOrder;
  /** All jobs if absent. */
  part?: Page;
}

/** The most jobs that a list reads at a time. 500 short ones take SQLite about five milliseconds. */
const jobsAtATime = 500;

/** Sends a list of jobs in the form of this contract. */
export function sendJobList(
  context: TeuthologyContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { filter, printer = wholeJob, order = 'newest', part, ...rest }: JobList,
): Promise<FastifyReply> {
  const { db, baseOf } = context;
  const base = baseOf(request);
  const { columns } = printer;
  return sendListStream<JobHead, PartialJob>(request, reply, {
    entries: (after, limit) =>
      listJobs(db, { filter, columns, order, limit, offset: after ? 0 : (part?.offset ?? 0), after }),
    bytes: ({ bytes }) => bytes,
    load: (heads) => jobsOfHeads(db, heads, columns),
    print: (job) => printer.print(job, base, context),
    total: part?.limit,
    atATime: jobsAtATime,
    contentType: jsonType,
    ...rest,
  });
}
