/** The shapes of runs, jobs, nodes and queues (teuthology contract §2.2, §2.3, §2.10), for the API document. */

import { type TProperties, type TSchema, Type } from 'typebox';
import { documentFields, type FieldKind, jobStatuses, moreFields, smallFields } from '../../core/job.ts';
import { runStatuses } from '../../core/run.ts';
import { orNull, shape, takes } from '../operations.ts';
import { whenSet } from './job-shapes.ts';
import { textKeys } from './node-shapes.ts';

const text = Type.String();
const integer = Type.Integer();
const textOrNull = orNull(text);
const time = Type.String({ description: 'like 2024-03-01 20:00:15.000000, in UTC' });
const JobStatus = Type.Enum([...jobStatuses], { title: 'JobStatus' });

const runFacts = {
  name: text,
  href: text,
  user: text,
  status: Type.Enum([...runStatuses], { title: 'RunStatus' }),
  results: shape('Results', {
    ...(Object.fromEntries(jobStatuses.map((status) => [status, integer])) as TProperties),
    total: integer,
    sha1: textOrNull,
    flavor: textOrNull,
  }),
  jobs_count: integer,
  posted: time,
  scheduled: time,
  started: orNull(time),
  updated: orNull(time),
  branch: text,
  suite: text,
  machine_type: text,
  sha1: textOrNull,
  priority: orNull(integer),
  flavor: textOrNull,
  tags: Type.Array(text),
};

const printed: Record<FieldKind, TSchema> = {
  text: textOrNull,
  number: orNull(integer),
  integer: orNull(integer),
  boolean: orNull(Type.Boolean()),
  id: textOrNull,
  time: textOrNull,
  json: Type.Unknown(),
};

const { mon_a_kernel_sha1: _a, mon_b_kernel_sha1: _b, ...ownFields } = smallFields;

const jobFacts: TProperties = {
  log_href: text,
  job_id: text,
  ...Object.fromEntries(
    Object.entries({ ...ownFields, ...moreFields }).map(([key, kind]) => [
      key,
      key in whenSet ? Type.Optional(printed[kind]) : printed[kind],
    ]),
  ),
  ...Object.fromEntries(documentFields.map((key) => [key, Type.Unknown()])),
  status: JobStatus,
  success: orNull(Type.Boolean()),
  posted: time,
  started: orNull(time),
  updated: time,
};

/** A job. */
export const Job = shape('Job', jobFacts);

/** The keys of a job that `fields` selects. */
export const SomeOfJob = Type.Partial(Type.Object({ ...jobFacts, id: integer, run_id: integer, href: text }), {
  title: 'SomeOfJob',
});

/** A run in a list. */
export const Run = shape('Run', runFacts);

/** The keys of a run that `fields` selects. */
export const SomeOfRun = Type.Partial(Type.Object({ ...runFacts, id: integer }), { title: 'SomeOfRun' });

/** A run with its jobs. */
export const RunWithJobs = shape('RunWithJobs', { ...runFacts, jobs: Type.Array(Job) });

const taken: Record<FieldKind, TSchema> = {
  ...printed,
  text: Type.Unknown(),
  number: orNull(Type.Union([Type.Number(), text])),
  integer: orNull(Type.Union([Type.Number(), text])),
  boolean: orNull(Type.Union([Type.Boolean(), integer])),
  id: Type.Unknown(),
};

const takenValues: TProperties = Object.fromEntries(
  Object.entries({
    ...Object.fromEntries(Object.entries({ ...ownFields, ...moreFields }).map(([key, kind]) => [key, taken[kind]])),
    ...Object.fromEntries(documentFields.map((key) => [key, Type.Unknown()])),
    status: orNull(JobStatus),
    success: taken.boolean,
    updated: textOrNull,
  }).map(([key, schema]) => [key, Type.Optional(schema)]),
);

const jobId = Type.Union([text, integer], { description: 'of at most 32 characters' });

/** The body that creates a job. Without an id, the server assigns one. */
export const NewJob = takes('NewJob', { job_id: Type.Optional(jobId), ...takenValues });
/** The body that updates a job. */
export const JobUpdate = takes('JobUpdate', takenValues);

const lockFacts = {
  name: text,
  locked: Type.Boolean(),
  locked_by: textOrNull,
  machine_type: textOrNull,
  is_vm: Type.Boolean(),
};

/** A node in answers to locking and unlocking. */
export const LockResult = shape('LockResult', lockFacts);

/** A node. */
export const Node = shape('Node', {
  ...lockFacts,
  description: textOrNull,
  up: orNull(Type.Boolean()),
  vm_host: orNull(Type.Object({ name: text }, { additionalProperties: true, description: 'the node that hosts it' })),
  os_type: textOrNull,
  os_version: textOrNull,
  arch: textOrNull,
  locked_since: orNull(time),
  mac_address: textOrNull,
  ssh_pub_key: textOrNull,
});

const nodeValues: TProperties = Object.fromEntries(
  textKeys.map((key) => [key, Type.Optional(orNull(Type.Union([text, Type.Number(), Type.Boolean()])))]),
);
const flag = Type.Optional(Type.Union([Type.Boolean(), integer]));

/** The body that updates a node. */
export const NodeUpdate = takes('NodeUpdate', {
  ...nodeValues,
  is_vm: flag,
  locked: flag,
  up: Type.Optional(taken.boolean),
});
/** The body that creates a node. */
export const NewNode = takes('NewNode', { name: text, ...NodeUpdate.properties });

/** A queue. */
export const Queue = shape('Queue', {
  queue: text,
  paused: Type.Boolean(),
  paused_by: textOrNull,
  paused_since: orNull(time),
  paused_until: orNull(time),
});

/** A queue with the number of its queued jobs. */
export const QueueStats = Type.Object(
  { ...Type.Partial(Queue).properties, queue: text, paused: Type.Boolean(), queued_jobs: integer },
  { title: 'QueueStats' },
);

/** The body that creates or updates a queue. */
export const QueueUpdate = takes('QueueUpdate', {
  queue: text,
  paused_by: Type.Optional(textOrNull),
  paused_since: Type.Optional(textOrNull),
  paused_until: Type.Optional(textOrNull),
  pause_duration: Type.Optional(orNull(Type.Union([Type.Number(), text]))),
});
