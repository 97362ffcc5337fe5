/** Queues: `/queue/…` (teuthology contract §2.19 to §2.22). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isFailure, unavailable } from '../../core/errors.ts';
import { nameProblem, readNumber } from '../../core/input.ts';
import { isPaused, longestQueueName, type PauseChange } from '../../core/queue.ts';
import { formatTimestamp, parseTimestamp } from '../../core/time.ts';
import type { QueueRow } from '../../store/engine/schema.ts';
import type { JobFilter } from '../../store/read/job-list.ts';
import { jobById } from '../../store/read/jobs.ts';
import { countQueuedJobs, findQueue, listQueues, nextJobId, type QueueFilter } from '../../store/read/queues.ts';
import { runId } from '../../store/read/runs.ts';
import { changeQueue, createQueue } from '../../store/write/queues.ts';
import { bodyValue, type JsonBody, receiveBody } from '../body.ts';
import { orThrow, Refusal, refuse } from '../errors.ts';
import { stampOf } from '../identity.ts';
import { mount } from '../resource.ts';
import { answerJson, type TeuthologyContext } from './answers.ts';
import { wholeJob } from './job-shapes.ts';
import { sendJobList } from './jobs.ts';
import { bodyIfAny, bodyOf, parameter, requiredText, textValue } from './values.ts';

/** An unknown queue is answered 400 (teuthology contract §2.19, §7.74). */
function refuseUnknownQueue(): never {
  refuse('queue', 'specified queue does not exist');
}

/** Mounts the resources of queues. */
export function queueRoutes(app: FastifyInstance, context: TeuthologyContext): void {
  const { db, now } = context;
  mount(app, '/queue', {
    write: 'admin',
    GET: async (request, reply) =>
      answerJson(reply, printQueues(await listQueues(db, parseQueueFilter(request)), now())),
    POST: async (request, reply) => postQueue(context, request, reply),
    PUT: async (request, reply) => putQueue(context, request, reply),
  });
  for (const [name, handler] of Object.entries({ pop_queue: popQueue, stats: getStats, queued_jobs: getQueuedJobs })) {
    const answer = async (request: FastifyRequest, reply: FastifyReply) => {
      // Bodies of GET are used here too (teuthology contract §2.22), but Fastify does not read them.
      if (request.method === 'GET' && (await receiveBody(request, reply, longestGetBody))) return reply;
      return handler(context, request, reply);
    };
    const leaf = { GET: answer, POST: answer, PUT: answer, write: 'read' } as const;
    mount(app, `/queue/${name}`, leaf);
    // teuthology contract §1.1: the segment after a leaf route is its first parameter.
    if (name !== 'queued_jobs') mount(app, `/queue/${name}/:queue`, leaf);
  }
}

/** Far more than the three names that such a body can contain. */
const longestGetBody = 64 << 10;

function readQueue(request: FastifyRequest): { queue: string; change: PauseChange } {
  const body = bodyOf(request);
  return { queue: requiredText(body, 'queue'), change: parsePauseChange(body) };
}

