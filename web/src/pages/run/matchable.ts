/** The jobs of a run as the filter language sees them, in the browser. */
import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import { causesOfJob } from '../../../../src/core/job.ts';
import type { QueryKey } from '../../../../src/core/query.ts';
import type { MatchableJob } from '../../../../src/core/query-match.ts';
import { traitsOf } from '../../../../src/core/verdicts/bands.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { PageVerdict } from '../../../../src/http/api/verdict-schema.ts';
import type { Job } from '../../lib/jobs.ts';
import type { JobParts, Parts } from './parts.ts';

/** All jobs of a page, in the same order. */
export function matchableJobs(jobs: readonly Job[], { run, verdicts }: RunPage, parts: Parts): MatchableJob[] {
  const byCause = new Map(verdicts.map((verdict) => [verdict.cause, verdict]));
  return jobs.map((job) => {
    const said = causesOfJob(job).flatMap(({ id }) => byCause.get(id) ?? []);
    return matchableJob(job, run, said, parts.get(job.job_id));
  });
}

/** A job with the facts of its run and what is said of its causes. */
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

/** A value of a key and its number of jobs. */
export interface CountedValue {
  value: string;
  count: number;
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
export function valuesOf(jobs: readonly MatchableJob[], key: QueryKey, prefix: string): CountedValue[] {
  const counts = new Map<string, number>();
  for (const job of jobs) {
    for (const value of readers[key]?.(job) ?? []) {
      if (value?.startsWith(prefix)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  const values = [...counts].map(([value, count]) => ({ value, count }));
  return values.sort((a, b) => b.count - a.count).slice(0, mostValues);
}

/** More values than the list of suggestions shows. */
const mostValues = 20;
