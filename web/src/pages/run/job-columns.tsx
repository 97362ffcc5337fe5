import type { Facet } from '../../../../src/core/facets.ts';
import { withoutWrappers } from '../../../../src/core/signature-text.ts';
import { causeLine, causeLines, duration, kindText, shortHost } from '../../lib/format.ts';
import { type Column, sortedBy } from '../../ui/grid-columns.ts';
import { OutLink } from '../../ui/OutLink.tsx';
import { Status } from '../../ui/Status.tsx';
import { JobTime, Time } from '../../ui/Time.tsx';
import type { Job, JobParts } from './jobs.ts';
import type { partColumns } from './use-jobs.ts';

/**
 * A row of the table: a job, a text with the facets in which it differs from the other listed jobs, all its facets, and the parts that are loaded
 * later.
 */
export type JobRow = Job & { facets: string; all: readonly Facet[]; parts: JobParts | null };

/** The columns of the table of jobs, except facets. */
export const jobColumns: Column<JobRow>[] = [
  sortedBy('job', 'Job', '118px', (job) => Number(job.job_id) || job.job_id, {
    cell: (job) => (
      <>
        <Status status={job.status} /> {job.job_id}
      </>
    ),
  }),
  sortedBy('description', 'Description (differences)', 'minmax(160px, 1.2fr)', shortDescription, {
    text: (job) => job.description ?? '',
    cell: (job) => <span className="mono">{shortDescription(job)}</span>,
  }),
  sortedBy('cause', 'Cause', 'minmax(160px, 1.4fr)', (job) => job.signature?.title ?? null, {
    text: (job) => (job.case_causes.length === 0 && job.failure_reason) || causeLines(job),
    cell: (job) => <span className="mono">{causeLine(job)}</span>,
  }),
  sortedBy('reason', 'Failure reason', 'minmax(160px, 1.4fr)', (job) => job.failure_reason, {
    hidden: true,
    text: (job) => job.failure_reason ?? '',
    cell: (job) => <span className="mono">{withoutWrappers(job.failure_reason ?? '')}</span>,
  }),
  sortedBy('os', 'OS', '124px', (job) => job.os, { text: (job) => job.os ?? '' }),
  sortedBy('nodes', 'Nodes', 'minmax(150px, 0.4fr)', (job) => job.nodes.join(' ') || null, {
    text: (job) => job.nodes.join(' '),
    cell: (job) => job.nodes.map(shortHost).join(' '),
  }),
  sortedBy('duration', 'Time', '60px', (job) => job.duration, {
    align: 'right',
    descendingFirst: true,
    cell: (job) => <JobTime job={job} />,
  }),
  time('started', 'Started', false),
  { id: 'links', title: 'Links', width: '96px', cell: (job) => <Links job={job} /> },
  sortedBy('before', 'Previous run', '90px', (job) => job.previous, {
    hidden: true,
    cell: (job) => job.previous && <Status status={job.previous} word />,
  }),
  sortedBy('kind', 'Kind', '90px', (job) => job.signature?.kind ?? null, {
    hidden: true,
    cell: (job) => job.signature && kindText(job.signature.kind),
  }),
  time('posted', 'Posted', true),
  time('updated', 'Updated', true),
  sortedBy('wait', 'Waited', '64px', waited, {
    align: 'right',
    hidden: true,
    cell: (job) => duration(waited(job)),
  }),
  part('tasks', 'Tasks', 'minmax(120px, 0.6fr)', ({ tasks }) => tasks.join(' ')),
  part('machine_type', 'Machine', '84px', ({ machine_type }) => machine_type),
  part('owner', 'Owner', '150px', ({ owner }) => owner),
  part('flavor', 'Flavor', '84px', ({ flavor }) => flavor),
  part('priority', 'Priority', '72px', ({ priority }) => priority),
  part('teuthology_branch', 'Teuthology', '110px', ({ teuthology_branch }) => teuthology_branch),
  part('suite_branch', 'Suite branch', 'minmax(110px, 0.4fr)', ({ suite_branch }) => suite_branch),
];

type PartColumn = (typeof partColumns)[number];

/** A column whose values are loaded when it is shown. */
function part(
  id: PartColumn,
  title: string,
  width: string,
  read: (parts: JobParts) => string | number | null,
): Column<JobRow> {
  const value = ({ parts }: JobRow) => (parts === null ? null : read(parts));
  const text = (job: JobRow) => String(value(job) ?? '');
  return sortedBy(id, title, width, value, { hidden: true, text });
}

function time(id: 'started' | 'posted' | 'updated', title: string, hidden: boolean): Column<JobRow> {
  return sortedBy(id, title, '96px', (job) => job[id], { hidden, cell: (job) => <Time at={job[id]} /> });
}

/** The facets that distinguish the job from others; its whole description if there are none. */
function shortDescription(job: JobRow): string | null {
  return job.facets || job.description;
}

/** Seconds between posting and start; null before the start. */
function waited({ posted, started }: Job): number | null {
  return started === null ? null : Math.max(0, (started - posted) / 1000);
}

/** A column with the values of a facet. */
export function facetColumn(key: string): Column<JobRow> {
  const read = (job: JobRow) => job.all.find((facet) => facet.key === key)?.value ?? null;
  return sortedBy(`f:${key}`, key, 'minmax(90px, 0.5fr)', read, {
    text: (job) => read(job) ?? '',
    cell: (job) => <span className="mono">{read(job)}</span>,
  });
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
