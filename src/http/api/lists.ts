import { type Static, Type } from 'typebox';
import { parseQuery, type Query, type QueryKey, queryKeys } from '../../core/query.ts';
import { runSorts } from '../../core/run.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import { matchingRuns } from '../../store/pages/run-query.ts';
import { countRuns, cursorOf, searchRuns, suggestValues } from '../../store/pages/run-search.ts';
import { searchAnything } from '../../store/pages/search.ts';
import { orThrow } from '../errors.ts';
import { shape } from '../operations.ts';
import { ordinary } from '../turns.ts';
import { csvTime, escapeMarkdown, fileQuery, longFile, sendCsvFile, sendText } from './answers.ts';
import { type ApiContext, type ApiServer, clockOf } from './context.ts';
import {
  answers,
  Counts,
  filter,
  integer,
  limit,
  only,
  optional,
  RunItem,
  runItem,
  text,
  textAnswers,
  textOrNull,
  zone,
} from './schema.ts';

/** One page. `total` and `counts` cover the whole result. `next` is the `after` of the next page. */
const RunList = shape('RunList', {
  runs: Type.Array(RunItem),
  total: integer,
  counts: Counts,
  next: textOrNull,
  /** What is wrong with terms of `q` that were ignored. */
  problems: Type.Array(text),
});
export type RunList = Static<typeof RunList>;

const sort = Type.Optional(
  Type.Enum(
    runSorts.flatMap((column) => [column, `-${column}` as const]),
    { description: 'a column, with a leading - for descending; default -scheduled' },
  ),
);

const runList = {
  summary: 'Runs, one page at a time',
  querystring: only({ q: filter, tz: zone, sort, after: optional('"next" of the previous page'), limit }),
  response: answers(RunList),
};

const runFile = {
  summary: 'All matching runs as CSV',
  querystring: only({ q: filter, tz: zone, sort }),
  response: textAnswers('text/csv'),
};

const runText = {
  summary: 'The first matching runs as a Markdown table',
  querystring: only({ q: filter, tz: zone, sort, limit }),
  response: textAnswers('text/markdown'),
};

/** Values with the number of runs that have them. */
export const Suggestions = shape('Suggestions', { values: Type.Array(Type.Object({ value: text, count: integer })) });
export type Suggestions = Static<typeof Suggestions>;

const runKeys = Object.entries(queryKeys).flatMap(([key, { on }]) => (on.some((on) => on === 'runs') ? [key] : []));

const suggestions = {
  summary: 'Values of a key of the filter language among matching runs',
  querystring: only({
    field: Type.Enum(runKeys, { description: 'the key' }),
    prefix: optional('prefix of the value'),
    q: filter,
    tz: zone,
  }),
  response: answers(Suggestions),
};

/** `path` is relative to the dashboard's base. */
const SearchResults = shape('SearchResults', {
  items: Type.Array(
    Type.Object({
      kind: Type.Enum(['run', 'job', 'node', 'branch', 'suite', 'sha1', 'user', 'cause']),
      label: text,
      detail: text,
      path: text,
    }),
  ),
});
export type SearchResults = Static<typeof SearchResults>;

const searchResults = {
  summary: 'Runs, jobs, nodes and causes that match a text',
  querystring: only({
    text: optional('at least two letters of a name, an id, an address, RUN/JOB, or words of a failure reason'),
  }),
  response: answers(SearchResults),
};

/** `GET /runs`, `/runs.json`, `/runs.csv`, `/suggest` and `/search`. */
export function listRoutes(app: ApiServer, context: ApiContext): void {
  const { db } = context;
  const matching = (query: Query, tz?: string) => matchingRuns(db, query, clockOf(context, tz));

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
    return sendText(reply, 'text/markdown', markdownOf(rows.map(runItem)));
  });

  app.get('/runs.csv', { schema: runFile, config: longFile }, async (request, reply) => {
    const { q = '', tz, sort = '-scheduled' } = request.query;
    const runs = await matching(fileQuery(q, 'runs'), tz);
    return sendCsvFile<RunRow>(request, reply, {
      name: 'runs.csv',
      columns: csvColumns,
      entries: async (after, limit) =>
        orThrow(await searchRuns(runs, { sort, after: after ? cursorOf(after, sort) : null, limit })).rows,
      bytes: ({ tags }) => runBytes + tags.length,
      cells: (row) => csvCells(runItem(row)),
      atATime: runsAtATime,
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

/** Runs read at a time for a file. */
const runsAtATime = 200;

/** Bytes of a run without its tags. */
const runBytes = 1000;

const runColumns = ['name', 'status', 'user', 'suite', 'branch', 'sha1', 'machine_type', 'flavor', 'priority'] as const;
const timeColumns = ['scheduled', 'started', 'updated'] as const;
const countColumns = ['pass', 'fail', 'dead', 'running', 'waiting', 'queued', 'unknown'] as const;
const csvColumns = [...runColumns, ...timeColumns, 'total', ...countColumns];

function csvCells(run: RunItem) {
  return [
    ...runColumns.map((column) => run[column]),
    ...timeColumns.map((column) => csvTime(run[column])),
    run.total,
    ...countColumns.map((status) => run.counts[status]),
  ];
}
