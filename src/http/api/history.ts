import { type Static, Type } from 'typebox';
import { historyRows } from '../../core/history.ts';
import { jobStatuses } from '../../core/job.ts';
import { type Clock, parseMoment } from '../../core/moment.ts';
import { countsOf, jobsTotal } from '../../core/run.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import { verdictsOfRun } from '../../store/pages/job-lines.ts';
import { causesOfMonths, placesOfMonths, searchMonths } from '../../store/pages/months.ts';
import { lastRuns } from '../../store/pages/run-page.ts';
import { shape } from '../operations.ts';
import { large, ordinary } from '../turns.ts';
import { csvLine, sendText, sendWithList } from './answers.ts';
import { type ApiContext, type ApiServer, clockOf } from './context.ts';
import { Suggestions } from './lists.ts';
import {
  answers,
  Counts,
  integer,
  KnownCause,
  only,
  optional,
  RunItem,
  runItem,
  text,
  textAnswers,
  textOrNull,
  zone,
} from './schema.ts';

/** The results of descriptions in runs, oldest run first. Rows that fail in the last runs come first. */
const History = shape('History', {
  runs: Type.Array(RunItem),
  rows: Type.Array(
    Type.Object({
      description: text,
      /** The job's status in each run, as an index into `jobStatuses`; -1 if the run has no such job. */
      status: Type.Array(integer),
      job_id: Type.Array(textOrNull),
      /** Index into `signatures`, -1 for none. */
      signature: Type.Array(integer),
      /** The causes of the first 20 failed test cases of a job, as indexes into `signatures`, for runs that have any. */
      case_causes: Type.Array(Type.Object({ run: integer, causes: Type.Array(integer) })),
    }),
  ),
  signatures: Type.Array(KnownCause),
  /** The number of descriptions, counted up to 20,000 (core/history.ts). `rows` has the first 2,000. */
  total: integer,
});
export type History = Static<typeof History>;

const history = {
  summary: 'Results of descriptions in the last runs of a suite and branch',
  querystring: only({
    suite: optional('suite'),
    branch: optional('branch'),
    machine_type: optional('machine type'),
    since: optional('only runs scheduled since: a day like 2026-11-20, a minute, or an age like 7d', 'day'),
    tz: zone,
    n: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, description: 'how many runs; default 20' })),
  }),
  response: answers(History),
};

/** The most descriptions in an answer: as many as a page can show, and 2 MB of JSON. */
const mostRows = 2000;

/** `GET /history?suite=&branch=&machine_type=&since=&n=20`. */
export function historyRoutes(app: ApiServer, context: ApiContext): void {
  const { db } = context;
  app.get('/history', { schema: history, config: large }, async ({ query }, reply) => {
    const { n = 20, since, tz, ...of } = query;
    const from = since === undefined ? undefined : dayStart(since, clockOf(context, tz));
    const runs = await lastRuns(db, { ...of, from }, n);
    const gathered = historyRows(runs.length);
    // Newest run first, so that descriptions of old runs are left out if there are too many.
    for (const [index, run] of [...runs.entries()].reverse()) {
      for await (const jobs of verdictsOfRun(db, run.id)) {
        for await (const job of inTurns(jobs)) gathered.add(index, job);
      }
      await nextTurn();
    }
    const rows = gathered.rows();
    const rest: Omit<History, 'rows'> = {
      runs: runs.map(runItem),
      signatures: gathered.signatures(),
      total: rows.length,
    };
    return sendWithList(reply, rest, ['rows', rows.slice(0, mostRows)], (row) => row);
  });
}

/** The start of a day, in microseconds since the epoch; undefined for a day before all times in the zone. */
function dayStart(since: string, clock: Clock): number | undefined {
  const day = parseMoment(since, clock);
  return day === null ? undefined : day.from * 1000;
}

/** What is kept of the deleted runs that were scheduled in a month (UTC, like 2026-11). */
const MonthItem = shape('MonthItem', {
  month: text,
  runs: integer,
  total: integer,
  counts: Counts,
  /** The causes with the most jobs, at most ten. */
  causes: Type.Array(Type.Object({ cause: KnownCause, jobs: integer })),
});
export type MonthItem = Static<typeof MonthItem>;

/** One page, newest month first. `next` is the `after` of the next one. */
const MonthList = shape('MonthList', { months: Type.Array(MonthItem), next: textOrNull });
export type MonthList = Static<typeof MonthList>;

const ofMonths = {
  suite: Type.String({ description: 'suite' }),
  branch: optional('branch; default all branches'),
};

const monthList = {
  summary: 'Results of deleted runs of a suite by month',
  querystring: only({
    ...ofMonths,
    after: Type.Optional(
      Type.String({ pattern: '^\\d{4}-(?:0[1-9]|1[0-2])$', description: '"next" of the previous page' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 60, description: 'how many; default 12' })),
  }),
  response: answers(MonthList),
};

const monthFile = {
  summary: 'All months as CSV, without causes',
  querystring: only(ofMonths),
  response: textAnswers('text/csv'),
};

const monthPlaces = {
  summary: 'Suites of deleted runs, or the branches of a suite, with the number of runs',
  querystring: only({ suite: optional('the suite whose branches to return') }),
  response: answers(Suggestions),
};

/** The most causes of a month. */
const mostCauses = 10;

/** The most suites or branches that are suggested. */
const mostPlaces = 100;

/** The most months in a file: a hundred years. */
const mostMonths = 1200;

/** `GET /months?suite=&branch=&after=&limit=12`, `/months.json` and `/months.csv`; `/months/suggest?suite=`. */
export function monthRoutes(app: ApiServer, { db }: ApiContext): void {
  for (const path of ['/months', '/months.json'] as const) {
    app.get(path, { schema: monthList, config: ordinary }, async ({ query }): Promise<MonthList> => {
      const { after = null, limit = 12, ...of } = query;
      const { months, next } = await searchMonths(db, { ...of, after, limit });
      const names = months.map(({ month }) => month);
      const causes = await causesOfMonths(db, of, names, mostCauses);
      return {
        months: months.map(({ month, runs, ...counts }, index) => ({
          ...{ month, runs, total: jobsTotal(counts), counts: countsOf(counts) },
          causes: (causes[index] ?? []).map(({ jobs, ...cause }) => ({ cause, jobs })),
        })),
        next,
      };
    });
  }

  app.get('/months/suggest', { schema: monthPlaces, config: ordinary }, async ({ query: { suite } }) => ({
    values: await placesOfMonths(db, suite, mostPlaces),
  }));

  app.get('/months.csv', { schema: monthFile, config: ordinary }, async ({ query }, reply) => {
    const { months } = await searchMonths(db, { ...query, after: null, limit: mostMonths });
    const columns = ['month', 'runs', ...jobStatuses] as const;
    const lines = months.map((month) => csvLine(columns.map((column) => month[column])));
    reply.header('content-disposition', 'attachment; filename="months.csv"');
    return sendText(reply, 'text/csv', csvLine(columns) + lines.join(''));
  });
}
