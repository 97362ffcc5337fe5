/** Runs: `/runs/` and its filters (teuthology contract §2.4, §2.5, §2.9). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { runFacets } from '../../core/run.ts';
import { formatDay, MICROS_PER_DAY, readDay } from '../../core/time.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import {
  facetValues,
  type Page,
  type RunsPage,
  run,
  runsByPosted,
  runsWhere,
  runsWithQueuedJobs,
  scheduledDays,
} from '../../store/read/runs.ts';
import { createRun, deleteRun, setTags } from '../../store/write/runs.ts';
import { orThrow } from '../errors.ts';
import { stampOf } from '../identity.ts';
import { sendListStream } from '../list-stream.ts';
import { mount } from '../resource.ts';
import { answerJson, jsonType, type TeuthologyContext } from './answers.ts';
import { sendJobList } from './jobs.ts';
import { parseFilterPath, parseRunName, parseTags, printRun, type RunQuery, runFieldsPrinter } from './run-shapes.ts';
import { bodyOf, pageParameters, parameter } from './values.ts';

/** First segments under `/runs/` that start a filter. */
const filterRoots = [...runFacets, 'flavors'];

/** Mounts `/runs/`, its filters and `/runs/{run}/`. */
export function runRoutes(app: FastifyInstance, context: TeuthologyContext): void {
  const { db } = context;

  mount(app, '/runs', {
    write: 'report',
    GET: async (request, reply) => {
      const page = pageParameters(request, context.config.latest_runs);
      const fields = parameter(request, 'fields');
      const print = fields === undefined ? printRun : runFieldsPrinter(fields);
      return sendRuns(context, request, reply, { page, print, read: (part) => runsByPosted(db, part) });
    },
    POST: async (request, reply) => postRun(context, request, reply),
  });

  mount(app, '/runs/queued', {
    GET: async (request, reply) => {
      const page = pageParameters(request, undefined);
      return sendRuns(context, request, reply, { page, read: (part) => runsWithQueuedJobs(db, part) });
    },
  });

  const filtered = {
    GET: async (request: FastifyRequest, reply: FastifyReply) => getFiltered(context, request, reply),
  };
  mount(app, '/runs/date/from/:from/to/:to', filtered);
  for (const root of filterRoots) {
    mount(app, `/runs/${root}`, filtered);
    mount(app, `/runs/${root}/:value`, filtered);
    mount(app, `/runs/${root}/*`, filtered);
  }

  mount(app, '/runs/:run', {
    write: 'report',
    GET: async (request, reply) => getRun(context, request, reply),
    PUT: async (request, reply) => putRun(context, request, reply),
    DELETE: async (request, reply) => {
      const deleted = await deleteRun(db, nameOf(request), stampOf(request, 'teuthology', context.now));
      orThrow(deleted, 'attempted to delete a non-existent run');
      return answerJson(reply, '{}');
    },
  });
}

function nameOf(request: FastifyRequest): string {
  return (request.params as { run: string }).run;
}

/** The runs in a list and their form. */
interface RunsList {
  page: Page;
  read: (part: RunsPage) => Promise<RunRow[]>;
  print?: typeof printRun;
}

/** The runs that a list reads at a time. SQLite reads and the server prints a hundred in 2 ms. */
const runsAtATime = 100;

/** Bytes of a run without its tags, which can take 25 KB. */
const runBytes = 1000;

function sendRuns(
  { baseOf }: TeuthologyContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { page, read, print = printRun }: RunsList,
): Promise<FastifyReply> {
  const base = baseOf(request);
  return sendListStream<RunRow, RunRow>(request, reply, {
    entries: (after, limit) => read({ limit, offset: page.offset, after }),
    bytes: ({ tags }) => runBytes + tags.length,
    load: async (rows) => rows,
    print: (row) => print(row, base),
    total: page.limit,
    atATime: runsAtATime,
    contentType: jsonType,
  });
}

async function postRun({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const body = bodyOf(request);
  const name = parseRunName(body);
  const created = await createRun(db, name, { tags: parseTags(body), ...stampOf(request, 'teuthology', now) });
  orThrow(created, `run with name ${name} already exists`);
  return answerJson(reply, '{}');
}

async function getRun(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const { db, baseOf } = context;
  const found = orThrow(await run(db, nameOf(request)));
  return sendJobList(context, request, reply, {
    filter: { run_id: found.id },
    order: 'job_id',
    prefix: `${printRun(found, baseOf(request)).slice(0, -1)},"jobs":[`,
    suffix: ']}',
  });
}

/** Sets `{"tags": […]}` (teuthology's `--tag`), which the old server cannot do. */
async function putRun({ db, now }: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const missing = 'attempted to update a non-existent run';
  const { name } = orThrow(await run(db, nameOf(request)), missing);
  const body = bodyOf(request);
  if (body.texts.has('tags')) {
    orThrow(await setTags(db, name, { tags: parseTags(body), ...stampOf(request, 'teuthology', now) }), missing);
  }
  return answerJson(reply, '{}');
}

async function getFiltered(context: TeuthologyContext, request: FastifyRequest, reply: FastifyReply) {
  const query = parseFilterPath(segmentsOf(request.url), context.now());
  if (query === null) return reply.callNotFound();
  if (query.form === 'empty') return answerJson(reply, '[]');
  if (typeof query.form === 'object') {
    return answerJson(reply, JSON.stringify(await indexValues(context, query.form.index, query)));
  }
  // Ranges of days are split into pages only if `count` is given (teuthology contract §1.8).
  const page = pageParameters(request, query.form === 'range' ? undefined : context.config.latest_runs);
  const since = parameter(request, 'since');
  const { conditions } = query;
  if (since !== undefined) {
    conditions.push({ facet: 'since', from: orThrow(readDay(since, context.now(), 'since')).from });
  }
  return sendRuns(context, request, reply, { page, read: (part) => runsWhere(context.db, conditions, part) });
}

/** The segments after `/runs/`. They are decoded after splitting, because a value can contain a slash (teuthology contract §7.31). */
function segmentsOf(url: string): string[] {
  const path = url.split('?', 1)[0] as string;
  return path
    .replace(/(?<!\/)\/+$/, '')
    .split('/')
    .slice(2)
    .map(decodeURIComponent);
}

async function indexValues({ db }: TeuthologyContext, facet: string, { conditions }: RunQuery): Promise<string[]> {
  if (facet === 'date') return (await scheduledDays(db, conditions)).map((day) => formatDay(day * MICROS_PER_DAY));
  return facetValues(db, facet as Parameters<typeof facetValues>[1], conditions);
}
