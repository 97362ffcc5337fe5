import { type Static, Type } from 'typebox';
import { notFound } from '../../core/errors.ts';
import { isPaused } from '../../core/queue.ts';
import { MICROS_PER_DAY, milliseconds } from '../../core/time.ts';
import { suspectText } from '../../core/verdicts/lab.ts';
import { linesByIds } from '../../store/pages/job-lines.ts';
import { findNodeName, type NodeLine, nodeJobIds, nodeLines } from '../../store/pages/node-list.ts';
import { chargesOfNodes, type NodeCharge } from '../../store/pages/node-suspects.ts';
import { machineTypes } from '../../store/read/nodes.ts';
import { listQueues } from '../../store/read/queues.ts';
import { runningByMachineType, runsWithQueuedJobs } from '../../store/read/runs.ts';
import { orThrow, Refusal } from '../errors.ts';
import { orNull, shape } from '../operations.ts';
import { large, ordinary } from '../turns.ts';
import { sendWithList } from './answers.ts';
import type { ApiContext, ApiServer } from './context.ts';
import {
  after,
  answers,
  Counts,
  integer,
  JobItem,
  jobItem,
  KnownCause,
  numberOrNull,
  only,
  optional,
  RunItem,
  runItem,
  text,
  textOrNull,
} from './schema.ts';

/** The runs with queued jobs of each machine type, in the order in which they are started. */
export const Queue = shape('QueuePage', {
  queues: Type.Array(
    Type.Object({
      machine_type: text,
      paused: orNull(Type.Object({ by: textOrNull, since: numberOrNull, until: numberOrNull })),
      /** Running jobs of all runs for this machine type, of which `running_elsewhere` belong to runs that are not listed. */
      running: integer,
      running_elsewhere: integer,
      queued: integer,
      nodes: Type.Object({ total: integer, up: integer, free: integer, locked: integer, down: integer }),
      runs: Type.Array(RunItem),
    }),
  ),
});
export type Queue = Static<typeof Queue>;

const queue = { summary: 'The queue of each machine type', response: answers(Queue) };

const ChargedJobs = shape('ChargedJobs', { failures: integer, jobs: integer });

/** Why a node is suspect: infra failures without bursts among its jobs of the last 14 days, compared with nodes that are not suspect. */
const Suspicion = shape('Suspicion', {
  sentence: text,
  failures: integer,
  jobs: integer,
  others: ChargedJobs,
  p: Type.Number(),
  /** The causes of its failed jobs, most frequent first, at most five. */
  causes: Type.Array(Type.Object({ ...KnownCause.properties, jobs: integer })),
});
export type Suspicion = Static<typeof Suspicion>;

/** A node with its running job, the results of its jobs of the last `since_days`, and its infra failures of the last 14 days. */
const NodeItem = shape('NodeItem', {
  name: text,
  machine_type: textOrNull,
  up: orNull(Type.Boolean()),
  locked: Type.Boolean(),
  locked_by: textOrNull,
  locked_since: numberOrNull,
  os_type: textOrNull,
  os_version: textOrNull,
  arch: textOrNull,
  description: textOrNull,
  running: orNull(Type.Object({ run: text, job_id: text })),
  results: Counts,
  infra: ChargedJobs,
  suspect: orNull(Suspicion),
});
export type NodeItem = Static<typeof NodeItem>;

/** The nodes of a machine type, or all nodes. */
const NodeList = shape('NodeList', {
  nodes: Type.Array(NodeItem),
  machine_types: Type.Array(text),
  since_days: integer,
});
export type NodeList = Static<typeof NodeList>;

const nodeList = {
  summary: 'Nodes and the results of their jobs',
  querystring: only({
    machine_type: optional('only nodes of this type'),
    since_days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 366, description: 'results of the last days; default 14' }),
    ),
  }),
  response: answers(NodeList),
};

/** A node and its jobs, newest first, 50 per page. A name without its domain finds the node if exactly one begins with it. */
const NodePage = shape('NodePage', { node: NodeItem, jobs: Type.Array(JobItem), next: textOrNull });
export type NodePage = Static<typeof NodePage>;

const nodePage = {
  summary: 'A node and its jobs',
  params: Type.Object({
    name: Type.String({ description: 'name of the node, or the part before its first dot if that is unique' }),
  }),
  querystring: only({ after }),
  response: answers(NodePage),
};

const nodeJobs = 50;

