import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { parseQuery } from '../../core/query.ts';
import { jobMatcher, type MatchableJob } from '../../core/query-match.ts';
import { traitsOf } from '../../core/traits.ts';
import type { RunRow } from '../../store/engine/schema.ts';
import type { JobLine } from '../../store/pages/job-lines.ts';
import { findRun, type LatestOf, runsUpTo } from '../../store/pages/run-page.ts';
import { jsonType } from '../errors.ts';
import { orThrow } from '../refusal.ts';
import { clockOf } from './clock.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { csvLine, csvTime } from './csv.ts';
import { jobItem, milliseconds, runItem } from './items.ts';
import { jobsWithPrevious, readSeenEarlier } from './run-document.ts';
import { type RunJobs, runJobs, runJobsFile } from './run-page-schema.ts';
import type { JobItem } from './schema.ts';
import { large } from './turns.ts';

/** What is sent of the jobs of a run. */
interface Selection {
  run: RunRow;
  lines: JobLine[];
  problems: string[];
}

/** `GET /runs/:run/jobs?q=`, also as `jobs.json` and `jobs.csv`. */
export function runJobsRoutes(app: ApiServer, context: ApiContext): void {
  for (const path of ['/runs/:run/jobs', '/runs/:run/jobs.json'] as const) {
    app.get(path, { schema: runJobs, config: large }, async ({ params, query }, reply) =>
      sendJobs(reply, await select(context, params.run, query)),
    );
  }
  app.get('/runs/:run/jobs.csv', { schema: runJobsFile, config: large }, async ({ params, query }, reply) =>
    sendCsv(reply, await select(context, params.run, query)),
  );
}

/** What a request selects. */
type Selected = LatestOf & { q?: string; tz?: string };

async function select(context: ApiContext, name: string, { q = '', tz, ...latest }: Selected) {
  const run = orThrow(await findRun(context.db, name, latest));
  const { query, problems } = parseQuery(q, 'jobs');
  // Only `is:` asks about earlier runs.
  const compared = query.terms.some(({ key }) => key === 'is');
  const runs = compared ? await runsUpTo(context.db, run) : [run];
  const { lines, pairs } = await jobsWithPrevious(context, runs);
  const seenEarlier = compared ? await readSeenEarlier(context, runs) : () => [];
  const matches = jobMatcher(query, clockOf(context.now(), tz));
  const found = lines.filter((line, index) => {
    const previous = pairs[index]?.a?.status ?? null;
    const seen = line.signature && [...seenEarlier(line.signature.id), 1];
    return matches(matchable(line, run, traitsOf({ status: line.status, previous, seen })));
  });
  return { run, lines: found, problems: problems.map(({ message }) => message) };
}

function matchable(line: JobLine, run: RunRow, traits: MatchableJob['traits']): MatchableJob {
  const times = {
    scheduled: milliseconds(run.scheduled),
    started: milliseconds(line.started),
    updated: milliseconds(line.updated),
  };
  return { ...line, ...times, traits };
}

async function sendJobs(reply: FastifyReply, { run, lines, problems }: Selection): Promise<FastifyReply> {
  const rest: Omit<RunJobs, 'jobs'> = { run: runItem(run), problems };
  const head = `${JSON.stringify(rest).slice(0, -1)},"jobs":[`;
  const parts = await printed(lines, (jobs) => jobs.map((job) => JSON.stringify(job)).join(','));
  return reply.type(jsonType).send(Buffer.concat([Buffer.from(head), ...separated(parts, ','), Buffer.from(']}')]));
}

const csvColumns = [
  'run',
  'job_id',
  'status',
  'signature',
  'failure_reason',
  'description',
  'suite',
  'branch',
  'sha1',
  'os',
  'nodes',
  'duration',
  'posted',
  'started',
  'updated',
] as const satisfies (keyof JobItem)[];

async function sendCsv(reply: FastifyReply, { run, lines }: Selection): Promise<FastifyReply> {
  const parts = await printed(lines, (jobs) =>
    jobs.map((job) => csvLine(csvColumns.map((key) => csvCell(job, key)))).join(''),
  );
  const file = encodeURIComponent(`${run.name}.csv`);
  reply.header('content-disposition', `attachment; filename*=UTF-8''${file}`).type('text/csv; charset=utf-8');
  return reply.send(Buffer.concat([Buffer.from(csvLine(csvColumns)), ...parts]));
}

function csvCell(job: JobItem, key: (typeof csvColumns)[number]): string | number | null {
  if (key === 'signature') return job.signature?.title ?? null;
  if (key === 'nodes') return job.nodes.join(' ');
  if (key === 'posted' || key === 'started' || key === 'updated') return csvTime(job[key]);
  return job[key];
}

/** Prints jobs some hundreds at a time, with turns of the event loop between them. */
async function printed(lines: JobLine[], print: (jobs: JobItem[]) => string): Promise<Buffer[]> {
  const parts: Buffer[] = [];
  for (let at = 0; at < lines.length; at += 500) {
    parts.push(Buffer.from(print(lines.slice(at, at + 500).map(jobItem))));
    await nextTurn();
  }
  return parts;
}

function separated(parts: Buffer[], separator: string): Buffer[] {
  return parts.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(separator), part]));
}
