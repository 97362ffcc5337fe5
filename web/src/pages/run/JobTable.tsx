import { useMemo } from 'react';
import { differingFacets, facetText } from '../../../../src/core/facets.ts';
import type { Job } from '../../lib/columns.ts';
import { duration } from '../../lib/format.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-types.ts';
import { Status } from '../../ui/Status.tsx';
import { Time } from '../../ui/Time.tsx';

type Row = Job & { facets: string };

interface JobTableProps {
  jobs: readonly Job[];
  sort: string;
  onSort: (sort: string) => void;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: (job: Job) => void;
}

const columns: Column<Row>[] = [
  {
    id: 'job',
    title: 'Job',
    width: '110px',
    sortable: true,
    value: (job) => Number(job.jobId) || job.jobId,
    cell: (job) => (
      <>
        <Status status={job.status} /> {job.jobId}
      </>
    ),
  },
  {
    id: 'description',
    title: 'Where descriptions differ',
    width: 'minmax(180px, 1.2fr)',
    sortable: true,
    value: (job) => job.facets,
    text: (job) => job.description,
    cell: (job) => <span className="mono">{job.facets || job.description}</span>,
  },
  {
    id: 'reason',
    title: 'Failure reason',
    width: 'minmax(180px, 1.4fr)',
    sortable: true,
    value: (job) => job.reason,
    text: (job) => job.reason ?? '',
    cell: (job) => <span className="mono">{job.reason ?? ''}</span>,
  },
  { id: 'os', title: 'OS', width: '110px', sortable: true, value: (job) => job.os, cell: (job) => job.os ?? '' },
  {
    id: 'nodes',
    title: 'Nodes',
    width: '150px',
    text: (job) => job.nodes.join(' '),
    cell: (job) => job.nodes.map((node) => node.split('.')[0]).join(' '),
  },
  {
    id: 'duration',
    title: 'Time',
    width: '70px',
    align: 'right',
    sortable: true,
    value: (job) => job.duration,
    cell: (job) => duration(job.duration),
  },
  {
    id: 'started',
    title: 'Started',
    width: '110px',
    sortable: true,
    value: (job) => job.started,
    cell: (job) => <Time at={job.started} />,
  },
];

/** Every job of a run, failing ones first until it is sorted otherwise. */
export function JobTable({ jobs, sort, onSort, selected, onSelect, onOpen }: JobTableProps) {
  const rows = useMemo(() => {
    const facets = differingFacets(jobs.map((job) => job.description));
    return jobs.map(
      (job, index): Row => ({ ...job, facets: (facets[index] ?? []).slice(0, 8).map(facetText).join('  ') }),
    );
  }, [jobs]);
  return (
    <Grid<Row>
      rows={rows}
      columns={columns}
      rowKey={(job) => job.jobId}
      label="Jobs"
      emptyText="No job matches."
      sort={sort}
      onSort={onSort}
      selected={selected}
      onSelect={(job) => onSelect(job.jobId)}
      onOpen={onOpen}
      mobile={(job) => (
        <>
          <span className="two">
            <Status status={job.status} /> {job.jobId} · {job.os ?? ''} · {duration(job.duration)}
          </span>
          <span className="two mono">{job.reason ?? job.facets}</span>
        </>
      )}
    />
  );
}
