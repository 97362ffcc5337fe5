import { type Static, Type } from 'typebox';
import { jobsTotal } from '../../core/run.ts';
import { MICROS_PER_DAY, milliseconds } from '../../core/time.ts';
import { baseOf } from '../../core/verdicts/baseline.ts';
import {
  commonIn,
  findCause,
  lastLines,
  linesOf,
  mostCounted,
  occurrencesOf,
  type Place,
  placesOf,
  runsOf,
  wordingsOf,
} from '../../store/pages/causes.ts';
import type { JobLine } from '../../store/pages/job-lines.ts';
import { basesOf } from '../../store/pages/verdicts.ts';
import { orThrow } from '../errors.ts';
import { orNull, shape } from '../operations.ts';
import { large, ordinary } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { Blame } from './run-verdicts.ts';
import { answers, integer, JobItem, jobItem, KnownCause, only, RunItem, runItem, text } from './schema.ts';

const causePath = Type.Object({ cause: Type.String({ description: 'id of the cause' }) });

/** A suite and a branch in which a cause occurred, and the last job there. */
const CausePlace = shape('Place', {
  suite: text,
  branch: text,
  runs: integer,
  jobs: integer,
  last: Type.Object({ run: text, posted: Type.Number() }),
});

/** Where a cause occurred in the last days. Places with the most jobs come first. */
const CausePlaces = shape('CausePlaces', { cause: KnownCause, days: integer, places: Type.Array(CausePlace) });
export type CausePlaces = Static<typeof CausePlaces>;

const Named = Type.Array(Type.Object({ name: text, jobs: integer }));

/** Everything that is known about a cause. */
const CausePage = shape('CausePage', {
  cause: KnownCause,
  /** The number of latest jobs that were counted. `more` says whether there are earlier ones. */
  jobs: integer,
  more: Type.Boolean(),
  first: Type.Number(),
  last: Type.Number(),
  /** The last 20 runs of a suite on a base branch, oldest first, with the number of jobs that failed with this cause. */
  lines: Type.Array(
    Type.Object({
      suite: text,
      base: text,
      runs: Type.Array(Type.Object({ name: text, scheduled: Type.Number(), total: integer, jobs: integer })),
    }),
  ),
  places: Type.Array(CausePlace),
  /** What its jobs have in common in the last `runs` runs of the suite in which it occurs most. */
  common: Type.Object({
    suite: text,
    runs: integer,
    blame: orNull(Blame),
    facets: Type.Array(Type.Object({ facet: text, k: integer, n: integer })),
  }),
  /** How many of its last jobs `nodes`, `os` and `texts` cover. */
  examined: integer,
  nodes: Named,
  os: Named,
  /** Failure reasons as reported, truncated to 2,000 characters, each with its last job. */
  texts: Type.Array(Type.Object({ text, jobs: integer, run: text, job_id: text })),
  runs: Type.Array(Type.Object({ run: RunItem, jobs: integer })),
  latest: Type.Array(JobItem),
});
export type CausePage = Static<typeof CausePage>;

const causePage = {
  summary: 'A cause of failures: its history, its places and its wordings',
  params: causePath,
  response: answers(CausePage),
};

const causePlaces = {
  summary: 'The suites and branches in which a cause occurred',
  params: causePath,
  querystring: only({
    days: Type.Optional(Type.Integer({ minimum: 1, maximum: 365, description: 'how far back; default 14' })),
  }),
  response: answers(CausePlaces),
};

/** The most entries of each list of the page. */
const most = { lines: 6, places: 40, named: 12, texts: 20, runs: 50, jobs: 50 };
const longestText = 2000;

/** `GET /causes/:cause` and `/causes/:cause/places?days=14`. */
export function causeRoutes(app: ApiServer, context: ApiContext): void {
  const { db, now } = context;
  app.get('/causes/:cause', { schema: causePage, config: large }, async ({ params }) => pageOf(context, params.cause));

  app.get('/causes/:cause/places', { schema: causePlaces, config: ordinary }, async ({ params, query }) => {
    const cause = orThrow(await findCause(db, params.cause));
    const { days = 14 } = query;
    const hits = await runsOf(db, await occurrencesOf(db, cause, now() - days * MICROS_PER_DAY));
    return { cause, days, places: placeItems(placesOf(hits)) } satisfies CausePlaces;
  });
}

async function pageOf(context: ApiContext, id: string): Promise<CausePage> {
  const { db, config, now } = context;
  const cause = orThrow(await findCause(db, id));
  const found = await occurrencesOf(db, cause);
  const hits = await runsOf(db, found);
  const bases = await basesOf(db, config.base_branches);
  const byBase = placesOf(hits, ({ branch }) => baseOf(branch, bases)).slice(0, most.lines);
  const suite = byBase[0]?.suite ?? '';
  const sameSuite = hits.flatMap(({ run }) => (run.suite === suite ? [run] : []));
  const lines = await lastLines(db, found);
  const texts = (await wordingsOf(db, cause, lines)).slice(0, most.texts);
  return {
    cause,
    jobs: found.length,
    more: found.length === mostCounted,
    first: milliseconds(found.at(-1)?.posted ?? 0),
    last: milliseconds(found[0]?.posted ?? 0),
    lines: (await linesOf(db, cause, byBase)).map(({ suite, branch, runs }) => ({
      suite,
      base: branch,
      runs: runs.map(({ run, jobs }) => ({
        name: run.name,
        scheduled: milliseconds(run.scheduled),
        total: jobsTotal(run),
        jobs,
      })),
    })),
    places: placeItems(placesOf(hits)),
    common: { suite, ...(await commonIn(db, cause.id, sameSuite, bases, now())) },
    examined: lines.length,
    nodes: counted(lines, ({ nodes }) => nodes),
    os: counted(lines, ({ os }) => [os ?? 'unknown']),
    texts: texts.map(({ text, jobs, last }) => ({
      text: text.length > longestText ? `${text.slice(0, longestText).toWellFormed()}…` : text,
      jobs,
      run: last.run,
      job_id: last.job_id,
    })),
    runs: hits.slice(0, most.runs).map(({ run, jobs }) => ({ run: runItem(run), jobs })),
    latest: lines.slice(0, most.jobs).map((line) => jobItem(shortened(line))),
  };
}

function placeItems(places: Place[]): CausePlaces['places'] {
  return places.slice(0, most.places).map(({ last, ...place }) => ({
    ...place,
    last: { run: last.run.name, posted: milliseconds(last.last.posted) },
  }));
}

function shortened(line: JobLine): JobLine {
  const reason = line.failure_reason;
  return { ...line, failure_reason: reason === null ? null : reason.slice(0, longestText).toWellFormed() };
}

/** The most frequent values of some jobs, with the number of jobs that have them. */
function counted(lines: readonly JobLine[], values: (line: JobLine) => readonly string[]): CausePage['nodes'] {
  const counts = new Map<string, number>();
  for (const line of lines) for (const value of values(line)) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted.slice(0, most.named).map(([name, jobs]) => ({ name, jobs }));
}
