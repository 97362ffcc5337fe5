import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isFailure } from '../../core/errors.ts';
import { parseQuery } from '../../core/query.ts';
import { searchRuns, suggestValues } from '../../store/pages/run-search.ts';
import { searchAnything } from '../../store/pages/search.ts';
import { nextTurn } from '../../store/reader.ts';
import type { ApiContext } from './context.ts';
import { csvLine } from './csv.ts';
import { runItem } from './items.ts';
import { sendFailure, sendProblem } from './problems.ts';
import type { RunItem, RunList } from './schemas.ts';

interface RunsRequest {
  Querystring: { q?: string; sort?: string; after?: string; limit?: string };
}

/** The most runs of a CSV file. */
const mostInFile = 10_000;

/** `GET /runs`, `/runs.json`, `/runs.csv`, `/suggest` and `/search`. */
export function listRoutes(app: FastifyInstance, context: ApiContext): void {
  const now = () => Math.floor(context.now() / 1000);

  const list = async (request: FastifyRequest<RunsRequest>, reply: FastifyReply) => {
    const found = await findRuns(context, request, 50);
    return isFailure(found) ? sendFailure(context, reply, found) : found;
  };
  app.get<RunsRequest>('/runs', list);
  app.get<RunsRequest>('/runs.json', list);

  app.get<RunsRequest>('/runs.csv', async (request, reply) => {
    const lines = [csvLine(csvColumns)];
    let after = request.query.after;
    do {
      const query = { ...request.query, limit: '200', ...(after !== undefined && { after }) };
      const found = await findRuns(context, { query } as FastifyRequest<RunsRequest>, 200);
      if (isFailure(found)) return sendFailure(context, reply, found);
      lines.push(...found.runs.map((run) => csvLine(csvColumns.map((column) => csvValue(run, column)))));
      after = found.next ?? undefined;
      await nextTurn();
    } while (after !== undefined && lines.length < mostInFile);
    reply.header('content-disposition', 'attachment; filename="runs.csv"').type('text/csv; charset=utf-8');
    return reply.send(Buffer.from(lines.join('')));
  });

  app.get<{ Querystring: { field?: string; prefix?: string; q?: string } }>('/suggest', async ({ query }, reply) => {
    if (!query.field) return sendProblem(reply, 400, 'field is missing: the key whose values are wanted');
    const parsed = parseQuery(query.q ?? '', 'runs').query;
    const prefix = (query.prefix ?? '').slice(0, 200);
    const { db } = context;
    const wanted = { key: query.field, prefix, query: parsed, now: now(), limit: 20 };
    return { values: await suggestValues(db, wanted) };
  });

  app.get<{ Querystring: { text?: string } }>('/search', async ({ query }) => ({
    items: await searchAnything(context.db, (query.text ?? '').slice(0, 500)),
  }));
}

async function findRuns(context: ApiContext, { query }: FastifyRequest<RunsRequest>, fallback: number) {
  const { q = '', sort = '-scheduled', after = null, limit = String(fallback) } = query;
  const { query: parsed, problems } = parseQuery(q, 'runs');
  const count = /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > 200) {
    return { failure: 'invalid', key: 'limit', reason: 'limit must be a whole number from 1 to 200' } as const;
  }
  const now = Math.floor(context.now() / 1000);
  const found = await searchRuns(context.db, { query: parsed, sort, after, limit: count, now });
  if (isFailure(found)) return found;
  const { rows, total, counts, next } = found;
  const answer: RunList = {
    runs: rows.map(runItem),
    total,
    counts,
    next,
    problems: problems.map(({ message }) => message),
  };
  return answer;
}

const csvColumns = [
  'name',
  'status',
  'user',
  'suite',
  'branch',
  'sha1',
  'machine_type',
  'flavor',
  'priority',
  'scheduled',
  'started',
  'updated',
  'total',
  'pass',
  'fail',
  'dead',
  'running',
  'waiting',
  'queued',
  'unknown',
] as const;

function csvValue(run: RunItem, column: (typeof csvColumns)[number]): string | number | null {
  if (column === 'scheduled' || column === 'started' || column === 'updated') {
    const time = run[column];
    return time === null ? null : new Date(time).toISOString();
  }
  return column in run.counts ? run.counts[column as keyof RunItem['counts']] : (run[column as 'name'] ?? null);
}
