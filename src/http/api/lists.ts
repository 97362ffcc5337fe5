import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseQuery, type Query, type QueryKey } from '../../core/query.ts';
import { type MatchingRuns, matchingRuns } from '../../store/pages/run-query.ts';
import { countRuns, type RunSearch, type RunsPage, searchRuns, suggestValues } from '../../store/pages/run-search.ts';
import { searchAnything } from '../../store/pages/search.ts';
import { orThrow } from '../refusal.ts';
import { clockOf } from './clock.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { csvLine, csvTime, fileQuery } from './csv.ts';
import { runItem } from './items.ts';
import { type RunList, runFile, runList, searchResults, suggestions } from './lists-schema.ts';
import type { RunItem } from './schema.ts';

/** `GET /runs`, `/runs.json`, `/runs.csv`, `/suggest` and `/search`. */
export function listRoutes(app: ApiServer, context: ApiContext): void {
  const { db } = context;
  const matching = (query: Query, tz?: string) => matchingRuns(db, query, clockOf(context.now(), tz));

  for (const path of ['/runs', '/runs.json'] as const) {
    app.get(path, { schema: runList }, async ({ query }): Promise<RunList> => {
      const { q = '', tz, sort = '-scheduled', after = null, limit = 50 } = query;
      const { query: parsed, problems } = parseQuery(q, 'runs');
      const runs = await matching(parsed, tz);
      const [page, totals] = await Promise.all([searchRuns(runs, { sort, after, limit }), countRuns(runs)]);
      const { rows, next } = orThrow(page);
      return { runs: rows.map(runItem), ...totals, next, problems: problems.map(({ message }) => message) };
    });
  }

  app.get('/runs.csv', { schema: runFile }, async ({ query: { q = '', tz, sort = '-scheduled' } }, reply) => {
    const runs = await matching(fileQuery(q, 'runs'), tz);
    reply.header('content-disposition', 'attachment; filename="runs.csv"').type('text/csv; charset=utf-8');
    return reply.send(Readable.from(csvOf(runs, sort)));
  });

  app.get('/suggest', { schema: suggestions }, async ({ query: { field, prefix = '', q = '', tz } }) => {
    const runs = await matching(parseQuery(q, 'runs').query, tz);
    const wanted = { key: field as QueryKey, prefix: prefix.slice(0, 200), limit: 20 };
    return { values: await suggestValues(runs, wanted) };
  });

  app.get('/search', { schema: searchResults }, async ({ query: { text = '' } }) => ({
    items: await searchAnything(db, text.slice(0, 500)),
  }));
}

/** Runs that are read at a time for a file. */
const runsAtATime = 200;

async function* csvOf(runs: MatchingRuns, sort: RunSearch['sort']): AsyncGenerator<string> {
  // The first line leaves with the first runs: when they cannot be read, the answer is an error.
  let text = csvLine(csvColumns);
  for (let after: string | null = null; ; text = '') {
    const { rows, next }: RunsPage = orThrow(await searchRuns(runs, { sort, after, limit: runsAtATime }));
    for (const run of rows.map(runItem)) text += csvLine(csvColumns.map((column) => csvValue(run, column)));
    yield text;
    if (next === null) return;
    after = next;
    await nextTurn();
  }
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
  if (column === 'scheduled' || column === 'started' || column === 'updated') return csvTime(run[column]);
  return column in run.counts ? run.counts[column as keyof RunItem['counts']] : (run[column as 'name'] ?? null);
}
