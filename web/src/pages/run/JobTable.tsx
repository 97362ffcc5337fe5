import { useMemo, useState } from 'react';
import { differingOf, type Facet, facetText } from '../../../../src/core/facets.ts';
import { useHeldUpdates } from '../../app/held.ts';
import { duration } from '../../lib/format.ts';
import type { Job } from '../../lib/jobs.ts';
import { useUrlState } from '../../lib/url-state.ts';
import { Grid } from '../../ui/Grid.tsx';
import { sortRows } from '../../ui/grid-sort.ts';
import type { Column } from '../../ui/grid-types.ts';
import { useNarrow } from '../../ui/narrow.ts';
import { Status } from '../../ui/Status.tsx';
import { changesOf, shownColumns } from '../../ui/shown-columns.ts';
import { UpdatesPill } from '../../ui/Updates.tsx';
import { FacetRail } from './FacetRail.tsx';
import { facetColumn, type JobRow, jobColumns } from './job-columns.tsx';
import type { Parts } from './parts.ts';

interface JobTableProps {
  jobs: readonly Job[];
  /** The facets of each description, by the index of the job. */
  facets: readonly (readonly Facet[])[];
  parts: Parts;
  q: string;
  /** The ids of marked jobs. */
  marks: ReadonlySet<string>;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: (job: Job) => void;
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
  // Sorted here, because the grid would move a row when its values change.
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

/** The most facets in a row. */
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

/** The columns with those that `cols=` adds or hides, such as "+cause,-os,+f:objectstore". */
function shownJobColumns(cols: string): Column<JobRow>[] {
  const facets = [...changesOf(cols)].filter(([id, hidden]) => id.startsWith('f:') && !hidden);
  return [...shownColumns(jobColumns, cols), ...facets.map(([id]) => facetColumn(id.slice(2)))];
}
