/** Descriptions of the routes of the teuthology contract for the API document. */
import { type TSchema, Type } from 'typebox';
import { jobStatuses } from '../../core/job.ts';
import { runFacets } from '../../core/run.ts';
import {
  answersWith,
  byName,
  done,
  type Operation,
  type Operations,
  orNull,
  parameters,
  takes,
} from '../operations.ts';
import {
  Job,
  JobUpdate,
  LockResult,
  NewJob,
  NewNode,
  Node,
  NodeUpdate,
  Queue,
  QueueStats,
  QueueUpdate,
  Run,
  RunWithJobs,
  SomeOfJob,
  SomeOfRun,
} from './operation-shapes.ts';

const text = Type.String();
const integer = Type.Integer();
const list = (schema: TSchema) => answersWith(Type.Array(schema));

const page = { count: 'size of a page', page: 'number of the page, from 1' };
const fields = 'comma-separated list of the keys to return';
const since = { since: 'only runs of this day and later, like 2024-03-01, today or yesterday' };

const ofRun = parameters({ run: 'name of the run' }, false);
const ofJob = parameters({ run: 'name of the run', job_id: 'id of the job' }, false);
const ofNode = parameters({ node: 'name of the node' }, false);

const tags = { tags: Type.Optional(Type.Array(text, { description: 'at most 100 texts of at most 256 characters' })) };

const runs: Operations = {
  'GET /': { summary: 'Health check', response: done },
  'GET /runs': {
    summary: 'Runs, newest first',
    querystring: parameters({ ...page, fields }),
    response: list(Type.Union([Run, SomeOfRun])),
  },
  'POST /runs': {
    summary: 'Creates a run',
    body: takes('NewRun', {
      name: Type.String({ description: 'of at most 512 characters, without a slash' }),
      ...tags,
    }),
    response: done,
  },
  'GET /runs/queued': {
    summary: 'Runs with at least one queued job',
    querystring: parameters(page),
    response: list(Run),
  },
  ...Object.fromEntries([...runFacets, 'flavors'].flatMap(filtersOf)),
  'GET /runs/date/from/:from/to/:to': {
    summary: 'Runs from one day to the end of another',
    params: parameters({ from: 'the first day', to: 'the last day' }, false),
    querystring: parameters({ ...page, ...since }),
    response: list(Run),
  },
  'GET /runs/:run': { summary: 'A run with its jobs', params: ofRun, response: answersWith(RunWithJobs) },
  'PUT /runs/:run': {
    summary: 'Sets the tags of a run',
    params: ofRun,
    body: takes('RunUpdate', tags),
    response: done,
  },
  'DELETE /runs/:run': { summary: 'Deletes a run and its jobs', params: ofRun, response: done },
};

function filtersOf(facet: string): [string, Operation][] {
  const description = `Filters can be chained, as in /runs/${facet}/VALUE/branch/VALUE; a chain that ends in the name of a filter returns its values.`;
  return [
    [`GET /runs/${facet}`, { summary: `The values of ${facet} among all runs`, response: list(text) }],
    [
      `GET /runs/${facet}/:value`,
      {
        summary: `Runs by ${facet}`,
        description,
        params: parameters({ value: `of ${facet}` }, false),
        querystring: parameters({ ...page, ...since }),
        response: list(Run),
      },
    ],
  ];
}

const jobFilters = {
  description: 'a part of the description',
  sha1: 'exact value',
  branch: 'exact value',
  user: 'exact value',
  posted_after: 'a day',
  posted_before: 'a day',
};
const status = Type.Optional(Type.Enum([...jobStatuses], { title: 'JobStatus' }));

const jobs: Operations = {
  'GET /runs/:run/jobs': {
    summary: 'The jobs of a run, newest first',
    params: ofRun,
    querystring: Type.Object({ status, ...parameters({ fields }).properties }),
    response: list(Type.Union([Job, SomeOfJob])),
  },
  'POST /runs/:run/jobs': {
    summary: 'Adds a job to a run; creates the run if it does not exist',
    params: ofRun,
    body: NewJob,
    response: answersWith(Type.Object({ job_id: text })),
  },
  'GET /runs/:run/jobs/:job_id': { summary: 'A job', params: ofJob, response: answersWith(Job) },
  'PUT /runs/:run/jobs/:job_id': {
    summary: 'Updates the keys of a job that the body contains',
    description: 'An empty body refreshes `updated`. `status` is ignored once a job is `pass` or `fail`.',
    params: ofJob,
    body: JobUpdate,
    response: done,
  },
  'DELETE /runs/:run/jobs/:job_id': { summary: 'Deletes a job', params: ofJob, response: done },
  'GET /jobs': {
    summary: 'The latest jobs of all runs',
    description: 'POST returns the same and takes the parameters as keys of its body.',
    querystring: parameters({ ...jobFilters, status: 'exact value', ...page }),
    response: list(Job),
  },
};

