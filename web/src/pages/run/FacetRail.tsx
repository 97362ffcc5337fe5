import { type CSSProperties, useMemo } from 'react';
import { type Facet, facetText } from '../../../../src/core/facets.ts';
import type { Job } from '../../lib/jobs.ts';
import { Value } from '../../ui/Value.tsx';
import { countFacets } from './facet-counts.ts';

interface FacetRailProps {
  jobs: readonly Job[];
  /** The facets of each description, by the index of the job. */
  facets: readonly (readonly Facet[])[];
}

/** The most values shown for a key; the filter box finds the others. */
const mostValues = 12;

/** The facets in which the listed jobs differ, each with its number of jobs and failures. */
export function FacetRail({ jobs, facets }: FacetRailProps) {
  const keys = useMemo(() => countFacets(jobs, facets), [jobs, facets]);
  return (
    <section className="rail" aria-label="Facets" tabIndex={0}>
      {keys.length === 0 && <p className="quiet">These jobs all have the same description.</p>}
      {keys.map(([key, counts]) => (
        <div key={key}>
          <h2>{key || 'choices'}</h2>
          <ul className="plain-list">
            {counts.slice(0, mostValues).map(({ facet, red, total }) => (
              <li key={facet.value} className="rail-line">
                <span className="mono rail-value">
                  <Value field="f" value={facetText(facet)}>
                    {facet.value}
                  </Value>
                </span>
                <span className="rail-bar" style={{ '--red': `${(100 * red) / total}%` } as CSSProperties} />
                <span className="rail-count" title={`${red} of ${total} jobs failed`}>
                  {red}/{total}
                </span>
              </li>
            ))}
            {counts.length > mostValues && <li className="quiet">and {counts.length - mostValues} more</li>}
          </ul>
        </div>
      ))}
    </section>
  );
}
