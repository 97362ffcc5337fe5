import { type Static, Type } from 'typebox';
import { shape } from '../operations.ts';
import { Suggestions } from './lists-schema.ts';
import { answers, Counts, integer, KnownCause, optional, query, text, textAnswers, textOrNull } from './schema.ts';

/** What stays of the deleted runs of a month (UTC, like 2026-11): of their scheduling. */
const MonthItem = shape('MonthItem', {
  month: text,
  runs: integer,
  total: integer,
  counts: Counts,
  /** Those with the most jobs, at most ten. */
  causes: Type.Array(Type.Object({ cause: KnownCause, jobs: integer })),
});
export type MonthItem = Static<typeof MonthItem>;

/** One page, newest month first; `next` goes into `after`. */
export const MonthList = shape('MonthList', { months: Type.Array(MonthItem), next: textOrNull });
export type MonthList = Static<typeof MonthList>;

const of = { suite: Type.String({ description: 'suite' }), branch: optional('branch; all of them when it is missing') };

/** `GET /api/months`, also `.json`. */
export const monthList = {
  summary: 'Results of deleted runs of a suite by month',
  querystring: query({
    ...of,
    after: Type.Optional(
      Type.String({ pattern: '^\\d{4}-(?:0[1-9]|1[0-2])$', description: '"next" of the page before' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, description: 'how many; 12 when it is missing' })),
  }),
  response: answers(MonthList),
};

/** `GET /api/months.csv`. */
export const monthFile = {
  summary: 'All of them as CSV, without causes',
  querystring: query(of),
  response: textAnswers('text/csv'),
};

/** `GET /api/months/suggest`. */
export const monthPlaces = {
  summary: 'Suites of deleted runs, or the branches of one, with the number of these runs',
  querystring: query({ suite: optional('the suite whose branches are wanted') }),
  response: answers(Suggestions),
};
