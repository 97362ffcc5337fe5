import { type Static, Type } from 'typebox';
import { shape } from '../operations.ts';
import { answers, integer, KnownCause, optional, query, RunItem, text, textOrNull, zone } from './schema.ts';

/** Descriptions against runs, oldest run first; rows that fail last come first. */
export const History = shape('History', {
  runs: Type.Array(RunItem),
  rows: Type.Array(
    Type.Object({
      description: text,
      /** For each run the job's status as an index into `jobStatuses`, -1 when the run has no such job. */
      status: Type.Array(integer),
      job_id: Type.Array(textOrNull),
      /** Index into `signatures`, -1 for none. */
      signature: Type.Array(integer),
      /** The causes of the first 20 failed test cases of a job, as such indexes, of the runs in which there are some. */
      case_causes: Type.Array(Type.Object({ run: integer, causes: Type.Array(integer) })),
    }),
  ),
  signatures: Type.Array(KnownCause),
  /** How many descriptions there are, counted up to 20,000 (core/history.ts); `rows` has the first 2,000. */
  total: integer,
});
export type History = Static<typeof History>;

/** `GET /api/history`. */
export const history = {
  summary: 'Descriptions against the last runs of a suite and branch',
  querystring: query({
    suite: optional('suite'),
    branch: optional('branch'),
    machine_type: optional('machine type'),
    since: optional('only runs scheduled since then: a day like 2026-11-20, a minute, or an age like 7d', 'day'),
    tz: zone,
    n: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, description: 'how many runs; 20 when it is missing' })),
  }),
  response: answers(History),
};
