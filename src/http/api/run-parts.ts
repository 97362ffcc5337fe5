/** Data that the page of a run loads later: the common part of its jobs' configurations, and further facts about each job. */

import { type Static, Type } from 'typebox';
import { commonPart } from '../../core/job-config.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import { partsOfRun } from '../../store/pages/job-parts.ts';
import { findRun, reportedKeys, sampleJobs } from '../../store/pages/run-page.ts';
import { jobById } from '../../store/read/jobs.ts';
import { orThrow } from '../errors.ts';
import { shape } from '../operations.ts';
import { large } from '../turns.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { answers, integer, latestOf, numberOrNull, only, runPath, text, textOrNull } from './schema.ts';

/** The common part of the configurations of `compared` of the `jobs` jobs. */
const RunConfig = shape('RunConfig', {
  common: Type.Record(text, Type.Unknown()),
  jobs: integer,
  compared: integer,
});
export type RunConfig = Static<typeof RunConfig>;

const runConfig = {
  summary: 'The common part of the configurations of the jobs of a run',
  params: runPath,
  querystring: only(latestOf),
  response: answers(RunConfig),
};

/** Facts about the jobs of a run that are not in the initial data of its page. */
const RunParts = shape('RunParts', {
  /** Distinct lists of tasks and of roles. */
  lists: Type.Array(Type.Array(text)),
  jobs: Type.Array(
    Type.Object({
      job_id: text,
      /** Indexes into `lists`. */
      tasks: integer,
      roles: integer,
      machine_type: textOrNull,
      owner: textOrNull,
      flavor: textOrNull,
      priority: numberOrNull,
      teuthology_branch: textOrNull,
      suite_branch: textOrNull,
    }),
  ),
});
export type RunParts = Static<typeof RunParts>;

const runParts = {
  summary: 'Tasks, roles, owners and branches of the jobs of a run',
  params: runPath,
  querystring: only(latestOf),
  response: answers(RunParts),
};

/** Keys that are results of a job, not a part of its configuration. */
const results = new Set([
  'job_id',
  'name',
  'status',
  'success',
  'failure_reason',
  'duration',
  'sentry_event',
  'pid',
  'log_href',
]);

/** The most characters of configurations that are compared. Forty ordinary jobs have half a million. */
const mostCompared = 8_000_000;

/** The longest value that is compared, in UTF-16 units. A whole configuration has about ten thousand. */
const longestCompared = 256 << 10;

/** `GET /runs/:run/config`. */
export function runConfigRoutes(app: ApiServer, { db }: ApiContext): void {
  app.get('/runs/:run/config', { schema: runConfig, config: large }, async ({ params, query }) => {
    const { id } = orThrow(await findRun(db, params.run, query));
    const { ids, total } = await sampleJobs(db, id);
    let common = new Map<string, unknown>();
    let [compared, length] = [0, 0];
    // Read one after the other, because a single one can be as long as all together are allowed to be.
    for (const jobId of ids) {
      if (length > mostCompared) break;
      const job = await jobById(db, jobId);
      if (!job) continue;
      const reported = reportedKeys(job).filter(([key]) => !results.has(key));
      common = await commonWith(compared === 0 ? null : common, reported);
      compared++;
      for (const [, text] of reported) length += text.length;
      await nextTurn();
    }
    return { common: Object.fromEntries(common) as RunConfig['common'], jobs: total, compared };
  });
}

/** Intersects the common part of other jobs (null for none) with another job, key by key in turns: each can have 256 KB. */
async function commonWith(others: ReadonlyMap<string, unknown> | null, reported: readonly [string, string][]) {
  const common = new Map<string, unknown>();
  for await (const [key, text] of inTurns(reported)) {
    if (text.length > longestCompared || (others !== null && !others.has(key))) continue;
    const value = JSON.parse(text) as unknown;
    const part = commonPart(others === null ? [value] : [others.get(key), value]);
    if (part !== undefined) common.set(key, part);
  }
  return common;
}

/** `GET /runs/:run/parts`. */
export function runPartsRoutes(app: ApiServer, { db }: ApiContext): void {
  app.get('/runs/:run/parts', { schema: runParts, config: large }, async ({ params, query }): Promise<RunParts> => {
    const { id } = orThrow(await findRun(db, params.run, query));
    const lists = new Map<string, { place: number; list: string[] }>();
    const placeOf = (list: string[]) => {
      const key = JSON.stringify(list);
      const known = lists.get(key) ?? { place: lists.size, list };
      lists.set(key, known);
      return known.place;
    };
    const jobs: RunParts['jobs'] = [];
    for await (const { tasks, roles, ...job } of inTurns(await partsOfRun(db, id))) {
      jobs.push({ ...job, tasks: placeOf(tasks), roles: placeOf(roles) });
    }
    return { lists: [...lists.values()].map(({ list }) => list), jobs };
  });
}
