import { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseQuery, type QueryKey } from '../../core/query.ts';
import type { Reader } from '../../store/engine/schema.ts';
import { countRuns, type RunSearch, type RunsPage, searchRuns, suggestValues } from '../../store/pages/run-search.ts';
import { searchAnything } from '../../store/pages/search.ts';
import { orThrow } from '../refusal.ts';
import { clockOf } from './clock.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { csvLine, csvTime } from './csv.ts';
import { runItem } from './items.ts';
import { type RunList, runFile, runList, searchResults, suggestions } from './lists-schema.ts';
import type { RunItem } from './schema.ts';

/** `GET /runs`, `/runs.json`, `/runs.csv`, `/suggest` and `/search`. */
export function listRoutes(app: ApiServer, context: ApiContext): void {
  const { db } = context;
  const clock = (tz?: string) => clockOf(context.now(), tz);

  for (const path of ['/runs', '/runs.json'] as const) {
    app.get(path, { schema: runList }, async ({ query }): Promise<RunList> => {
      const { q = '', tz, sort = '-scheduled', after = null, limit = 50 } = query;
      const { query: parsed, problems } = parseQuery(q, 'runs');
      const search = { query: parsed, sort, after, limit, clock: clock(tz) };
      const [page, totals] = await Promise.all([searchRuns(db, search), countRuns(db, search)]);
      const { rows, next } = orThrow(page);
      return { runs: rows.map(runItem), ...totals, next, problems: problems.map(({ message }) => message) };
    });
  }

  app.get('/runs.csv', { schema: runFile }, async ({ query: { q = '', tz, sort = '-scheduled' } }, reply) => {
    const search = { query: parseQuery(q, 'runs').query, sort, clock: clock(tz) };
    reply.header('content-disposition', 'attachment; filename="runs.csv"').type('text/csv; charset=utf-8');
    return reply.send(Readable.from(csvOf(db, search)));
  });

  app.get('/suggest', { schema: suggestions }, async ({ query: { field, prefix = '', q = '', tz } }) => {
    const { query } = parseQuery(q, 'runs');
    const wanted = { key: field as QueryKey, prefix: prefix.slice(0, 200), query, clock: clock(tz), limit: 20 };
    return { values: await suggestValues(db, wanted) };
  });

  app.get('/search', { schema: searchResults }, async ({ query: { text = '' } }) => ({
    items: await searchAnything(db, text.slice(0, 500)),
  }));
}

/** Runs that are read at a time for a file. */
const runsAtATime = 200;

async function* csvOf(db: Reader, search: Omit<RunSearch, 'after' | 'limit'>): AsyncGenerator<string> {
  // The first line leaves with the first runs: when they cannot be read, the answer is an error.
  let text = csvLine(csvColumns);
  for (let after: string | null = null; ; text = '') {
    const { rows, next }: RunsPage = orThrow(await searchRuns(db, { ...search, after, limit: runsAtATime }));
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
