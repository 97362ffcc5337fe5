import { useMemo } from 'react';
import { parseAllFacets } from '../../../../src/core/facets.ts';
import { apiPath } from '../../../../src/core/paths.ts';
import { parseQuery } from '../../../../src/core/query.ts';
import type { MatchableJob } from '../../../../src/core/query-match.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import type { RunParts } from '../../../../src/http/api/run-parts.ts';
import { useApi } from '../../lib/api.ts';
import { matcherOf, usePreferences } from '../../lib/preferences.ts';
import { changesOf } from '../../ui/grid-columns.ts';
import { jobsOf, matchableJobs, type Parts } from './jobs.ts';

/** The jobs of a page. */
export type LoadedJobs = ReturnType<typeof useJobs>;

/**
 * All jobs of the page and those that match the filter; the jobs as seen by filters and the facets of all descriptions, both by the index of the
 * job; and a function that counts the jobs that match another filter.
 */
export function useJobs(page: RunPage, q: string, parts: Parts) {
  const { zone } = usePreferences();
  const all = useMemo(() => jobsOf(page), [page]);
  // Built when a filter first needs it, so that the first rows do not wait for 5,000 objects.
  const matchable = useMemo(() => lazily(() => matchableJobs(all, page, parts)), [all, page, parts]);
  const jobs = useMemo(() => {
    if (q === '') return all;
    const matches = matcherOf(q, zone);
    const candidates = matchable();
    return all.filter((_, index) => matches(candidates[index] as MatchableJob));
  }, [all, matchable, q, zone]);
  const count = (filter: string) => matchable().filter(matcherOf(filter, zone)).length;
  const facets = useMemo(() => parseAllFacets(all.map(({ description }) => description)), [all]);
  return { all, matchable, jobs, facets, count };
}

/** Computes a value on its first use. */
export function lazily<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The columns that need `JobParts`. */
export const partColumns = [
  'tasks',
  'machine_type',
  'owner',
  'flavor',
  'priority',
  'teuthology_branch',
  'suite_branch',
] as const;

/** Loads `JobParts` when the filter or a visible column needs them; empty until then. */
export function useParts(run: string, q: string, cols: string): Parts {
  const asked = parseQuery(q, 'jobs').query.terms.some(({ key }) => key === 'task' || key === 'role');
  const shown = [...changesOf(cols)].some(([id, hidden]) => !hidden && (partColumns as readonly string[]).includes(id));
  const { data } = useApi<RunParts>(asked || shown ? apiPath.runParts(run) : null);
  return useMemo(() => partsOf(data), [data]);
}

function partsOf(data: RunParts | undefined): Parts {
  if (data === undefined) return new Map();
  const listAt = (place: number) => data.lists[place] ?? [];
  return new Map(
    data.jobs.map((job) => [job.job_id, { ...job, tasks: listAt(job.tasks), roles: listAt(job.roles) }] as const),
  );
}