/** `GET /nodes`, `/nodes/:name` and `/queue`. */
export function labRoutes(app: ApiServer, context: ApiContext): void {
  const { db, now } = context;
  const since = (days: number) => now() - days * MICROS_PER_DAY;

  app.get('/nodes', { schema: nodeList, config: large }, async ({ query }, reply) => {
    const { since_days = 14, machine_type } = query;
    const lines = await nodeLines(db, { machineType: machine_type || undefined, since: since(since_days) });
    const charges = await chargesOfNodes(db, now());
    const rest: Omit<NodeList, 'nodes'> = { machine_types: await machineTypes(db), since_days };
    return sendWithList(reply, rest, ['nodes', lines], (line) => nodeItem(line, charges));
  });

  app.get('/nodes/:name', { schema: nodePage, config: ordinary }, async ({ params, query: { after = null } }) => {
    const name = orThrow(await findNodeName(db, params.name));
    const ids = orThrow(await nodeJobIds(db, name, after, nodeJobs + 1));
    const [line] = await nodeLines(db, { name, since: since(14) });
    if (!line) throw new Refusal(notFound('node', name));
    const shown = ids.slice(0, nodeJobs);
    const jobs = (await linesByIds(db, shown)).map(jobItem);
    return {
      node: nodeItem(line, await chargesOfNodes(db, now())),
      jobs,
      next: ids.length > nodeJobs ? String(shown.at(-1)) : null,
    };
  });

  app.get('/queue', { schema: queue, config: large }, async () => queueOf(context));
}

function nodeItem({ node, results, running }: NodeLine, charges: ReadonlyMap<string, NodeCharge>): NodeItem {
  const { name, machine_type, up, locked, locked_by, os_type, os_version, arch, description } = node;
  const locked_since = milliseconds(node.locked_since);
  const { suspicion = null, failures = 0, jobs = 0 } = charges.get(name) ?? {};
  return {
    ...{ name, machine_type, up, locked, locked_by, locked_since, os_type, os_version, arch, description },
    ...{ results, running },
    infra: { failures, jobs },
    suspect: suspicion && suspicionItem(suspicion, machine_type ?? ''),
  };
}

function suspicionItem(suspicion: NonNullable<NodeCharge['suspicion']>, machineType: string): Suspicion {
  const { failures, jobs, others, p, suspects } = suspicion;
  const causes = suspicion.causes.map(({ cause, jobs }) => ({ ...cause, jobs }));
  return { sentence: suspectText(suspicion, machineType, suspects), failures, jobs, others, p, causes };
}

/** Runs with the lowest priority number come first; among equals, the oldest. */
function byPriority(a: RunItem, b: RunItem): number {
  return (a.priority ?? Number.MAX_SAFE_INTEGER) - (b.priority ?? Number.MAX_SAFE_INTEGER) || a.posted - b.posted;
}

async function queueOf({ db, now }: ApiContext): Promise<Queue> {
  const runs = (await runsWithQueuedJobs(db, { limit: 1000, offset: 0 })).map(runItem);
  const pauses = new Map((await listQueues(db, {})).map((queue) => [queue.queue, queue]));
  const lines = await nodeLines(db, { since: now() });
  const running = await runningByMachineType(db);
  const types = [...runs.map((run) => run.machine_type), ...running.keys()];
  const names = new Set([...types, ...pauses.keys(), ...(await machineTypes(db))]);
  const linesOf = Map.groupBy(lines, ({ node }) => node.machine_type);
  const runsOf = Map.groupBy(runs.sort(byPriority), (run) => run.machine_type);
  const queues = [...names].sort().map((machine_type) => {
    const own = linesOf.get(machine_type) ?? [];
    const waiting = runsOf.get(machine_type) ?? [];
    const pause = pauses.get(machine_type);
    const count = (test: (line: NodeLine) => boolean) => own.filter(test).length;
    const all = running.get(machine_type) ?? 0;
    return {
      machine_type,
      paused:
        pause && isPaused(pause, now())
          ? { by: pause.paused_by, since: milliseconds(pause.paused_since), until: milliseconds(pause.paused_until) }
          : null,
      running: all,
      running_elsewhere: all - waiting.reduce((sum, run) => sum + run.counts.running, 0),
      queued: waiting.reduce((sum, run) => sum + run.counts.queued, 0),
      nodes: {
        total: own.length,
        up: count(({ node }) => node.up === true),
        free: count(({ node }) => node.up === true && !node.locked),
        locked: count(({ node }) => node.locked),
        down: count(({ node }) => node.up === false),
      },
      runs: waiting,
    };
  });
  return { queues };
}
