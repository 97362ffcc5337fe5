/** Runs: `/runs/` and its filters (teuthology contract §2.4, §2.5, §2.9). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isFailure } from '../../core/errors.ts';
import { readDay } from '../../core/filter.ts';
import { formatDay, MICROS_PER_DAY } from '../../core/time.ts';
import {
  createRun,
  deleteRun,
  facetValues,
  type Page,
  type RunsPage,
  run,
  runsByPosted,
  runsWhere,
  runsWithQueuedJobs,
  scheduledDays,
  setTags,
} from '../../store/runs.ts';
import type { RunRow } from '../../store/schema.ts';
import { readBody } from '../body.ts';
import { sendListStream } from '../list-stream.ts';
import { mount } from '../resource.ts';
import { answerJson, jsonType, sendFailure } from './answers.ts';
import type { TeuthologyContext } from './context.ts';
import { sendJobList } from './job-list.ts';
import { pageParameters, parameter } from './parameters.ts';
import { parseFilterPath, type RunQuery } from './path-filters.ts';
import { parseRunName, parseTags, printRun, runFieldsPrinter } from './run-shapes.ts';

/** First segments under `/runs/` that start a filter. */
const filterRoots = ['branch', 'date', 'machine_type', 'status', 'suite', 'sha1', 'user', 'flavor', 'flavors'];

/** Mounts `/runs/`, its filters and `/runs/{run}/`. */
export function runRoutes(app: FastifyInstance, context: TeuthologyContext): void {
  const { db } = context;

  mount(app, '/runs', {
    GET: async (request, reply) => {
      const page = pageParameters(request, context.latestRuns);
      if (isFailure(page)) return sendFailure(reply, page);
      const fields = parameter(request, 'fields');
      if (isFailure(fields)) return sendFailure(reply, fields);
      const print = fields === undefined ? printRun : runFieldsPrinter(fields);
      if (isFailure(print)) return sendFailure(reply, print);
      return sendRuns(context, request, reply, { page, print, read: (part) => runsByPosted(db, part) });
    },
    POST: async (request, reply) => postRun(context, request, reply),
  });

  mount(app, '/runs/queued', {
    GET: async (request, reply) => {
      const page = pageParameters(request, undefined);
      if (isFailure(page)) return sendFailure(reply, page);
      return sendRuns(context, request, reply, { page, read: (part) => runsWithQueuedJobs(db, part) });
    },
  });

  const filtered = {
    GET: async (request: FastifyRequest, reply: FastifyReply) => getFiltered(context, request, reply),
  };
  for (const root of filterRoots) {
    mount(app, `/runs/${root}`, filtered);
    mount(app, `/runs/${root}/*`, filtered);
  }

  mount(app, '/runs/:run', {
    GET: async (request, reply) => getRun(context, request, reply),
    PUT: async (request, reply) => putRun(context, request, reply),
    DELETE: async (request, reply) => {
      const failure = await deleteRun(db, nameOf(request));
      return failure ? sendFailure(reply, failure, 'attempted to delete a non-existent run') : answerJson(reply, '{}');
    },
  });
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { run: string }).run;
}

/** Which runs a list shows, and how. */
interface RunsList {
  page: Page;
  read: (part: RunsPage) => Promise<RunRow[]>;
  print?: typeof printRun;
}

/** Runs in a page of a long list: SQLite reads and the server prints a hundred in 2 ms. */
const runsAtATime = 100;

function sendRuns(
  { baseOf }: TeuthologyContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { page, read, print = printRun }: RunsList,
): Promise<FastifyReply> {
  const base = baseOf(request);
  return sendListStream<RunRow>(request, reply, {
    page: (after, limit) => read({ limit, offset: page.offset, after }),
    print: (row) => print(row, base),
    total: page.limit,
    atATime: runsAtATime,
    contentType: jsonType,
  });
}

async function postRun({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const body = readBody(request, { acceptNaN: true });
  if (isFailure(body)) return sendFailure(reply, body);
  const name = parseRunName(body);
  if (isFailure(name)) return sendFailure(reply, name);
  const tags = parseTags(body);
  if (isFailure(tags)) return sendFailure(reply, tags);
  const failure = await createRun(db, name, tags, now());
  return failure ? sendFailure(reply, failure, `run with name ${name} already exists`) : answerJson(reply, '{}');
}

async function getRun(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { db, baseOf } = context;
  const found = await run(db, nameOf(request));
  if (isFailure(found)) return sendFailure(reply, found);
  return sendJobList(context, request, reply, {
    filter: { run_id: found.id },
    order: 'job_id',
    prefix: `${printRun(found, baseOf(request)).slice(0, -1)},"jobs":[`,
    suffix: ']}',
  });
}

/** New: `{"tags": […]}` (teuthology's `--tag`). */
async function putRun({ db }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const found = await run(db, nameOf(request));
  if (isFailure(found)) return sendFailure(reply, found, 'attempted to update a non-existent run');
  const body = readBody(request, { acceptNaN: true });
  if (isFailure(body)) return sendFailure(reply, body);
  if (!('tags' in body.values)) return answerJson(reply, '{}');
  const tags = parseTags(body);
  if (isFailure(tags)) return sendFailure(reply, tags);
  const failure = await setTags(db, found.name, tags);
  return failure ? sendFailure(reply, failure, 'attempted to update a non-existent run') : answerJson(reply, '{}');
}

async function getFiltered(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const query = parseFilterPath(segmentsOf(request.url), context.now());
  if (query === 'no such path') return reply.callNotFound();
  if (isFailure(query)) return sendFailure(reply, query);
  if (query.form === 'empty') return answerJson(reply, '[]');
  if (typeof query.form === 'object') {
    return answerJson(reply, JSON.stringify(await indexValues(context, query.form.index, query)));
  }
  // Ranges of days are not cut into pages unless `count` asks for it (teuthology contract §1.8).
  const page = pageParameters(request, query.form === 'range' ? undefined : context.latestRuns);
  if (isFailure(page)) return sendFailure(reply, page);
  const since = parameter(request, 'since');
  const day = since === undefined ? since : isFailure(since) ? since : readDay(since, context.now(), 'since');
  if (isFailure(day)) return sendFailure(reply, day);
  const conditions = day ? [...query.conditions, { facet: 'since' as const, after: day.from }] : query.conditions;
  return sendRuns(context, request, reply, { page, read: (part) => runsWhere(context.db, conditions, part) });
}

/** The segments behind `/runs/`, decoded after they are split: a value may hold a slash (teuthology contract §7.31). */
function segmentsOf(url: string): string[] {
  const path = url.split('?', 1)[0] as string;
  return path.replace(/\/+$/, '').split('/').slice(2).map(decodeURIComponent);
}

async function indexValues({ db }: TeuthologyContext, facet: string, { conditions }: RunQuery): Promise<string[]> {
  if (facet === 'date') return (await scheduledDays(db, conditions)).map((day) => formatDay(day * MICROS_PER_DAY));
  return facetValues(db, facet as Parameters<typeof facetValues>[1], conditions);
}
