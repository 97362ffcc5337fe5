/** The jobs of a run as the filter language sees them, in the browser. */
import { facetText, parseFacets } from '../../../../src/core/facets.ts';
import type { MatchableJob } from '../../../../src/core/query-match.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { Job } from '../../lib/jobs.ts';
import { noveltyOf } from './groups.ts';

/** A job with what its run says of it. */
export function matchableJob(job: Job, page: RunPage): MatchableJob {
  const { run } = page;
  const is = new Set<string>();
  if (job.status === 'running' || job.status === 'waiting') is.add('live');
  const { badge } = noveltyOf(job.signature, page);
  if (badge !== null && job.signature !== null) is.add(badge.toLowerCase());
  if (job.status === 'pass' && (job.previous === 'fail' || job.previous === 'dead')) is.add('fixed');
  return {
    ...job,

    suite: run.suite,
    branch: run.branch,
    user: run.user,
    machine_type: run.machine_type,
    flavor: run.flavor,
    sha1: run.sha1,
    priority: run.priority,
    scheduled: run.scheduled,
    signature: job.signature?.id ?? null,
    kind: job.signature?.kind ?? null,
    is,
  };
}

/** A value of a key, and how many jobs have it. */
export interface CountedValue {
  value: string;
  count: number;
}

const readers: Record<string, (job: MatchableJob) => readonly (string | null)[]> = {
  s: (job) => [job.status],
  status: (job) => [job.status],
  os: (job) => [job.os],
  node: (job) => job.nodes,
  kind: (job) => [job.kind],
  sig: (job) => [job.signature],
  is: (job) => [...job.is],
  f: (job) => parseFacets(job.description).map(facetText),
};

/** Values of a key that begin with `prefix` among jobs, most frequent first. */
export function valuesOf(jobs: readonly MatchableJob[], key: string, prefix: string): CountedValue[] {
  const counts = new Map<string, number>();
  for (const job of jobs) {
    for (const value of readers[key]?.(job) ?? []) {
      if (value?.startsWith(prefix)) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
  }
  const values = [...counts].map(([value, count]) => ({ value, count }));
  return values.sort((a, b) => b.count - a.count).slice(0, 20);
}
