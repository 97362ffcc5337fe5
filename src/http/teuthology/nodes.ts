/** Nodes: `/nodes/…` (teuthology contract §2.11 to §2.18). */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { MICROS_PER_DAY } from '../../core/time.ts';
import type { NodeRow } from '../../store/engine/schema.ts';
import {
  allJobStats,
  countsOfNode,
  type FullNode,
  findNode,
  listNodes,
  machineTypes,
  nodeId,
  nodesAtATime,
  withHosts,
} from '../../store/read/nodes.ts';
import { orThrow, readKnowing } from '../errors.ts';
import { stampOf } from '../identity.ts';
import { sendListStream } from '../list-stream.ts';
import { mount, type Refuse } from '../resource.ts';
import { large } from '../turns.ts';
import { answerJson, jsonType, type TeuthologyContext } from './answers.ts';
import { sendJobList } from './jobs.ts';
import {
  lockResult,
  parseLockMany,
  parseNodeChange,
  parseNodeFilter,
  parseNodeLimit,
  parseNodeName,
  parseSinceDays,
  parseUnlockMany,
  printAllStats,
  printStats,
  wholeNode,
} from './node-shapes.ts';
import { bodyOf, pageParameters, parameter } from './values.ts';

const notFound = 'node not found';
const notUpdated = 'attempted to update a non-existent node';

/** Mounts the resources of nodes. */
export function nodeRoutes(app: FastifyInstance, context: TeuthologyContext): void {
  const { db, now } = context;
  /** Leaf routes answer every method in the same way (teuthology contract §1.2). */
  const leaf = (handler: Handler) => {
    const answer: RouteHandlerMethod = async (request, reply) => handler(context, request, reply);
    return { GET: answer, POST: answer, PUT: answer, write: 'read' } as const;
  };

  mount(app, '/nodes', {
    write: 'admin',
    GET: async (request, reply) => sendNodes(context, request, reply),
    POST: async (request, reply) => postNode(context, request, reply),
  });
  mount(app, '/nodes/machine_types', leaf(getMachineTypes));
  mount(app, '/nodes/job_stats', { ...leaf(getAllJobStats), config: large });
  mount(app, '/nodes/lock_many', {
    write: 'lock',
    refuse: onlyPost,
    POST: async (request, reply) => lockMany(context, request, reply),
  });
  mount(app, '/nodes/unlock_many', {
    write: 'lock',
    refuse: onlyPost,
    POST: async (request, reply) => unlockMany(context, request, reply),
  });

  mount(app, '/nodes/:node', {
    write: 'lock',
    GET: async (request, reply) =>
      answerJson(reply, JSON.stringify(wholeNode(orThrow(await findNode(db, nameOf(request)), notFound)))),
    PUT: async (request, reply) => {
      await changeNode(context, request, notUpdated);
      return answerJson(reply, '{}');
    },
    DELETE: async (request, reply) => {
      const write = { kind: 'delete', name: nameOf(request), ...stampOf(request, 'teuthology', now) } as const;
      orThrow(await db.nodeWriter.write(write, 0), notFound);
      return answerJson(reply, '{}');
    },
  });
  const changeLock: RouteHandlerMethod = async (request, reply) => {
    const changed = await changeNode(context, request, notFound);
    return answerJson(reply, JSON.stringify(changed.map(lockResult)[0]));
  };
  mount(app, '/nodes/:node/lock', { PUT: changeLock, POST: changeLock, write: 'lock', refuse: onlyPutAndPost });
  mount(app, '/nodes/:node/jobs', leaf(getJobs));
  mount(app, '/nodes/:node/job_stats', leaf(getJobStats));
}

/** Bytes of a node without its longest texts. */
const nodeBytes = 500;

function sendNodes({ db }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const filter = parseNodeFilter(request);
  return sendListStream<NodeRow, FullNode>(request, reply, {
    entries: (after, limit) => listNodes(db, filter, after?.name, limit),
    bytes: ({ description, ssh_pub_key }) => nodeBytes + (description?.length ?? 0) + (ssh_pub_key?.length ?? 0),
    load: (rows) => withHosts(db.kysely, rows),
    print: (node) => JSON.stringify(wholeNode(node)),
    total: parseNodeLimit(request),
    atATime: nodesAtATime,
    contentType: jsonType,
  });
}

type Handler = (context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Answers 405 to a method that is not supported (teuthology contract §2.12, §2.14). */
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
  const body = bodyOf(request);
  const name = parseNodeName(body);
  const write = {
    kind: 'create',
    name,
    change: parseNodeChange(body),
    ...stampOf(request, 'teuthology', now),
  } as const;
  orThrow(await db.nodeWriter.write(write, body.size), `Node with name ${name} already exists`);
  return answerJson(reply, '{}');
}

/** Changes a node, for PUT and lock. `missing` is the message for an unknown node. */
async function changeNode({ db, now }: TeuthologyContext, request: FastifyRequest, missing: string) {
  const name = nameOf(request);
  const exists = async () => orThrow(await nodeId(db, name), missing);
  const { change, size } = await readKnowing(exists, () => {
    const body = bodyOf(request);
    return { change: parseNodeChange(body), size: body.size };
  });
  return orThrow(
    await db.nodeWriter.write({ kind: 'change', name, change, ...stampOf(request, 'teuthology', now) }, size),
    missing,
  );
}

async function lockMany({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const body = bodyOf(request);
  const write = { kind: 'lock_many', request: parseLockMany(body), ...stampOf(request, 'teuthology', now) } as const;
  const nodes = await withHosts(db.kysely, orThrow(await db.nodeWriter.write(write, body.size)));
  return answerJson(reply, JSON.stringify(nodes.map(wholeNode)));
}

async function unlockMany({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const body = bodyOf(request);
  const write = { kind: 'unlock_many', ...parseUnlockMany(body), ...stampOf(request, 'teuthology', now) } as const;
  const unlocked = orThrow(await db.nodeWriter.write(write, body.size));
  return answerJson(reply, JSON.stringify(unlocked.map(lockResult)));
}

async function getMachineTypes({ db }: TeuthologyContext, _request: FastifyRequest, reply: FastifyReply) {
  return answerJson(reply, JSON.stringify(await machineTypes(db)));
}

async function getAllJobStats({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const machineType = parameter(request, 'machine_type');
  const since = now() - parseSinceDays(request) * MICROS_PER_DAY;
  return answerJson(reply, await printAllStats(await allJobStats(db, since, machineType || undefined)));
}

async function getJobStats({ db }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const id = orThrow(await nodeId(db, nameOf(request)), notFound);
  return answerJson(reply, printStats(await countsOfNode(db, id)));
}

async function getJobs(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const node_id = orThrow(await nodeId(context.db, nameOf(request)), notFound);
  const part = pageParameters(request, undefined);
  const filter = { node_id, name: parameter(request, 'name'), status: parameter(request, 'status') };
  return sendJobList(context, request, reply, { filter, part });
}
