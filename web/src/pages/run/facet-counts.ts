import { isFailing } from '../../../../src/core/compare.ts';
import { differingOf, type Facet } from '../../../../src/core/facets.ts';
import type { Job } from '../../lib/jobs.ts';

/** A facet, the number of jobs with it, and how many of those failed. */
export interface FacetCount {
  facet: Facet;
  red: number;
  total: number;
}

/** The most keys that are shown. */
const mostKeys = 24;

/**
 * Counts the facets in which jobs differ, by key, the most informative key first; the values of a key are ordered by their
 * share of failures. `facets` holds the facets of each description, by the index of the job.
 */
export function countFacets(
  jobs: readonly Pick<Job, 'index' | 'status'>[],
  facets: readonly (readonly Facet[])[],
): [key: string, counts: FacetCount[]][] {
  const differing = differingOf(jobs.map(({ index }) => facets[index] ?? []));
  const keys = new Map<string, Map<string, FacetCount>>();
  for (const [at, job] of jobs.entries()) {
    for (const facet of differing[at] ?? []) {
      const values = keys.get(facet.key) ?? new Map<string, FacetCount>();
      keys.set(facet.key, values);
      const counted = values.get(facet.value) ?? { facet, red: 0, total: 0 };
      counted.total++;
      if (isFailing(job.status)) counted.red++;
      values.set(facet.value, counted);
    }
  }
  return [...keys]
    .slice(0, mostKeys)
    .map(([key, values]) => [key, [...values.values()].sort((a, b) => b.red / b.total - a.red / a.total)]);
}
