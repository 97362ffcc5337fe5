import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { duration, plural, shortHost } from '../../lib/format.ts';
import type { Column } from '../../ui/grid-types.ts';
import { Status } from '../../ui/Status.tsx';
import { Strip } from '../../ui/Strip.tsx';
import type { FailureRow } from './failure-rows.ts';
import type { Group } from './groups.ts';
import { sharesOf } from './shares.ts';

/** The badge of a cause: NEW or KNOWN. */
export function Badge({ group: { novelty } }: { group: Group }) {
  if (novelty === null || novelty.badge === null) return null;
  return (
    <span className={novelty.badge === 'NEW' ? 'badge badge-new' : 'badge'} title={novelty.sentence}>
      {novelty.badge}
    </span>
  );
}

/** The recent runs in which a cause occurred; nothing if there is only one run. */
export function SeenStrip({ page, group: { signature, novelty } }: { page: RunPage; group: Group }) {
  if (signature === null || novelty === null || page.recent.length < 2) return null;
  const shares = sharesOf(signature.seen, page.recent);
  const cells = shares.map((share, index) => ({
    status: share,
    title: `${page.recent[index]?.name}: ${signature.seen[index]} of ${plural(page.recent[index]?.total ?? 0, 'job')}`,
  }));
  return <Strip cells={cells} sentence={novelty.sentence} />;
}

/** The columns of the list of failures. The title of a cause spans the columns that only jobs have. */
export function failureColumns(page: RunPage): Column<FailureRow>[] {
  return [
    {
      id: 'count',
      title: 'Jobs',
      width: '112px',
      cell: ({ group, job }) =>
        job === null ? (
          <span className="strong">{group.jobs.length}×</span>
        ) : (
          <span className="indented">
            <Status status={job.status} /> {job.job_id}
          </span>
        ),
    },
    {
      id: 'badge',
      title: 'New',
      width: '76px',
      span: ({ job }) => (job === null ? 1 : 2),
      text: ({ group, job, facets }) =>
        job === null ? (group.novelty?.sentence ?? '') : facets || (job.description ?? ''),
      cell: ({ group, job, facets }) =>
        job === null ? <Badge group={group} /> : <span className="mono">{facets || job.description}</span>,
    },
    {
      id: 'title',
      title: 'Cause, and how its jobs differ',
      width: 'minmax(200px, 1fr)',
      span: ({ job }) => (job === null ? 3 : 1),
      text: ({ group }) => group.title,
      cell: ({ group }) => <span className="mono strong">{group.title}</span>,
    },
    {
      id: 'nodes',
      title: 'Nodes',
      width: '150px',
      text: ({ job }) => job?.nodes.join(' ') ?? '',
      cell: ({ job }) => job?.nodes.map(shortHost).join(' ') ?? null,
    },
    { id: 'os', title: 'OS', width: '104px', text: ({ job }) => job?.os ?? '', cell: ({ job }) => job?.os ?? null },
    {
      id: 'time',
      title: 'Recent runs',
      width: '130px',
      align: 'right',
      cell: ({ group, job }) => (job === null ? <SeenStrip page={page} group={group} /> : duration(job.duration)),
    },
  ];
}

/** A row of the list of failures on a narrow screen. */
export function MobileFailure({ row: { group, job, facets } }: { row: FailureRow }) {
  if (job === null) {
    return (
      <>
        <span className="two strong">
          {group.jobs.length}× <Badge group={group} />
        </span>
        <span className="two mono">{group.title}</span>
      </>
    );
  }
  return (
    <>
      <span className="two">
        <Status status={job.status} /> {job.job_id} · {job.os ?? 'OS unknown'} · {duration(job.duration)}
      </span>
      <span className="two mono">{facets || job.description}</span>
    </>
  );
}
