import { type CSSProperties, useMemo, useState } from 'react';
import { differingOf, type Facet, facetText } from '../../../../src/core/facets.ts';
import { useUrlState } from '../../lib/address.ts';
import { duration } from '../../lib/format.ts';
import { useHeldUpdates } from '../../lib/held.ts';
import { Grid } from '../../ui/Grid.tsx';
import { type Column, changesOf, shownColumns, sortRows } from '../../ui/grid-columns.ts';
import { useNarrow } from '../../ui/narrow.ts';
import { ColumnChooser } from '../../ui/Popover.tsx';
import { Status } from '../../ui/Status.tsx';
import { UpdatesPill } from '../../ui/Updates.tsx';
import { Value } from '../../ui/Value.tsx';
import { countFacets } from './groups.ts';
import { facetColumn, type JobRow, jobColumns } from './job-columns.tsx';
import type { Job, Parts } from './jobs.ts';

/** The marks and the selection in a list of the run page. */
export interface ListState {
  /** The ids of marked jobs. */
  marks: ReadonlySet<string>;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: (job: Job) => void;
}

interface JobTableProps extends ListState {
  jobs: readonly Job[];
  /** The facets of each description, by the index of the job. */
  facets: readonly (readonly Facet[])[];
  parts: Parts;
  q: string;
}

/** All jobs of a run, failing jobs first unless sorted otherwise. */
export function JobTable({ jobs, facets, parts, q, marks, selected, onSelect, onOpen }: JobTableProps) {
  const [sort, setSort] = useUrlState('sort', '');
  const [cols] = useUrlState('cols', '');
  const [rail] = useUrlState('rail', '');
  const [touched, setTouched] = useState(false);
  const narrow = useNarrow();
  const columns = useMemo(() => shownJobColumns(cols), [cols]);
  const sorted = useMemo(
    () => sortRows(rowsOf(jobs, facets, parts), columns, sort),
    [jobs, facets, parts, columns, sort],
  );
  const hold = touched || selected !== null;
  const { rows, waiting, apply } = useHeldUpdates(sorted, ({ job_id }) => job_id, hold, `${q} ${sort}`);
  // Sorted here, because the grid would move a row whenever its values change.
  const unsorted = useMemo(() => columns.map(({ value: _, ...column }): Column<JobRow> => column), [columns]);
  return (
    <>
      {rail !== '' && !narrow && <FacetRail jobs={jobs} facets={facets} />}
      <div className="list">
        <UpdatesPill waiting={waiting} onApply={apply} />
        <Grid<JobRow>
          rows={rows}
          columns={unsorted}
          rowKey={({ job_id }) => job_id}
          label="Jobs"
          emptyText={q === '' ? 'No jobs have been reported yet.' : 'No matching jobs.'}
          sort={sort}
          onSort={setSort}
          selected={selected}
          onSelect={({ job_id }) => onSelect(job_id)}
          onOpen={onOpen}
          rowClass={({ job_id }) => (marks.has(job_id) ? 'marked-row' : '')}
          onHold={setTouched}
          mobile={(job) => (
            <>
              <span className="two">
                <Status status={job.status} /> {job.job_id} · {job.os ?? 'OS unknown'} · {duration(job.duration)}
              </span>
              <span className="two mono">{job.failure_reason ?? (job.facets || job.description)}</span>
            </>
          )}
        />
      </div>
    </>
  );
}

const facetsInLine = 8;

function rowsOf(jobs: readonly Job[], facets: JobTableProps['facets'], parts: Parts): JobRow[] {
  const lists = jobs.map(({ index }) => facets[index] ?? []);
  const differing = differingOf(lists);
  return jobs.map((job, at) => ({
    ...job,
    facets: (differing[at] ?? []).slice(0, facetsInLine).map(facetText).join('  '),
    all: lists[at] ?? [],
    parts: parts.get(job.job_id) ?? null,
  }));
}

/** The columns, with the changes in `cols=`, such as "+cause,-os,+f:objectstore". */
function shownJobColumns(cols: string): Column<JobRow>[] {
  const facets = [...changesOf(cols)].filter(([id, hidden]) => id.startsWith('f:') && !hidden);
  return [...shownColumns(jobColumns, cols), ...facets.map(([id]) => facetColumn(id.slice(2)))];
}

/** Switches for the facet counts beside the table and for its columns. */
export function JobTools({ facets }: { facets: readonly (readonly Facet[])[] }) {
  const [rail, setRail] = useUrlState('rail', '');
  const choices = useMemo(() => {
    const keys = new Set(differingOf(facets).flatMap((list) => list.map(({ key }) => key)));
    const facetChoices = [...keys]
      .filter((key) => key !== '')
      .sort()
      .map((key) => ({ id: `f:${key}`, title: key, hidden: true }));
    return [...jobColumns.map(({ id, title, hidden = false }) => ({ id, title, hidden })), ...facetChoices];
  }, [facets]);
  return (
    <>
      <button
        type="button"
        className="button wide-only"
        aria-pressed={rail !== ''}
        title="Show the facets of the descriptions with their numbers of jobs and failures"
        onClick={() => setRail(rail === '' ? '1' : '')}
      >
        facets
      </button>
      <ColumnChooser columns={choices} />
    </>
  );
}

/** The most values of a key to show; the filter box finds the others. */
const mostValues = 12;

/** The facets in which the listed jobs differ, each with its numbers of jobs and failures. */
function FacetRail({ jobs, facets }: { jobs: readonly Job[]; facets: readonly (readonly Facet[])[] }) {
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
                <span className="mono cut">
                  <Value field="f" value={facetText(facet)}>
                    {facet.value}
                  </Value>
                </span>
                <span className="share-bar" style={{ '--share': `${(100 * red) / total}%` } as CSSProperties} />
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
