import { useMemo, useState } from 'react';
import { differingFacets, facetText } from '../../../../src/core/facets.ts';
import type { RunPage } from '../../../../src/http/api/schemas.ts';
import type { Job } from '../../lib/columns.ts';
import { duration } from '../../lib/format.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-types.ts';
import { Status } from '../../ui/Status.tsx';
import { Strip } from '../../ui/Strip.tsx';
import { type Group, groupFailures } from './groups.ts';

type Row = { group: Group; job: null; facets: '' } | { group: Group; job: Job; facets: string };

interface FailuresProps {
  page: RunPage;
  jobs: readonly Job[];
  by: string;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: (job: Job) => void;
}

/** Failing jobs by cause; the rows of a group show only where their descriptions differ. */
export function Failures({ page, jobs, by, selected, onSelect, onOpen }: FailuresProps) {
  const groups = useMemo(() => groupFailures(jobs, page, by), [jobs, page, by]);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const isOpen = (group: Group) => toggled.has(group.id) !== (group === groups[0]);
  const rows = groups.flatMap((group): Row[] => {
    const head: Row = { group, job: null, facets: '' };
    if (!isOpen(group)) return [head];
    const facets = differingFacets(group.jobs.map((job) => job.description));
    return [
      head,
      ...group.jobs.map((job, index) => ({ group, job, facets: (facets[index] ?? []).map(facetText).join('  ') })),
    ];
  });
  const columns = useMemo(() => columnsOf(page), [page]);
  const toggle = (group: Group) => {
    const next = new Set(toggled);
    if (!next.delete(group.id)) next.add(group.id);
    setToggled(next);
  };
  return (
    <Grid<Row>
      rows={rows}
      columns={columns}
      rowKey={rowId}
      label="Failures by cause"
      emptyText="No failing job matches."
      selected={selected ?? (rows[0] ? rowId(rows[0]) : null)}
      onSelect={(row) => onSelect(rowId(row))}
      onOpen={(row) => row.job && onOpen(row.job)}
      rowClass={({ job }) => (job === null ? 'group-row' : '')}
      groupOf={({ group, job }) =>
        job === null ? { level: 1, expanded: isOpen(group), onToggle: () => toggle(group) } : { level: 2 }
      }
      mobile={({ group, job, facets }) =>
        job === null ? (
          <>
            <span className="two strong">
              {group.jobs.length}× {group.novelty.badge ?? ''}
            </span>
            <span className="two mono">{group.title}</span>
          </>
        ) : (
          <>
            <span className="two">
              <Status status={job.status} /> {job.jobId} · {job.os ?? ''} · {duration(job.duration)}
            </span>
            <span className="two mono">{facets || job.description}</span>
          </>
        )
      }
    />
  );
}

/** What identifies a row in the address: a group, or a job. */
function rowId({ group, job }: Row): string {
  return job === null ? `group:${group.id}` : `${job.jobId}@${group.id}`;
}

function columnsOf(page: RunPage): Column<Row>[] {
  return [
    {
      id: 'count',
      title: 'Jobs',
      width: '120px',
      cell: ({ group, job }) =>
        job === null ? (
          <span className="strong">{group.jobs.length}×</span>
        ) : (
          <span className="indented">
            <Status status={job.status} /> {job.jobId}
          </span>
        ),
    },
    {
      id: 'badge',
      title: 'Known',
      width: '76px',
      text: ({ group }) => group.novelty.sentence,
      cell: ({ group, job }) =>
        job === null && group.novelty.badge !== null ? (
          <span className={group.novelty.badge === 'NEW' ? 'badge badge-new' : 'badge'}>{group.novelty.badge}</span>
        ) : null,
    },
    {
      id: 'title',
      title: 'Cause, and where its jobs differ',
      width: 'minmax(200px, 1fr)',
      text: ({ group, job }) => job?.description ?? group.title,
      cell: ({ group, job, facets }) =>
        job === null ? (
          <span className="mono strong">{group.title}</span>
        ) : (
          <span className="mono">{facets || job.description || 'no description'}</span>
        ),
    },
    {
      id: 'nodes',
      title: 'Nodes',
      width: '150px',
      text: ({ job }) => job?.nodes.join(' ') ?? '',
      cell: ({ job }) => job?.nodes.map((node) => node.split('.')[0]).join(' ') ?? null,
    },
    { id: 'os', title: 'OS', width: '100px', cell: ({ job }) => job?.os ?? null },
    {
      id: 'time',
      title: 'Last runs',
      width: '140px',
      align: 'right',
      cell: ({ group, job }) => {
        if (job !== null) return duration(job.duration);
        const { signature, novelty } = group;
        if (signature === null || page.recent.length < 2) return null;
        const cells = signature.seen.map((count, index) => ({
          status: count > 0 ? 'fail' : 'pass',
          title: `${page.recent[index]?.name ?? ''}: ${count} jobs`,
        }));
        return <Strip cells={cells} sentence={novelty.sentence} />;
      },
    },
  ];
}
