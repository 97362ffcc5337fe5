/** Queues: `/queue/…` (teuthology contract §2.19 to §2.22). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isFailure, unavailable } from '../../core/errors.ts';
import { nameProblem } from '../../core/input.ts';
import { isPaused, longestQueueName, type PauseChange } from '../../core/queue.ts';
import type { JobFilter } from '../../store/read/job-list.ts';
import { jobById } from '../../store/read/jobs.ts';
import { countQueuedJobs, findQueue, listQueues, nextJobId } from '../../store/read/queues.ts';
import { runId } from '../../store/read/runs.ts';
import { changeQueue, createQueue } from '../../store/write/queues.ts';
import { receiveBody } from '../body.ts';
import { actorOf } from '../identity.ts';
import { orThrow, Refusal, refuse } from '../refusal.ts';
import { mount } from '../resource.ts';
import { answerJson, bodyOf } from './answers.ts';
import type { TeuthologyContext } from './context.ts';
import { sendJobList } from './job-list.ts';
import { printJob } from './job-shapes.ts';
import { bodyIfAny, parameter } from './parameters.ts';
import { anyParameter, parsePauseChange, parseQueueFilter, printQueueStats, printQueues } from './queue-shapes.ts';
import { requiredText, textValue } from './values.ts';

/** A queue that is not there is 400 (teuthology contract §2.19, §7.74). */
function refuseUnknownQueue(): never {
  refuse('queue', 'specified queue does not exist');
}

/** Mounts the resources of queues. */
export function queueRoutes(app: FastifyInstance, context: TeuthologyContext): void {
  const { db, now } = context;
  mount(
    app,
    '/queue',
    {
      GET: async (request, reply) =>
        answerJson(reply, printQueues(await listQueues(db, parseQueueFilter(request)), now())),
      POST: async (request, reply) => postQueue(context, request, reply),
      PUT: async (request, reply) => putQueue(context, request, reply),
    },
    { write: 'admin' },
  );
  for (const [name, handler] of Object.entries({ pop_queue: popQueue, stats: getStats, queued_jobs: getQueuedJobs })) {
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      // Bodies of GET count here too (teuthology contract §2.22), but the framework does not read them.
      if (request.method === 'GET' && (await receiveBody(request, reply, longestGetBody))) return reply;
      return handler(context, request, reply);
    };
    const leaf = { GET: answer, POST: answer, PUT: answer };
    mount(app, `/queue/${name}`, leaf, { write: 'read' });
    // teuthology contract §1.1: what follows a leaf route in the path is its first parameter.
    if (name !== 'queued_jobs') mount(app, `/queue/${name}/:queue`, leaf, { write: 'read' });
  }
}

/** Far more than the three names that a body can hold here. */
const longestGetBody = 64 << 10;

function readQueue(request: FastifyRequest): { queue: string; change: PauseChange } {
  const body = bodyOf(request);
  return { queue: requiredText(body, 'queue'), change: parsePauseChange(body) };
}

async function postQueue({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { queue, change } = readQueue(request);
  const problem = nameProblem(queue, longestQueueName);
  if (problem) refuse('queue', `invalid value for key 'queue': ${problem}`);
  orThrow(
    await createQueue(db, queue, { change, by: actorOf(request, 'teuthology'), at: now() }),
    `Queue ${queue} already exists`,
  );
  return answerJson(reply, '{}');
}

async function putQueue({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { queue, change } = readQueue(request);
  const failure = await changeQueue(db, queue, { change, by: actorOf(request, 'teuthology'), at: now() });
  if (failure?.failure === 'not_found') refuseUnknownQueue();
  orThrow(failure);
  return answerJson(reply, '{}');
}

/** The name of the queue that `pop_queue` and `stats` ask about. */
function queueParameter(request: FastifyRequest): string {
  return anyParameter(request, 'queue') || refuse('queue', "could not find required key: 'queue'");
}

/** Shows the next job without taking it (teuthology contract §7.70): who works on it reports it as running. */
async function popQueue(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { db, now } = context;
  const name = queueParameter(request);
  const queue = await findQueue(db, name);
  if (isFailure(queue)) return answerJson(reply, 'null');
  if (isPaused(queue, now())) throw new Refusal(unavailable('queue is paused, cannot retrieve job'));
  const id = await nextJobId(db, name);
  const job = id === null ? undefined : await jobById(db, id);
  return answerJson(reply, job ? printJob(job, context) : 'null');
}

async function getStats({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const name = queueParameter(request);
  const queue = await findQueue(db, name);
  if (isFailure(queue)) refuseUnknownQueue();
  return answerJson(reply, printQueueStats(queue, await countQueuedJobs(db, name), now()));
}

async function getQueuedJobs(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const filter = await queuedFilter(context, request, queueOfJobs(request));
  return filter === null ? answerJson(reply, '[]') : sendJobList(context, request, reply, { filter });
}

/** The queue that `queued_jobs` asks about: a key of the body, or a parameter, which newer clients send without a body. */
function queueOfJobs(request: FastifyRequest): string {
  const given = parameter(request, 'queue');
  const body = given ? bodyIfAny(request) : bodyOf(request);
  const sent = body && textValue(body, 'queue');
  if (given && sent && given !== sent) refuse('queue', "parameter 'queue' must be given once");
  return sent || given || refuse('queue', "could not find required key: 'queue'");
}

/**
 * Which jobs wait (teuthology contract §2.22, §7.75): those of a run only in this queue. null = an unknown run: no
 * jobs.
 */
async function queuedFilter({ db }: TeuthologyContext, request: FastifyRequest, queue: string) {
  const user = anyParameter(request, 'user');
  const run = anyParameter(request, 'run_name');
  if (isFailure(await findQueue(db, queue))) refuseUnknownQueue();
  const filter: JobFilter = { queue, status: 'queued' };
  if (!run) return user ? { ...filter, user } : filter;
  const run_id = await runId(db, run);
  return isFailure(run_id) ? null : { ...filter, run_id };
}