const nodes: Operations = {
  'GET /nodes': {
    summary: 'Nodes, by name',
    querystring: parameters({
      locked: 'true or false',
      up: 'true or false',
      machine_type: 'one machine type, or several separated by |',
      os_type: 'exact value',
      os_version: 'exact value',
      locked_by: 'exact value',
      count: 'the maximum number of nodes',
    }),
    response: list(Node),
  },
  'POST /nodes': { summary: 'Creates a node', body: NewNode, response: done },
  'GET /nodes/:node': { summary: 'A node', params: ofNode, response: answersWith(Node) },
  'PUT /nodes/:node': { summary: 'Changes a node', params: ofNode, body: NodeUpdate, response: done },
  'DELETE /nodes/:node': { summary: 'Deletes a node', params: ofNode, response: done },
  ...Object.fromEntries(
    ['PUT', 'POST'].map((method) => [
      `${method} /nodes/:node/lock`,
      {
        summary: 'Locks or unlocks a node',
        description: 'Answers 403 if another user holds the lock.',
        params: ofNode,
        body: NodeUpdate,
        response: answersWith(LockResult),
      },
    ]),
  ),
  'POST /nodes/lock_many': {
    summary: 'Locks free nodes',
    description: 'Answers 503 if fewer nodes are free.',
    body: takes('LockMany', {
      count: Type.Number({ description: 'a whole number' }),
      locked_by: text,
      machine_type: text,
      description: orNull(text),
      ...Object.fromEntries(['os_type', 'os_version', 'arch'].map((key) => [key, Type.Optional(orNull(text))])),
    }),
    response: list(Node),
  },
  'POST /nodes/unlock_many': {
    summary: 'Unlocks nodes',
    body: Type.Object({ names: Type.Array(text), locked_by: orNull(text) }, { title: 'UnlockMany' }),
    response: list(LockResult),
  },
  'GET /nodes/machine_types': { summary: 'The machine types of all nodes', response: list(text) },
  'GET /nodes/job_stats': {
    summary: 'The number of jobs of each status on each node',
    querystring: parameters({ machine_type: 'machine type of the nodes', since_days: 'how far back; default 14' }),
    response: answersWith(byName(byName(integer))),
  },
  'GET /nodes/:node/jobs': {
    summary: 'The jobs that ran on a node, newest first',
    params: ofNode,
    querystring: parameters({ name: 'name of the job, usually that of its run', status: 'exact value', ...page }),
    response: list(Job),
  },
  'GET /nodes/:node/job_stats': {
    summary: 'The number of jobs of each status on a node',
    params: ofNode,
    response: answersWith(
      Type.Object(Object.fromEntries(jobStatuses.map((name) => [name, integer])), { title: 'NodeStats' }),
    ),
  },
};

const queueName = { queue: 'name of the queue' };

const queue: Operations = {
  'GET /queue': {
    summary: 'Queues, by name',
    querystring: parameters({ machine_type: 'name of the queue', paused_by: 'exact value' }),
    response: list(Queue),
  },
  'POST /queue': { summary: 'Creates a queue', body: QueueUpdate, response: done },
  'PUT /queue': { summary: 'Pauses or resumes a queue', body: QueueUpdate, response: done },
  ...Object.fromEntries(
    (
      [
        ['pop_queue', 'The next job of a queue, which stays queued; null if there is none', orNull(Job)],
        ['stats', 'Whether a queue is paused, and the number of queued jobs', QueueStats],
      ] as const
    ).flatMap(([leaf, summary, answer]) => [
      [`GET /queue/${leaf}`, { summary, querystring: parameters(queueName), response: answersWith(answer) }],
      [`GET /queue/${leaf}/:queue`, { summary, params: parameters(queueName, false), response: answersWith(answer) }],
    ]),
  ),
  'GET /queue/queued_jobs': {
    summary: 'The queued jobs of a queue',
    querystring: parameters({ ...queueName, run_name: 'only jobs of this run', user: 'only jobs of this user' }),
    response: list(Job),
  },
};

/** The operations of the contract. Leaf routes that answer POST and PUT like GET are listed once. */
export const operations: Operations = { ...runs, ...jobs, ...nodes, ...queue };
