import { useMemo } from 'react';
import { pagePath } from '../../../../src/core/paths.ts';
import type { JobItem } from '../../../../src/http/api/schema.ts';
import { causeLine, causeLines, shortSha1 } from '../../lib/format.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-columns.ts';
import { Status } from '../../ui/Status.tsx';
import { JobTime, Time } from '../../ui/Time.tsx';

const keyOf = ({ run, job_id }: JobItem) => `${run}/${job_id}`;

/** The last jobs with one description. The job of this page, `current`, is marked. */
export function JobHistory({ current, history }: { current: JobItem; history: JobItem[] }) {
  const columns = useMemo(
    (): Column<JobItem>[] => [
      { id: 'status', title: 'Status', width: '90px', cell: ({ status }) => <Status status={status} word /> },
      { id: 'run', title: 'Run', width: 'minmax(240px, 2fr)', text: ({ run }) => run },
      {
        id: 'job',
        title: 'Job',
        width: '148px',
        cell: (job) => `${job.job_id}${keyOf(job) === keyOf(current) ? ' (this job)' : ''}`,
      },
      { id: 'branch', title: 'Branch', width: '140px', text: ({ branch }) => branch },
      { id: 'sha1', title: 'sha1', width: '80px', cell: ({ sha1 }) => <code>{shortSha1(sha1)}</code> },
      { id: 'os', title: 'OS', width: '124px', text: ({ os }) => os ?? '' },
      { id: 'time', title: 'Time', width: '70px', align: 'right', cell: (job) => <JobTime job={job} /> },
      {
        id: 'cause',
        title: 'Cause',
        width: 'minmax(160px, 2fr)',
        text: causeLines,
        cell: (job) => <span className="mono">{causeLine(job)}</span>,
      },
      { id: 'posted', title: 'Posted', width: '110px', cell: ({ posted }) => <Time at={posted} /> },
    ],
    [current],
  );
  return (
    <Grid<JobItem>
      rows={history}
      columns={columns}
      rowKey={keyOf}
      rowClass={(job) => (keyOf(job) === keyOf(current) ? 'marked-row' : '')}
      rowHref={({ run, job_id }) => pagePath.job(run, job_id)}
      label="Jobs with the same description"
      emptyText="No other jobs have this description."
      mobile={(job) => (
        <>
          <span className="two">
            <Status status={job.status} /> {job.run}
          </span>
          <span className="two mono">{causeLine(job) || job.job_id}</span>
        </>
      )}
    />
  );
}
