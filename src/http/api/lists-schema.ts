import { type Static, Type } from 'typebox';
import { queryKeys } from '../../core/query.ts';
import { runSorts } from '../../core/run.ts';
import { shape } from '../operations.ts';
import {
  answers,
  Counts,
  filter,
  integer,
  optional,
  query,
  RunItem,
  text,
  textAnswers,
  textOrNull,
  zone,
} from './schema.ts';

/** One page; `total` and `counts` are those of the whole result, `next` goes into `after`. */
export const RunList = shape('RunList', {
  runs: Type.Array(RunItem),
  total: integer,
  counts: Counts,
  next: textOrNull,
  /** Terms of `q` that mean nothing here, in words; the rest of `q` applies. */
  problems: Type.Array(text),
});
export type RunList = Static<typeof RunList>;

const sort = Type.Optional(
  Type.Enum(
    runSorts.flatMap((column) => [column, `-${column}` as const]),
    { description: 'a column, with - before it for descending; -scheduled when it is missing' },
  ),
);

/** `GET /api/runs`, also `.json`. */
export const runList = {
  summary: 'Runs, page by page',
  querystring: query({
    q: filter,
    tz: zone,
    sort,
    after: optional('"next" of the page before'),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'how many; 50 when it is missing' })),
  }),
  response: answers(RunList),
};

/** `GET /api/runs.csv`. */
export const runFile = {
  summary: 'All of them as CSV',
  querystring: query({ q: filter, tz: zone, sort }),
  response: textAnswers('text/csv'),
};

/** `GET /api/runs.md`. */
export const runText = {
  summary: 'The first of them as a table in Markdown',
  querystring: query({
    q: filter,
    tz: zone,
    sort,
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, description: 'how many; 50 when it is missing' })),
  }),
  response: textAnswers('text/markdown'),
};

/** With the number of runs that have each. */
export const Suggestions = shape('Suggestions', { values: Type.Array(Type.Object({ value: text, count: integer })) });
export type Suggestions = Static<typeof Suggestions>;

const runKeys = Object.entries(queryKeys).flatMap(([key, { on }]) => (on.some((on) => on === 'runs') ? [key] : []));

/** `GET /api/suggest`. */
export const suggestions = {
  summary: 'Values of a key of the filter language among matching runs',
  querystring: query({
    field: Type.Enum(runKeys, { description: 'the key' }),
    prefix: optional('how the value begins'),
    q: filter,
    tz: zone,
  }),
  response: answers(Suggestions),
};

/** `path` is relative to the dashboard's base. */
export const SearchResults = shape('SearchResults', {
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

/** `GET /api/search`. */
export const searchResults = {
  summary: 'Where a few letters could lead',
  querystring: query({
    text: optional('at least two letters of a name, an id, an address, RUN/JOB, or words of a failure'),
  }),
  response: answers(SearchResults),
};
