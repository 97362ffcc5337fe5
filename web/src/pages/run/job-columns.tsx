import type { Facet } from '../../../../src/core/facets.ts';
import { withoutWrappers } from '../../../../src/core/signature-text.ts';
import { causeLine, causeLines, duration, kindText, shortHost } from '../../lib/format.ts';
import type { Column } from '../../ui/grid-types.ts';
import { OutLink } from '../../ui/OutLink.tsx';
import { Status } from '../../ui/Status.tsx';
import { JobTime, Time } from '../../ui/Time.tsx';
import type { Job } from './jobs.ts';
import type { JobParts, partColumns } from './use-jobs.ts';

/** A row of the table: a job, the facets in which it differs from the other listed jobs as text, all its facets, and what was read later. */
export type JobRow = Job & { facets: string; all: readonly Facet[]; parts: JobParts | null };

/** The columns of the table of jobs, except facets. */
export const jobColumns: Column<JobRow>[] = [
  {
    id: 'job',
    title: 'Job',
    width: '118px',
    sortable: true,
    value: (job) => Number(job.job_id) || job.job_id,
    cell: (job) => (
      <>
        <Status status={job.status} /> {job.job_id}
      </>
    ),
  },
  {
    id: 'description',
    title: 'Description (differences)',
    width: 'minmax(160px, 1.2fr)',
    sortable: true,
    value: (job) => job.facets || job.description,
    text: (job) => job.description ?? '',
    cell: (job) => <span className="mono">{job.facets || job.description}</span>,
  },
  {
    id: 'cause',
    title: 'Cause',
    width: 'minmax(160px, 1.4fr)',
    sortable: true,
    value: (job) => job.signature?.title ?? null,
    text: (job) => (job.case_causes.length === 0 && job.failure_reason) || causeLines(job),
    cell: (job) => <span className="mono">{causeLine(job)}</span>,
  },
  {
    id: 'reason',
    title: 'Failure reason',
    width: 'minmax(160px, 1.4fr)',
    hidden: true,
    sortable: true,
    value: (job) => job.failure_reason,
    text: (job) => job.failure_reason ?? '',
    cell: (job) => <span className="mono">{withoutWrappers(job.failure_reason ?? '')}</span>,
  },
  {
    id: 'os',
    title: 'OS',
    width: '124px',
    sortable: true,
    value: (job) => job.os,
    text: (job) => job.os ?? '',
  },
  {
    id: 'nodes',
    title: 'Nodes',
    width: 'minmax(150px, 0.4fr)',
    sortable: true,
    value: (job) => job.nodes.join(' ') || null,
    text: (job) => job.nodes.join(' '),
    cell: (job) => job.nodes.map(shortHost).join(' '),
  },
  {
    id: 'duration',
    title: 'Time',
    width: '60px',
    align: 'right',
    sortable: true,
    descendingFirst: true,
    value: (job) => job.duration,
    cell: (job) => <JobTime job={job} />,
  },
  time('started', 'Started', false),
  { id: 'links', title: 'Links', width: '96px', cell: (job) => <Links job={job} /> },
  {
    id: 'before',
    title: 'Previous run',
    width: '90px',
    hidden: true,
    sortable: true,
    value: (job) => job.previous,
    cell: (job) => (job.previous === null ? null : <Status status={job.previous} word />),
  },
  {
    id: 'kind',
    title: 'Kind',
    width: '90px',
    hidden: true,
    sortable: true,
    value: (job) => job.signature?.kind ?? null,
    cell: (job) => (job.signature === null ? '' : kindText(job.signature.kind)),
  },
  time('posted', 'Posted', true),
  time('updated', 'Updated', true),
  {
    id: 'wait',
    title: 'Waited',
    width: '64px',
    align: 'right',
    hidden: true,
    sortable: true,
    value: waited,
    cell: (job) => duration(waited(job)),
  },
  part('tasks', 'Tasks', 'minmax(120px, 0.6fr)', ({ tasks }) => tasks.join(' ')),
  part('machine_type', 'Machine', '84px', ({ machine_type }) => machine_type),
  part('owner', 'Owner', '150px', ({ owner }) => owner),
  part('flavor', 'Flavor', '84px', ({ flavor }) => flavor),
  part('priority', 'Priority', '72px', ({ priority }) => priority),
  part('teuthology_branch', 'Teuthology', '110px', ({ teuthology_branch }) => teuthology_branch),
  part('suite_branch', 'Suite branch', 'minmax(110px, 0.4fr)', ({ suite_branch }) => suite_branch),
];

type PartColumn = (typeof partColumns)[number];

/** A column of what is read when it is shown. */
function part(
  id: PartColumn,
  title: string,
  width: string,
  read: (parts: JobParts) => string | number | null,
): Column<JobRow> {
  const value = ({ parts }: JobRow) => (parts === null ? null : read(parts));
  const text = (job: JobRow) => String(value(job) ?? '');
  return { id, title, width, hidden: true, sortable: true, value, text };
}

function time(id: 'started' | 'posted' | 'updated', title: string, hidden: boolean): Column<JobRow> {
  return {
    id,
    title,
    width: '96px',
    hidden,
    sortable: true,
    value: (job) => job[id],
    cell: (job) => <Time at={job[id]} />,
  };
}

/** Seconds between posting and start; null before the start. */
function waited({ posted, started }: Job): number | null {
  return started === null ? null : Math.max(0, (started - posted) / 1000);
}

/** A column with the values of a facet. */
export function facetColumn(key: string): Column<JobRow> {
  const read = (job: JobRow) => job.all.find((facet) => facet.key === key)?.value ?? null;
  return {
    id: `f:${key}`,
    title: key,
    width: 'minmax(90px, 0.5fr)',
    sortable: true,
    value: read,
    text: (job) => read(job) ?? '',
    cell: (job) => <span className="mono">{read(job) ?? ''}</span>,
  };
}

function Links({ job: { job_id, log_href, links } }: { job: Job }) {
  const all = log_href === null ? links : [{ name: 'log', href: log_href }, ...links];
  return (
    <span className="links">
      {all.map((link) => (
        <OutLink key={link.name} {...link} label={`${link.name} of job ${job_id}`} />
      ))}
    </span>
  );
}
