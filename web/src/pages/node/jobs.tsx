import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import type { JobItem } from '../../../../src/http/api/schema.ts';
import { causeLine } from '../../lib/format.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-types.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Status } from '../../ui/Status.tsx';
import { JobTime, Time } from '../../ui/Time.tsx';

/** The jobs of a node, newest first. */
export function NodeJobs({ jobs }: { jobs: JobItem[] }) {
  return (
    <Grid<JobItem>
      label="Jobs"
      rows={jobs}
      columns={columns}
      rowKey={(job) => `${job.run}/${job.job_id}`}
      rowHref={(job) => pagePath.job(job.run, job.job_id)}
      mobile={(job) => <MobileJob job={job} />}
      emptyText="No jobs have run on this node."
    />
  );
}

const columns: Column<JobItem>[] = [
  { id: 'status', title: 'Status', width: '72px', cell: ({ status }) => <Status status={status} /> },
  {
    id: 'job',
    title: 'Job',
    width: '96px',
    cell: (job) => <Link href={pagePath.job(job.run, job.job_id)}>{job.job_id}</Link>,
  },
  { id: 'started', title: 'Started', width: '104px', cell: ({ started, posted }) => <Time at={started ?? posted} /> },
  { id: 'suite', title: 'Suite', width: '110px', cell: ({ suite }) => suite },
  { id: 'branch', title: 'Branch', width: 'minmax(120px, 1fr)', text: ({ branch }) => branch },
  {
    id: 'cause',
    title: 'Failure',
    width: 'minmax(200px, 3fr)',
    cell: (job) => <code>{causeOf(job)}</code>,
    text: ({ failure_reason }) => failure_reason ?? '',
  },
  { id: 'system', title: 'System', width: '124px', cell: ({ os }) => os ?? '' },
  { id: 'duration', title: 'Duration', width: '88px', align: 'right', cell: (job) => <JobTime job={job} /> },
];

function causeOf(job: JobItem): string {
  return causeLine(job) || (job.failure_reason?.split('\n')[0] ?? '');
}

function MobileJob({ job }: { job: JobItem }) {
  return (
    <MobileRow>
      <MobileLine end={<Time at={job.started ?? job.posted} />}>
        <Status status={job.status} /> <Link href={pagePath.job(job.run, job.job_id)}>{job.job_id}</Link>{' '}
        <span className="cut quiet">{job.suite}</span>
      </MobileLine>
      <MobileLine end={<JobTime job={job} />}>
        <code className="cut">{causeOf(job) || job.branch}</code>
      </MobileLine>
    </MobileRow>
  );
}
