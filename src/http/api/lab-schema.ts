import { type Static, Type } from 'typebox';
import { shape } from '../operations.ts';
import {
  answers,
  Counts,
  integer,
  JobItem,
  KnownCause,
  numberOrNull,
  optional,
  query,
  RunItem,
  text,
  textOrNull,
} from './schema.ts';

/** For each machine type its runs with queued jobs in the order in which they are taken. */
export const Queue = shape('QueuePage', {
  queues: Type.Array(
    Type.Object({
      machine_type: text,
      paused: Type.Union([Type.Object({ by: textOrNull, since: numberOrNull, until: numberOrNull }), Type.Null()]),
      /** Jobs of all runs for this machine type; of the running ones `running_elsewhere` are in runs that are not listed. */
      running: integer,
      running_elsewhere: integer,
      queued: integer,
      nodes: Type.Object({ total: integer, up: integer, free: integer, locked: integer, down: integer }),
      runs: Type.Array(RunItem),
    }),
  ),
});
export type Queue = Static<typeof Queue>;

/** `GET /api/queue`. */
export const queue = { summary: 'What waits for each machine type', querystring: query({}), response: answers(Queue) };

const ChargedJobs = shape('ChargedJobs', { failures: integer, jobs: integer });

/** Why a node is suspect: infra failures without bursts among its jobs of the last 14 days, and among those of nodes that are not. */
export const Suspicion = shape('Suspicion', {
  sentence: text,
  failures: integer,
  jobs: integer,
  others: ChargedJobs,
  p: Type.Number(),
  /** What its jobs failed of, the most frequent first, at most five. */
  causes: Type.Array(Type.Object({ ...KnownCause.properties, jobs: integer })),
});
export type Suspicion = Static<typeof Suspicion>;

/** A node with what it runs, how its jobs of the last `since_days` ended, and the infra failures of the last 14 days. */
export const NodeItem = shape('NodeItem', {
  name: text,
  machine_type: textOrNull,
  up: Type.Union([Type.Boolean(), Type.Null()]),
  locked: Type.Boolean(),
  locked_by: textOrNull,
  locked_since: numberOrNull,
  os_type: textOrNull,
  os_version: textOrNull,
  arch: textOrNull,
  description: textOrNull,
  running: Type.Union([Type.Object({ run: text, job_id: text }), Type.Null()]),
  results: Counts,
  infra: ChargedJobs,
  suspect: Type.Union([Suspicion, Type.Null()]),
});
export type NodeItem = Static<typeof NodeItem>;

/** The nodes of a machine type, or all. */
export const NodeList = shape('NodeList', {
  nodes: Type.Array(NodeItem),
  machine_types: Type.Array(text),
  since_days: integer,
});
export type NodeList = Static<typeof NodeList>;

/** `GET /api/nodes`. */
export const nodeList = {
  summary: 'Nodes and how their jobs ended',
  querystring: query({
    machine_type: optional('only of this type'),
    since_days: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 366, description: 'results of how many days; 14 when it is missing' }),
    ),
  }),
  response: answers(NodeList),
};

/** A node and its jobs, newest first, 50 at a time. A name without its domain finds the node that begins so, if there is one. */
export const NodePage = shape('NodePage', { node: NodeItem, jobs: Type.Array(JobItem), next: textOrNull });
export type NodePage = Static<typeof NodePage>;

/** `GET /api/nodes/{node}`. */
export const nodePage = {
  summary: 'A node and its jobs',
  params: Type.Object({
    name: Type.String({ description: 'name of the node, or what stands before the first dot when one node has it' }),
  }),
  querystring: query({
    after: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: '"next" of the page before' }),
    ),
  }),
  response: answers(NodePage),
};
