/** Nodes: `/nodes/…` (teuthology contract §2.11 to §2.18). */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { type Failure, isFailure } from '../../core/errors.ts';
import { MICROS_PER_DAY } from '../../core/time.ts';
import { allJobStats, findNode, listNodes, machineTypes, nodeId, nodeJobStats } from '../../store/nodes.ts';
import { type JsonBody, readBody } from '../body.ts';
import { mount, type Refuse } from '../resource.ts';
import { answerJson, sendFailure } from './answers.ts';
import type { TeuthologyContext } from './context.ts';
import { sendJobList } from './job-list.ts';
import {
  lockResult,
  parseLockMany,
  parseNodeChange,
  parseNodeFilter,
  parseNodeName,
  parseSinceDays,
  parseUnlockMany,
  printAllStats,
  printNode,
  printNodes,
  printStats,
} from './node-shapes.ts';
import { pageParameters, parameter } from './parameters.ts';

const notFound = 'node not found';
const notUpdated = 'attempted to update a non-existent node';

/** Mounts the resources of nodes. */
export function nodeRoutes(app: FastifyInstance, context: TeuthologyContext): void {
  const { db, now } = context;
  const lists = (handler: Handler) => everyMethod((request, reply) => handler(context, request, reply));

  mount(app, '/nodes', {
    GET: async (request, reply) => {
      const filter = parseNodeFilter(request);
      return isFailure(filter)
        ? sendFailure(reply, filter)
        : answerJson(reply, printNodes(await listNodes(db, filter)));
    },
    POST: async (request, reply) => postNode(context, request, reply),
  });
  mount(app, '/nodes/machine_types', lists(getMachineTypes));
  mount(app, '/nodes/job_stats', lists(getAllJobStats));
  mount(app, '/nodes/lock_many', { POST: async (request, reply) => lockMany(context, request, reply) }, onlyPost);
  mount(app, '/nodes/unlock_many', { POST: async (request, reply) => unlockMany(context, request, reply) }, onlyPost);

  mount(app, '/nodes/:node', {
    GET: async (request, reply) => {
      const node = await findNode(db, nameOf(request));
      return isFailure(node) ? sendFailure(reply, node, notFound) : answerJson(reply, printNode(node));
    },
    PUT: async (request, reply) => {
      const failure = await changeNode(context, request);
      return isFailure(failure) ? sendFailure(reply, failure, notUpdated) : answerJson(reply, '{}');
    },
    DELETE: async (request, reply) => {
      const deleted = await db.nodeWriter.write({ kind: 'delete', name: nameOf(request), at: now() }, 0);
      return isFailure(deleted) ? sendFailure(reply, deleted, notFound) : answerJson(reply, '{}');
    },
  });
  const lock: RouteHandlerMethod = async (request, reply) => {
    const changed = await changeNode(context, request);
    if (isFailure(changed)) return sendFailure(reply, changed, notFound);
    return answerJson(reply, JSON.stringify(changed.map(lockResult)[0]));
  };
  mount(app, '/nodes/:node/lock', { PUT: lock, POST: lock }, onlyPutAndPost);
  mount(app, '/nodes/:node/jobs', lists(getJobs));
  mount(app, '/nodes/:node/job_stats', lists(getJobStats));
}

type Handler = (context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Leaf routes answer every method alike (teuthology contract §1.2). */
function everyMethod(handler: RouteHandlerMethod) {
  return { GET: handler, POST: handler, PUT: handler };
}

/** The answer to a method that changes nothing (teuthology contract §2.12, §2.14). */
const refuseWith =
  (words: (method: string) => string): Refuse =>
  ({ method }, reply) =>
    answerJson(reply, JSON.stringify({ message: words(method) }), 405);

const onlyPost = refuseWith(() => 'this URI only supports POST requests');
const onlyPutAndPost = refuseWith(
  (method) => `this URI only supports PUT and POST requests but ${method} was attempted`,
);

function nameOf(request: FastifyRequest): string {
  return (request.params as { node: string }).node;
}

async function postNode({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const body = readBody(request, { acceptNaN: true });
  if (isFailure(body)) return sendFailure(reply, body);
  const name = parseNodeName(body);
  if (isFailure(name)) return sendFailure(reply, name);
  const change = parseNodeChange(body);
  if (isFailure(change)) return sendFailure(reply, change);
  const created = await db.nodeWriter.write({ kind: 'create', name, change, at: now() }, body.size);
  if (isFailure(created)) return sendFailure(reply, created, `Node with name ${name} already exists`);
  return answerJson(reply, '{}');
}

/** Changes a node as PUT and lock do; an unknown node is told before what is wrong with the body. */
async function changeNode({ db, now }: TeuthologyContext, request: FastifyRequest) {
  const name = nameOf(request);
  const body = readBody(request, { acceptNaN: true });
  const change = isFailure(body) ? body : parseNodeChange(body);
  if (isFailure(body) || isFailure(change)) {
    const id = await nodeId(db, name);
    return isFailure(id) ? id : (change as Failure);
  }
  return db.nodeWriter.write({ kind: 'change', name, change, at: now() }, body.size);
}

async function lockMany({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const body = readBody(request, { acceptNaN: true });
  const wanted = isFailure(body) ? body : parseLockMany(body);
  if (isFailure(wanted)) return sendFailure(reply, wanted);
  const write = { kind: 'lock_many', request: wanted, at: now() } as const;
  const locked = await db.nodeWriter.write(write, (body as JsonBody).size);
  return isFailure(locked) ? sendFailure(reply, locked) : answerJson(reply, printNodes(locked));
}

async function unlockMany({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const body = readBody(request, { acceptNaN: true });
  const wanted = isFailure(body) ? body : parseUnlockMany(body);
  if (isFailure(wanted)) return sendFailure(reply, wanted);
  const unlocked = await db.nodeWriter.write({ kind: 'unlock_many', ...wanted, at: now() }, (body as JsonBody).size);
  return isFailure(unlocked)
    ? sendFailure(reply, unlocked)
    : answerJson(reply, JSON.stringify(unlocked.map(lockResult)));
}

async function getMachineTypes({ db }: TeuthologyContext, _request: FastifyRequest, reply: FastifyReply) {
  return answerJson(reply, JSON.stringify(await machineTypes(db)));
}

async function getAllJobStats({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const machineType = parameter(request, 'machine_type');
  if (isFailure(machineType)) return sendFailure(reply, machineType);
  const days = parseSinceDays(request);
  if (isFailure(days)) return sendFailure(reply, days);
  const stats = await allJobStats(db, now() - days * MICROS_PER_DAY, machineType || undefined);
  return answerJson(reply, printAllStats(stats));
}

async function getJobStats({ db }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const counts = await nodeJobStats(db, nameOf(request));
  return isFailure(counts) ? sendFailure(reply, counts, notFound) : answerJson(reply, printStats(counts));
}

async function getJobs(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { db } = context;
  const node_id = await nodeId(db, nameOf(request));
  if (isFailure(node_id)) return sendFailure(reply, node_id, notFound);
  const page = pageParameters(request, undefined);
  if (isFailure(page)) return sendFailure(reply, page);
  const name = parameter(request, 'name');
  if (isFailure(name)) return sendFailure(reply, name);
  const status = parameter(request, 'status');
  if (isFailure(status)) return sendFailure(reply, status);
  return sendJobList(context, request, reply, { filter: { node_id, name, status }, part: page });
}
