import { type CSSProperties, useMemo } from 'react';
import { type Facet, facetText } from '../../../../src/core/facets.ts';
import type { Job } from '../../lib/jobs.ts';
import { Value } from '../../ui/Value.tsx';
import { countFacets } from './facet-counts.ts';

interface FacetRailProps {
  jobs: readonly Job[];
  /** What each description says, by the job's index. */
  facets: readonly (readonly Facet[])[];
}

/** As many values of a key as are read; the filter box finds the others. */
const mostValues = 12;

/** What the descriptions of the listed jobs differ in: each value with how many of its jobs are red. */
export function FacetRail({ jobs, facets }: FacetRailProps) {
  const keys = useMemo(() => countFacets(jobs, facets), [jobs, facets]);
  return (
    <section className="rail" aria-label="Facets" tabIndex={0}>
      {keys.length === 0 && <p className="quiet">The descriptions of these jobs are all the same.</p>}
      {keys.map(([key, counts]) => (
        <div key={key}>
          <h2 title={key}>{key.split('/').at(-1) || 'choices'}</h2>
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
