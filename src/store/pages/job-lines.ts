/** Jobs as the dashboard lists them, without the bulky documents. */
import { sql } from 'kysely';
import type { CausedJob, JobStatus } from '../../core/job.ts';
import { type JobLink, safeHref } from '../../core/paths.ts';
import { classified, failureCause, type Signature } from '../../core/signature.ts';
import { inTurns, nextTurn } from '../../core/turns.ts';
import type { Reader } from '../engine/schema.ts';
import { pagesById } from '../engine/transaction.ts';
import { type CaseCauses, caseCausesOf, caseCausesOfRun } from '../read/test-cases.ts';

/** A job in a list. Times are in microseconds, the duration in seconds. */
export interface JobLine extends CausedJob<Signature> {
  id: number;
  run: string;
  suite: string;
  /** The branch of the job if it has one, otherwise of its run. */
  branch: string;
  user: string;
  machine_type: string;
  job_id: string;
  status: JobStatus;
  description: string | null;
  failure_reason: string | null;
  /** The likely first error in its log (core/logs); null if none was found. */
  error: string | null;
  os: string | null;
  /** The names of the nodes that it ran on, in alphabetical order. */
  nodes: string[];
  duration: number | null;
  sha1: string | null;
  flavor: string | null;
  priority: number | null;
  posted: number;
  started: number | null;
  updated: number;
  links: JobLink[];
}

/** The part of a job that comparisons of runs need. */
export type JobVerdict = Pick<JobLine, 'job_id' | 'status' | 'description' | 'signature' | 'case_causes' | 'duration'>;

/**
 * The number of characters of a failure reason, description or error that lists read. Causes are found in the first 8,192 characters of
 * a reason; the page of a job shows all of it. Descriptions are compared with each other: with more characters, comparing 10,000 that
 * differ only at their end would block other requests, and from 16,384 characters on V8 gives all strings of one length the same hash,
 * so that a Map of 5,000 takes a minute and a half.
 */
const longestShown = { reason: 16_384, description: 4096, error: 300 };

const reason = sql<string | null>`substr(jobs.failure_reason, 1, ${sql.lit(longestShown.reason)})`;
const error = sql<string | null>`substr(log_excerpts.error, 1, ${sql.lit(longestShown.error)})`;
const description = sql<string | null>`substr(descriptions.description, 1, ${sql.lit(longestShown.description)})`;

/** The most bytes of short values of a job that lists read. Ordinary jobs have one or two thousand. */
const longestObject = 16 << 10;

/** Selects the text of a JSON object of short values, or an empty object if it is too long. */
function shortObject(column: 'small' | 'more') {
  const value = sql.ref(`jobs.${column}`);
  return sql<string>`case when octet_length(${value}) > ${sql.lit(longestObject)} then '{}' else ${value} end`;
}

/** Rows read by one statement. SQLite blocks all other requests meanwhile: 3 ms for 250 rows, and 15 ms if all values have the greatest length. */
const linesAtATime = 250;

/** Yields all jobs of a run in the order in which they were posted, page by page. Other requests run after each page. */
export async function* linesOfRun(db: Reader, runId: number): AsyncGenerator<JobLine[]> {
  const lines = selectLines(db).where('jobs.run_id', '=', runId).orderBy('jobs.id').limit(linesAtATime);
  const caseCauses = await caseCausesOfRun(db, runId);
  for await (const rows of pagesById(linesAtATime, (after) => lines.where('jobs.id', '>', after).execute()))
    yield await withNodes(db, rows, caseCauses);
}

/** As `linesOfRun`, with the part of each job that comparisons need. */
export async function* verdictsOfRun(db: Reader, runId: number): AsyncGenerator<JobVerdict[]> {
  const verdicts = selectVerdicts(db).where('jobs.run_id', '=', runId).orderBy('jobs.id').limit(linesAtATime);
  const caseCauses = await caseCausesOfRun(db, runId);
  for await (const rows of pagesById(linesAtATime, (after) => verdicts.where('jobs.id', '>', after).execute()))
    yield await mapInTurns(rows, (row) => verdictOf(row, caseCauses));
}

/** Collects the items of all pages. */
export async function allOf<T>(pages: AsyncGenerator<T[]>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) for (const item of page) all.push(item);
  return all;
}

