import { useMemo } from 'react';
import { type Facet, parseAllFacets } from '../../../../src/core/facets.ts';
import { parseQuery } from '../../../../src/core/query.ts';
import { jobMatcher, type MatchableJob } from '../../../../src/core/query-match.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { type Job, jobsOf } from '../../lib/jobs.ts';
import { usePreferences } from '../../lib/preferences.ts';
import { timeZoneOf } from '../../lib/zone.ts';
import { matchableJobs } from './matchable.ts';
import type { Parts } from './parts.ts';

/** The jobs of a page. */
export interface LoadedJobs {
  all: Job[];
  /** The jobs as filters see them, by index. */
  matchable: () => MatchableJob[];
  /** The jobs that match the filter. */
  jobs: Job[];
  /** The facets of each description, by the index of the job. */
  facets: Facet[][];
  /** How many jobs match a filter. */
  count: (q: string) => number;
}

/** The jobs of the page, those that match the filter, and the facets of all descriptions. */
export function useJobs(page: RunPage, q: string, parts: Parts): LoadedJobs {
  const { zone } = usePreferences();
  const all = useMemo(() => jobsOf(page), [page]);
  // Built when a filter first needs it, so that the first rows do not wait for 5,000 objects.
  const matchable = useMemo(() => lazily(() => matchableJobs(all, page, parts)), [all, page, parts]);
  const jobs = useMemo(() => {
    if (q === '') return all;
    const matches = jobMatcher(parseQuery(q, 'jobs').query, { now: Date.now(), zone: timeZoneOf(zone) });
    const candidates = matchable();
    return all.filter((_, index) => matches(candidates[index] as MatchableJob));
  }, [all, matchable, q, zone]);
  const count = (filter: string) =>
    matchable().filter(jobMatcher(parseQuery(filter, 'jobs').query, { now: Date.now(), zone: timeZoneOf(zone) }))
      .length;
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
