import { type Static, Type } from 'typebox';
import { shape } from '../operations.ts';
import { answers, integer, JobItem, KnownCause, query, RunItem, text } from './schema.ts';
import { Blame } from './verdict-schema.ts';

const causePath = Type.Object({ cause: Type.String({ description: 'id of the cause' }) });

/** A suite and a branch in which a cause occurred, and the last job there. */
const Place = shape('Place', {
  suite: text,
  branch: text,
  runs: integer,
  jobs: integer,
  last: Type.Object({ run: text, posted: Type.Number() }),
});

/** Where a cause occurred in the last days: those with the most jobs first. */
export const CausePlaces = shape('CausePlaces', { cause: KnownCause, days: integer, places: Type.Array(Place) });
export type CausePlaces = Static<typeof CausePlaces>;

const Named = Type.Array(Type.Object({ name: text, jobs: integer }));

/** Everything that is known of a cause. */
export const CausePage = shape('CausePage', {
  cause: KnownCause,
  /** The jobs that were counted, those posted last; `more` when there are others before them. */
  jobs: integer,
  more: Type.Boolean(),
  first: Type.Number(),
  last: Type.Number(),
  /** The last 20 runs of a suite on a base branch, oldest first, with the jobs that failed of it. */
  lines: Type.Array(
    Type.Object({
      suite: text,
      base: text,
      runs: Type.Array(Type.Object({ name: text, scheduled: Type.Number(), total: integer, jobs: integer })),
    }),
  ),
  places: Type.Array(Place),
  /** What its jobs have in common in the last `runs` runs of the suite that it hit most. */
  common: Type.Object({
    suite: text,
    runs: integer,
    blame: Type.Union([Blame, Type.Null()]),
    facets: Type.Array(Type.Object({ facet: text, k: integer, n: integer })),
  }),
  /** Of the last `examined` jobs. */
  examined: integer,
  nodes: Named,
  os: Named,
  /** Failure reasons as they were reported, cut after 2,000 characters; the last job of each. */
  texts: Type.Array(Type.Object({ text, jobs: integer, run: text, job_id: text })),
  runs: Type.Array(Type.Object({ run: RunItem, jobs: integer })),
  latest: Type.Array(JobItem),
});
export type CausePage = Static<typeof CausePage>;

/** `GET /api/causes/{cause}`. */
export const causePage = {
  summary: 'A cause of failures: its history, where it occurs, and in which words',
  params: causePath,
  querystring: query({}),
  response: answers(CausePage),
};

/** `GET /api/causes/{cause}/places`. */
export const causePlaces = {
  summary: 'The suites and branches in which a cause occurred',
  params: causePath,
  querystring: query({
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365, description: 'how far back; 14 when it is missing' })),
  }),
  response: answers(CausePlaces),
};