async function postQueue({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { queue, change } = readQueue(request);
  const problem = nameProblem(queue, longestQueueName);
  if (problem) refuse('queue', `invalid value for key 'queue': ${problem}`);
  const created = await createQueue(db, queue, { change, ...stampOf(request, 'teuthology', now) });
  orThrow(created, `Queue ${queue} already exists`);
  return answerJson(reply, '{}');
}

async function putQueue({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { queue, change } = readQueue(request);
  const failure = await changeQueue(db, queue, { change, ...stampOf(request, 'teuthology', now) });
  if (failure?.failure === 'not_found') refuseUnknownQueue();
  orThrow(failure);
  return answerJson(reply, '{}');
}

/** The queue in a request to `pop_queue` or `stats`. */
function queueParameter(request: FastifyRequest): string {
  return anyParameter(request, 'queue') || refuse('queue', "could not find required key: 'queue'");
}

/** Returns the next job but leaves it queued (teuthology contract §7.70): the worker reports it as running. */
async function popQueue(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { db, now } = context;
  const name = queueParameter(request);
  const queue = await findQueue(db, name);
  if (isFailure(queue)) return answerJson(reply, 'null');
  if (isPaused(queue, now())) throw new Refusal(unavailable('queue is paused, cannot retrieve job'));
  const id = await nextJobId(db, name);
  const job = id === null ? undefined : await jobById(db, id);
  // Only `href` needs the base, and a complete job does not have that key.
  return answerJson(reply, job ? wholeJob.print(job, '', context).join('') : 'null');
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

/** The queue in a request to `queued_jobs`: a key of the body, or a parameter, which newer clients send without a body. */
function queueOfJobs(request: FastifyRequest): string {
  const given = parameter(request, 'queue');
  const body = given ? bodyIfAny(request) : bodyOf(request);
  const sent = body && textValue(body, 'queue');
  if (given && sent && given !== sent) refuse('queue', "parameter 'queue' must be given once");
  return sent || given || refuse('queue', "could not find required key: 'queue'");
}

/**
 * The filter for queued jobs (teuthology contract §2.22, §7.75). Jobs of a run count only if they are in this queue. null for an
 * unknown run, which has no jobs.
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

/** Prints a list of queues. `at` is the current time. */
function printQueues(queues: QueueRow[], at: number): string {
  return JSON.stringify(queues.map((row) => ({ queue: row.queue, paused: isPaused(row, at), ...shownPause(row) })));
}

/** Prints the answer to `/queue/stats` (teuthology contract §2.21). Facts about the pause are shown only while it lasts. */
function printQueueStats(row: QueueRow, queued_jobs: number, at: number): string {
  const { queue } = row;
  if (!isPaused(row, at)) return JSON.stringify({ queue, queued_jobs, paused: false });
  return JSON.stringify({ queue, paused: true, ...shownPause(row), queued_jobs });
}

function shownPause({ paused_by, paused_since, paused_until }: QueueRow): object {
  return {
    paused_by,
    paused_since: formatTimestamp(paused_since),
    paused_until: formatTimestamp(paused_until),
  };
}

/** Parses the conditions of `GET /queue/`. Several machine types share the queue `multi`. */
function parseQueueFilter(request: FastifyRequest): QueueFilter {
  const machineType = parameter(request, 'machine_type');
  const pausedBy = parameter(request, 'paused_by');
  const queue = machineType?.includes('|') ? 'multi' : machineType;
  return { queue: queue || undefined, paused_by: pausedBy || undefined };
}

/** Parses the pause in a body of `/queue/`. */
function parsePauseChange(body: JsonBody): PauseChange {
  const change: PauseChange = {};
  if (body.texts.has('paused_by')) change.paused_by = textValue(body, 'paused_by');
  for (const key of ['paused_since', 'paused_until'] as const) {
    if (!body.texts.has(key)) continue;
    const value = bodyValue(body, key);
    const time = typeof value === 'string' ? parseTime(value) : null;
    if (time === null && value !== null) {
      refuse(key, `invalid value for key '${key}': must look like 2024-03-01 20:00:15`);
    }
    change[key] = time;
  }
  if (body.texts.has('pause_duration')) {
    change.pause_duration = parseDuration(bodyValue(body, 'pause_duration'));
  }
  return change;
}

/** Parses a number, or a number as text. The meaning of null depends on the queue. */
function parseDuration(value: unknown): number | null {
  if (value === null) return null;
  const problem = "invalid value for key 'pause_duration': must be a number of seconds";
  return readNumber(value) ?? refuse('pause_duration', problem);
}

/** Parses a UTC time as printed by this server or in ISO 8601. Returns microseconds since the Unix epoch, or null. */
function parseTime(text: string): number | null {
  const found = /^(\d{4}-\d{1,2}-\d{1,2})(?:[ T](\d{1,2}:\d{1,2}:\d{1,2})(\.\d{1,9})?)?(?:Z|\+00:00)?$/.exec(
    text.trim(),
  );
  if (!found) return null;
  const [, day, time = '00:00:00', fraction = ''] = found;
  const whole = parseTimestamp(`${day} ${time}`, 'updated');
  return whole === null ? null : whole + Math.round(Number(`0${fraction}`) * 1_000_000);
}

/**
 * A parameter of `/queue/…` from the path, the query or the body (teuthology contract §1.4); undefined if it is absent everywhere.
 * Refuses a parameter that is given twice.
 */
function anyParameter(request: FastifyRequest, key: string): string | undefined {
  const query = parameter(request, key);
  const body = bodyIfAny(request);
  const sent = body && textValue(body, key);
  const path = (request.params as Record<string, string | undefined>)[key];
  const given = [path, query, sent ?? undefined].filter((value) => value !== undefined);
  return given.length > 1 ? refuse(key, `parameter '${key}' must be given once`) : given[0];
}
