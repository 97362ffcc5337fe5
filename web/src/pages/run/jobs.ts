/** The jobs of a run, as shown on its page and as seen by filters. */

import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import { causesOfJob, type JobStatus } from '../../../../src/core/job.ts';
import { type ListedJob, readPageJob } from '../../../../src/core/page-jobs.ts';
import { hasLog, logHref, safeHref } from '../../../../src/core/paths.ts';
import { parseQuery, type QueryKey } from '../../../../src/core/query.ts';
import type { MatchableJob } from '../../../../src/core/query-match.ts';
import { addTerm, literalTerm, toggleTerm } from '../../../../src/core/query-print.ts';
import { traitsOf } from '../../../../src/core/verdicts/bands.ts';
import type { PageSignature, RunPage } from '../../../../src/http/api/run-document.ts';
import type { RunParts } from '../../../../src/http/api/run-parts.ts';
import type { PageVerdict } from '../../../../src/http/api/run-verdicts.ts';
import { withoutOverrides } from '../../lib/format.ts';
import { counted } from '../../lib/sets.ts';

/** Further properties of a job for filters and columns (`RunParts`), which are not part of the page. */
export type JobParts = Omit<RunParts['jobs'][number], 'tasks' | 'roles'> & { tasks: string[]; roles: string[] };

/** `JobParts` by job id. */
export type Parts = ReadonlyMap<string, JobParts>;

/** A job. Times are in milliseconds since the epoch, durations in seconds. */
export interface Job extends ListedJob<PageSignature> {
  /** Its index in `page.jobs`. */
  index: number;
  /** The URL of its log; null if this is not configured. */
  log_href: string | null;
}

/** The jobs of a page, in the same order. */
export function jobsOf({ run, jobs, texts, signatures, log_href_template }: RunPage): Job[] {
  const shown = texts.map(withoutOverrides);
  return jobs.map((row, index) => ({
    ...readPageJob(row, shown, signatures),
    index,
    log_href: hasLog(row.status) ? safeHref(logHref(log_href_template, run.name, row.job_id)) : null,
  }));
}

/** All jobs of a page as seen by filters, in the same order. */
export function matchableJobs(jobs: readonly Job[], { run, verdicts }: RunPage, parts: Parts): MatchableJob[] {
  const byCause = new Map(verdicts.map((verdict) => [verdict.cause, verdict]));
  return jobs.map((job) => {
    const said = causesOfJob(job).flatMap(({ id }) => byCause.get(id) ?? []);
    return matchableJob(job, run, said, parts.get(job.job_id));
  });
}

function matchableJob(
  job: Job,
  run: RunPage['run'],
  verdicts: readonly PageVerdict[],
  parts: JobParts | undefined,
): MatchableJob {
  const { suite, branch, user, machine_type, flavor, sha1, priority, scheduled } = run;
  const traits = traitsOf({ ...job, verdicts }, run);
  const wait = job.started === null ? null : (job.started - job.posted) / 1000;
  const { tasks = [], roles = [] } = parts ?? {};
  const facts = { suite, branch, user, machine_type, flavor, sha1, priority, scheduled };
  return { ...job, ...facts, wait, tasks, roles, traits };
}

const readers: Partial<Record<QueryKey, (job: MatchableJob) => readonly (string | null | undefined)[]>> = {
  status: (job) => [job.status],
  os: (job) => [job.os],
  node: (job) => job.nodes,
  kind: (job) => [...new Set(causesOfJob(job).map(({ kind }) => kind))],
  cause: (job) => causesOfJob(job).map(({ id }) => id),
  is: (job) => [...job.traits],
  task: (job) => job.tasks,
  role: (job) => job.roles,
  f: (job) => parseFacets(job.description).map(facetText),
};

/** The values of a key that start with `prefix`, most frequent first. */
export function valuesOf(
  jobs: readonly MatchableJob[],
  key: QueryKey,
  prefix: string,
): { value: string; count: number }[] {
  const values = jobs.flatMap((job) => readers[key]?.(job) ?? []).filter((value) => value?.startsWith(prefix));
  return counted(values as string[])
    .slice(0, mostValues)
    .map(([value, count]) => ({ value, count }));
}

/** More values than the list of suggestions shows. */
const mostValues = 20;

/** The statuses that a filter names. */
export function pickedStatuses(q: string): string[] {
  const terms = parseQuery(q, 'jobs').query.terms.filter(({ key, negated }) => key === 'status' && !negated);
  return terms.flatMap(({ values }) => values.flatMap((value) => (value.type === 'literal' ? [value.text] : [])));
}

/** The filter after a click on a status: only this status, or any status if it was the only one before. */
export function pickStatus(q: string, status: JobStatus): string {
  const picked = pickedStatuses(q);
  const isPicked = picked.length === 1 && picked[0] === status;
  return isPicked ? toggleTerm(q, literalTerm('status', status)) : addTerm(q, 'status', status, 'only');
}