/** Returns some jobs by their internal ids, in the given order. Jobs that are gone are left out. */
export async function linesByIds(db: Reader, ids: number[]): Promise<JobLine[]> {
  if (ids.length === 0) return [];
  const rows = await selectLines(db).where('jobs.id', 'in', ids).execute();
  const failed = rows.filter(({ signature }) => signature !== null).map(({ id }) => id);
  const lines = await withNodes(db, rows, await caseCausesOf(db, failed));
  const byId = new Map(lines.map((line) => [line.id, line]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

function selectVerdicts(db: Reader) {
  return db.kysely
    .selectFrom('jobs')
    .leftJoin('signatures', 'signatures.id', 'jobs.signature')
    .leftJoin('descriptions', 'descriptions.hash', 'jobs.description_hash')
    .select(['jobs.id', 'jobs.job_id', 'jobs.status', 'jobs.signature', 'signatures.kind', 'signatures.title'])
    .select([description.as('description'), reason.as('failure_reason'), shortObject('small').as('small')]);
}

function selectLines(db: Reader) {
  return selectVerdicts(db)
    .innerJoin('runs', 'runs.id', 'jobs.run_id')
    .leftJoin('log_excerpts', 'log_excerpts.job_id', 'jobs.id')
    .select([error.as('error'), shortObject('more').as('more'), 'runs.name as run', 'runs.suite'])
    .select(['runs.branch as run_branch', 'runs.user as run_user', 'runs.machine_type as run_machine_type'])
    .select(['jobs.branch', 'jobs.user', 'jobs.machine_type', 'jobs.sha1', 'jobs.flavor', 'jobs.priority'])
    .select(['jobs.posted', 'jobs.started', 'jobs.updated']);
}

type LineRow = Awaited<ReturnType<ReturnType<typeof selectLines>['execute']>>[number];
type VerdictRow = Awaited<ReturnType<ReturnType<typeof selectVerdicts>['execute']>>[number];

function verdictOf(row: VerdictRow, caseCauses: CaseCauses): JobVerdict {
  const { id, job_id, status, description } = row;
  const causes = { signature: causeOf(row), case_causes: caseCauses(id) };
  return { job_id, status, description, ...causes, duration: durationIn(row.small) };
}

function lineOf(row: LineRow, nodes: string[], caseCauses: CaseCauses): JobLine {
  const { run_branch, run_user, run_machine_type, kind: _, title: __, small, more: text, ...line } = row;
  const more = text === '{}' ? {} : (JSON.parse(text) as Record<string, unknown>);
  return {
    ...line,
    branch: line.branch || run_branch,
    user: line.user || run_user,
    machine_type: line.machine_type || run_machine_type,
    error: line.error || null,
    signature: causeOf(row),
    case_causes: caseCauses(line.id),
    os: osOf(small, more.os_version),
    nodes,
    duration: durationIn(small),
    links: linksIn(more),
  };
}

/** Returns the cause of a job. Computes it for jobs that were stored before causes were, until they have been reindexed. */
export function causeOf({
  status,
  signature,
  kind,
  title,
  failure_reason,
}: Pick<VerdictRow, 'status' | 'signature' | 'kind' | 'title' | 'failure_reason'>): Signature | null {
  if (status !== 'fail' && status !== 'dead') return null;
  if (signature !== null && kind !== null && title !== null)
    return classified({ id: signature, kind: kind as Signature['kind'], title });
  return failureCause(status, failure_reason);
}

// Quotes inside the strings of `small` are escaped, and no value is an object, so this matches only the key itself.
const durationKey = /[{,]"duration":\s*(-?[\d.eE+-]+)/;
const osTypeKey = /[{,]"os_type":\s*("(?:[^"\\]|\\.)*"|-?[\d.eE+-]+)/;

function durationIn(small: string): number | null {
  const duration = Number(durationKey.exec(small)?.[1] ?? Number.NaN);
  return Number.isFinite(duration) ? duration : null;
}

function osOf(small: string, version: unknown): string | null {
  const raw = osTypeKey.exec(small)?.[1];
  const type = raw === undefined ? '' : String(JSON.parse(raw));
  return [type, version ?? ''].filter((part) => part !== '').join(' ') || null;
}

function linksIn(more: Record<string, unknown>): JobLink[] {
  const named = [
    ['sentry', more.sentry_event],
    ['pcp', more.pcp_grafana_url],
    ['cbt', more.cbt_perf_url],
  ] as const;
  return named.flatMap(([name, value]) => {
    const href = safeHref(value);
    return href === null ? [] : [{ name, href }];
  });
}

/** Links to nodes that are read by one statement. Ordinary jobs have a few each, others a thousand. */
const linksAtATime = 5000;

async function withNodes(db: Reader, rows: LineRow[], caseCauses: CaseCauses): Promise<JobLine[]> {
  // Jobs may have been deleted after their ids were read, and PostgreSQL accepts no empty list.
  if (rows.length === 0) return [];
  const names = new Map<number, string[]>();
  let ids = rows.map((row) => row.id);
  for (let node = 0; ; await nextTurn()) {
    const links = await readLinks(db, ids, node);
    for (const { job_id, name } of links) {
      const known = names.get(job_id);
      if (known) known.push(name);
      else names.set(job_id, [name]);
    }
    const last = links.at(-1);
    if (!last || links.length < linksAtATime) break;
    ids = ids.filter((id) => id >= last.job_id);
    node = last.node_id;
  }
  return mapInTurns(rows, (row) => lineOf(row, (names.get(row.id) ?? []).sort(), caseCauses));
}

/** Maps rows, and lets other requests run in between, because long values are parsed and causes may have to be computed. */
async function mapInTurns<From, To>(rows: From[], map: (row: From) => To): Promise<To[]> {
  const mapped: To[] = [];
  for await (const row of inTurns(rows)) mapped.push(map(row));
  return mapped;
}

/** Reads the links of some jobs to nodes; of the job with the lowest id, only links to nodes after the node `behind`. */
function readLinks({ kysely }: Reader, ids: number[], behind: number) {
  const first = Math.min(...ids);
  return kysely
    .selectFrom('job_nodes')
    .innerJoin('nodes', 'nodes.id', 'job_nodes.node_id')
    .select(['job_nodes.job_id', 'job_nodes.node_id', 'nodes.name'])
    .where('job_nodes.job_id', 'in', ids)
    .where(({ eb, or }) => or([eb('job_nodes.job_id', '>', first), eb('job_nodes.node_id', '>', behind)]))
    .orderBy('job_nodes.job_id')
    .orderBy('job_nodes.node_id')
    .limit(linksAtATime)
    .execute();
}
