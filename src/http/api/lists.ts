import { parseQuery, type Query, type QueryKey } from '../../core/query.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import { matchingRuns } from '../../store/pages/run-query.ts';
import { countRuns, cursorOf, searchRuns, suggestValues } from '../../store/pages/run-search.ts';
import { searchAnything } from '../../store/pages/search.ts';
import { sendListStream } from '../list-stream.ts';
import { orThrow } from '../refusal.ts';
import { ordinary } from '../turns.ts';
import { clockOf } from './clock.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { csvLine, csvTime, fileQuery } from './csv.ts';
import { runItem } from './items.ts';
import { type RunList, runFile, runList, runText, searchResults, suggestions } from './lists-schema.ts';
import { escapeMarkdown } from './markdown.ts';
import type { RunItem } from './schema.ts';

/** `GET /runs`, `/runs.json`, `/runs.csv`, `/suggest` and `/search`. */
export function listRoutes(app: ApiServer, context: ApiContext): void {
  const { db } = context;
  const matching = (query: Query, tz?: string) => matchingRuns(db, query, clockOf(context.now(), tz));

  for (const path of ['/runs', '/runs.json'] as const) {
    app.get(path, { schema: runList, config: ordinary }, async ({ query }): Promise<RunList> => {
      const { q = '', tz, sort = '-scheduled', after = null, limit = 50 } = query;
      const { query: parsed, problems } = parseQuery(q, 'runs');
      const runs = await matching(parsed, tz);
      const [page, totals] = await Promise.all([searchRuns(runs, { sort, after, limit }), countRuns(runs)]);
      const { rows, next } = orThrow(page);
      return { runs: rows.map(runItem), ...totals, next, problems: problems.map(({ message }) => message) };
    });
  }

  app.get('/runs.md', { schema: runText, config: ordinary }, async ({ query }, reply) => {
    const { q = '', tz, sort = '-scheduled', limit = 50 } = query;
    const runs = await matching(fileQuery(q, 'runs'), tz);
    const { rows } = orThrow(await searchRuns(runs, { sort, after: null, limit }));
    return reply.type('text/markdown; charset=utf-8').send(Buffer.from(markdownOf(rows.map(runItem))));
  });

  app.get('/runs.csv', { schema: runFile, config: csv }, async (request, reply) => {
    const { q = '', tz, sort = '-scheduled' } = request.query;
    const runs = await matching(fileQuery(q, 'runs'), tz);
    reply.header('content-disposition', 'attachment; filename="runs.csv"');
    return sendListStream<RunRow, RunRow>(request, reply, {
      entries: async (after, limit) =>
        orThrow(await searchRuns(runs, { sort, after: after ? cursorOf(after, sort) : null, limit })).rows,
      bytes: ({ tags }) => runBytes + tags.length,
      load: async (rows) => rows,
      print: (row) => {
        const run = runItem(row);
        return csvLine(csvColumns.map((column) => csvValue(run, column)));
      },
      atATime: runsAtATime,
      prefix: csvLine(csvColumns),
      separator: '',
      suffix: '',
      contentType: 'text/csv; charset=utf-8',
    });
  });

  const suggest = { schema: suggestions, config: ordinary };
  app.get('/suggest', suggest, async ({ query: { field, prefix = '', q = '', tz } }) => {
    const runs = await matching(parseQuery(q, 'runs').query, tz);
    const wanted = { key: field as QueryKey, prefix: prefix.slice(0, 200), limit: 20 };
    return { values: await suggestValues(runs, wanted) };
  });

  app.get('/search', { schema: searchResults, config: ordinary }, async ({ query: { text = '' } }) => ({
    items: await searchAnything(db, text.slice(0, 500)),
  }));
}

function markdownOf(runs: RunItem[]): string {
  const lines = runs.map(({ name, status, suite, branch, scheduled, counts }) => {
    const { pass, fail, dead } = counts;
    const cells = [name, status, suite, branch, new Date(scheduled).toISOString().slice(0, 16)].map(escapeMarkdown);
    return `| ${[...cells, fail, dead, pass].join(' | ')} |\n`;
  });
  const heads = ['run', 'status', 'suite', 'branch', 'scheduled', 'fail', 'dead', 'pass'];
  return `| ${heads.join(' | ')} |\n|${heads.map(() => '---|').join('')}\n${lines.join('')}`;
}

/** Runs that are read at a time for a file. */
const runsAtATime = 200;

/** What a run takes up beside its tags. */
const runBytes = 1000;

/** A long file is compressed for as long as it is read, which takes up a megabyte of each. */
const csv = { ...ordinary, compress: false };

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
