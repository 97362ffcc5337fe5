import { type Static, Type } from 'typebox';
import { DecisionItem } from './decision-schema.ts';
import { optional, query, text, textAnswers, textOrNull } from './schema.ts';

const nothing = Type.Object({});
const names = Type.Object({ names: Type.Array(text) });

/**
 * The data of each event. `hello` comes first; `jobs` for topic `run:NAME`; `runs` for topic `runs` and `run:NAME`;
 * `nodes`, `decisions`, `queue` and `deliveries` for theirs; `reset` when what was missed is no longer known: read everything again.
 */
export const liveEvents = {
  hello: Type.Object({ version: text, build: text }),
  /** Jobs that changed: `status` null when the job was deleted, `previous` null when it is new. */
  jobs: Type.Object({
    run: text,
    jobs: Type.Array(Type.Object({ job_id: text, status: textOrNull, previous: textOrNull })),
  }),
  /** Names of what changed. */
  runs: names,
  nodes: names,
  /**
   * Ids of the causes that people decided on, or withdrew a decision on; `made` has the decisions on those for which it is the whole
   * change. What holds of the others must be read.
   */
  decisions: Type.Object({ names: Type.Array(text), made: Type.Array(DecisionItem) }),
  queue: nothing,
  /** Of notifications. */
  deliveries: nothing,
  reset: nothing,
};

/** The types of the same. */
export type LiveEvents = { [Type in keyof typeof liveEvents]: Static<(typeof liveEvents)[Type]> };

/** `GET /api/events`: server-sent events with ids; `Last-Event-ID` resumes. */
export const events = {
  summary: 'Changes as server-sent events; Last-Event-ID resumes',
  querystring: query({
    topics: optional(
      'at most 20 of run:NAME, runs, nodes, decisions, queue and deliveries, with commas between; a comma in a name as %2C',
      'topics',
    ),
  }),
  response: textAnswers('text/event-stream'),
};
