import { useMemo } from 'react';
import { differingOf, type Facet } from '../../../../src/core/facets.ts';
import { useUrlState } from '../../lib/url-state.ts';
import { ColumnChooser } from '../../ui/Columns.tsx';
import { printColumns, shownColumns } from '../../ui/shown-columns.ts';
import { jobColumns } from './job-columns.tsx';

/** Switches for the facet counts beside the table and for its columns. */
export function JobTools({ facets }: { facets: readonly (readonly Facet[])[] }) {
  const [rail, setRail] = useUrlState('rail', '');
  const [cols, setCols] = useUrlState('cols', '');
  const choices = useMemo(() => {
    const keys = new Set(differingOf(facets).flatMap((list) => list.map(({ key }) => key)));
    const facetChoices = [...keys]
      .filter((key) => key !== '')
      .sort()
      .map((key) => ({ id: `f:${key}`, title: key, hidden: true }));
    return [...jobColumns.map(({ id, title, hidden = false }) => ({ id, title, hidden })), ...facetChoices];
  }, [facets]);
  const shown = shownColumns(choices, cols)
    .filter(({ hidden }) => !hidden)
    .map(({ id }) => id);
  return (
    <>
      <button
        type="button"
        className="button wide-only"
        aria-pressed={rail !== ''}
        title="Show the values in the descriptions with their numbers of jobs and failures"
        onClick={() => setRail(rail === '' ? '1' : '')}
      >
        facets
      </button>
      <ColumnChooser columns={choices} shown={shown} onChange={(next) => setCols(printColumns(choices, next))} />
    </>
  );
}
