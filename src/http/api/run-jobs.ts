import { type Static, Type } from 'typebox';
import type { DecidedVerdict } from '../../core/decisions/standing.ts';
import { causesOfJob } from '../../core/job.ts';
import { parseQuery, type Query } from '../../core/query.ts';
import { jobMatcher, type MatchableJob } from '../../core/query-match.ts';
import { milliseconds } from '../../core/time.ts';
import { inTurns } from '../../core/turns.ts';
import { traitsOf } from '../../core/verdicts/bands.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import type { JobLine } from '../../store/pages/job-lines.ts';
import { type JobParts, partsOfRun } from '../../store/pages/job-parts.ts';
import { headOf } from '../../store/pages/run-digests.ts';
import { findRun, type LatestOf, runsUpTo } from '../../store/pages/run-page.ts';
import { type Compared, verdictsOf } from '../../store/pages/verdicts.ts';
import { orThrow } from '../errors.ts';
import { shape } from '../operations.ts';
import { large } from '../turns.ts';
import { bytesOf, csvLine, csvTime, fileQuery, sendWithList } from './answers.ts';
import { type ApiContext, type ApiServer, clockOf } from './context.ts';
import { jobsWithPrevious } from './run-document.ts';
import { baseParameter, comparisonOf } from './run-verdicts.ts';
import {
  answers,
  filter,
  JobItem,
  jobItem,
  latestOf,
  only,
  RunItem,
  runItem,
  runPath,
  text,
  textAnswers,
  zone,
} from './schema.ts';

/** The jobs that match `q`, in the order of the page. */
const RunJobs = shape('RunJobs', {
  run: RunItem,
  jobs: Type.Array(JobItem),
  /** What is wrong with terms of `q` that were ignored. */
  problems: Type.Array(text),
});
export type RunJobs = Static<typeof RunJobs>;

const runJobs = {
  summary: 'The jobs of a run',
  params: runPath,
  querystring: only({ q: filter, tz: zone, base: baseParameter, ...latestOf }),
  response: answers(RunJobs),
};

const runJobsFile = { ...runJobs, summary: 'The jobs of a run as CSV', response: textAnswers('text/csv') };

/** `GET /runs/:run/jobs?q=`, also as `jobs.json` and `jobs.csv`. */
export function runJobsRoutes(app: ApiServer, context: ApiContext): void {
  for (const path of ['/runs/:run/jobs', '/runs/:run/jobs.json'] as const) {
    app.get(path, { schema: runJobs, config: large }, async ({ params, query: { q = '', ...selected } }, reply) => {
      const { query, problems } = parseQuery(q, 'jobs');
      const { run, lines } = await select(context, params.run, query, selected);
      const rest: Omit<RunJobs, 'jobs'> = { run: runItem(run), problems: problems.map(({ message }) => message) };
      return sendWithList(reply, rest, ['jobs', lines], jobItem);
    });
  }
  app.get('/runs/:run/jobs.csv', { schema: runJobsFile, config: large }, async ({ params, query }, reply) => {
    const { q = '', ...selected } = query;
    const { run, lines } = await select(context, params.run, fileQuery(q, 'jobs'), selected);
    const parts = [csvLine(csvColumns)];
    for await (const line of inTurns(lines)) {
      const job = jobItem(line);
      parts.push(csvLine(csvColumns.map((key) => csvCell(job, key))));
    }
    const file = encodeURIComponent(`${run.name}.csv`);
    reply.header('content-disposition', `attachment; filename*=UTF-8''${file}`).type('text/csv; charset=utf-8');
    return reply.send(await bytesOf(parts));
  });
}

type Selected = LatestOf & { tz?: string; base?: string };

/** Finds a run and those of its jobs that match a filter. */
async function select(context: ApiContext, name: string, query: Query, { tz, base, ...latest }: Selected) {
  const run = orThrow(await findRun(context.db, name, latest));
  // Only `is:` needs earlier runs.
  const compared = query.terms.some(({ key }) => key === 'is');
  const runs = compared ? await runsUpTo(context.db, run) : [run];
  // A wrong `base` is refused even if the filter does not need it.
  const comparison = compared || base !== undefined ? await comparisonOf(context, run, base) : null;
  const { lines, pairs } = await jobsWithPrevious(context, runs);
  const verdicts = comparison && compared ? await verdictsByCause(context, comparison, lines) : noVerdicts;
  const matches = jobMatcher(query, clockOf(context, tz));
  const head = headOf(run);
  // Only these keys need data that is not in a line.
  const parts = query.terms.some(({ key }) => key === 'task' || key === 'role')
    ? await partsOfRun(context.db, run.id)
    : [];
  const partsById = new Map(parts.map((one) => [one.job_id, one]));
  const found: JobLine[] = [];
  for await (const [index, line] of inTurns(lines.entries())) {
    const previous = pairs[index]?.a?.status ?? null;
    const said = causesOfJob(line).flatMap(({ id }) => verdicts.get(id) ?? []);
    const traits = traitsOf({ status: line.status, previous, verdicts: said }, head);
    if (matches(matchable(line, run, traits, partsById.get(line.job_id)))) found.push(line);
  }
  return { run, lines: found };
}

const noVerdicts: ReadonlyMap<string, DecidedVerdict> = new Map();

async function verdictsByCause(context: ApiContext, comparison: Compared, lines: JobLine[]) {
  const judged = await verdictsOf(context.db, comparison, lines, context.now());
  return new Map(judged.map(({ verdict }) => [verdict.cause, verdict]));
}

function matchable(line: JobLine, run: RunRow, traits: MatchableJob['traits'], parts?: JobParts): MatchableJob {
  const times = {
    scheduled: milliseconds(run.scheduled),
    started: milliseconds(line.started),
    updated: milliseconds(line.updated),
  };
  const wait = line.started === null ? null : (line.started - line.posted) / 1_000_000;
  return { ...line, ...times, wait, traits, tasks: parts?.tasks ?? [], roles: parts?.roles ?? [] };
}

const csvColumns = [
  'run,job_id,status,signature,failure_reason,error,description,suite,branch,sha1,os,nodes,duration',
  'posted,started,updated,case_causes',
]
  .join(',')
  .split(',') as (keyof JobItem)[];

function csvCell(job: JobItem, key: keyof JobItem): string | number | null {
  if (key === 'signature') return job.signature?.title ?? null;
  if (key === 'case_causes') return job.case_causes.map(({ title }) => title).join('\n');
  if (key === 'nodes') return job.nodes.join(' ');
  if (key === 'posted' || key === 'started' || key === 'updated') return csvTime(job[key]);
  return job[key];
}
