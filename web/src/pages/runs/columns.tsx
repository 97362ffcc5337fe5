import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { duration, shortSha1 } from '../../lib/format.ts';
import { Bar, Counts } from '../../ui/Bar.tsx';
import type { Column } from '../../ui/grid-types.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Status } from '../../ui/Status.tsx';
import { Time } from '../../ui/Time.tsx';
import { Value } from '../../ui/Value.tsx';
import { countsInWords, donePercent, isLive, runSeconds } from './run-facts.ts';

/** A row of the list: a run or the heading of a group. */
export type RunsRow =
  | { kind: 'run'; run: RunItem; marked: boolean }
  | {
      kind: 'group';
      key: string;
      title: string;
      runs: RunItem[];
      counts: RunItem['counts'];
      total: number;
      open: boolean;
    };

type Cell = (run: RunItem) => ReactNode;

function ofRun(cell: Cell, group: (row: RunsRow & { kind: 'group' }) => ReactNode = () => null) {
  return (row: RunsRow) => (row.kind === 'run' ? cell(row.run) : group(row));
}

function textOf(text: (run: RunItem) => string) {
  return (row: RunsRow) => (row.kind === 'run' ? text(row.run) : '');
}

/** The columns. The id of a sortable column is the name that the API sorts by. */
export function runColumns(now: number, byDay = false): Column<RunsRow>[] {
  const plain = (id: string, title: string, width: string, cell: Cell): Column<RunsRow> => ({
    id,
    title,
    width,
    hidden: true,
    cell: ofRun(cell),
  });
  return [
    {
      id: 'status',
      title: 'Status',
      width: '64px',
      sortable: true,
      cell: (row) => (row.kind === 'run' ? <RunMark row={row} /> : <GroupTitle row={row} />),
      text: textOf((run) => run.status),
    },
    {
      id: 'scheduled',
      title: 'Scheduled',
      width: byDay ? '80px' : '128px',
      sortable: true,
      descendingFirst: true,
      cell: ofRun((run) => <Time at={run.scheduled} form={byDay ? 'clock' : 'long'} />),
    },
    {
      id: 'suite',
      title: 'Suite',
      width: 'minmax(110px, 0.7fr)',
      sortable: true,
      cell: ofRun(suiteLink),
      text: textOf((run) => run.name),
    },
    {
      id: 'branch',
      title: 'Branch · sha1',
      width: 'minmax(150px, 2fr)',
      sortable: true,
      cell: ofRun(branchCell),
      text: textOf((run) => `${run.branch} ${run.sha1 ?? ''}`),
    },
    {
      id: 'user',
      title: 'User',
      width: '96px',
      sortable: true,
      cell: ofRun((run) => <Value field="user" value={run.user} />),
      text: textOf((run) => run.user),
    },
    {
      id: 'machine_type',
      title: 'Machine',
      width: '84px',
      sortable: true,
      cell: ofRun((run) => <Value field="machine" value={run.machine_type} />),
      text: textOf((run) => run.machine_type),
    },
    {
      id: 'fail',
      title: 'Results',
      width: 'minmax(388px, 1.6fr)',
      sortable: true,
      descendingFirst: true,
      cell: (row) => (
        <Results
          counts={row.kind === 'run' ? row.run.counts : row.counts}
          total={row.kind === 'run' ? row.run.total : row.total}
        />
      ),
    },
    {
      id: 'review',
      title: 'Reviewed',
      width: 'minmax(80px, 0.8fr)',
      cell: ofRun(reviewCell),
      text: textOf(({ review }) => (review === null ? '' : `${review.verdict}, by ${review.author}`)),
    },
    {
      id: 'time',
      title: 'Time',
      width: '100px',
      align: 'right',
      cell: ofRun((run) => <RunTime run={run} now={now} />),
    },
    { ...plain('priority', 'Priority', '72px', (run) => run.priority ?? ''), align: 'right', sortable: true },
    plain('sha1', 'sha1', '84px', (run) => <code>{shortSha1(run.sha1)}</code>),
    plain('flavor', 'Flavor', '84px', (run) => run.flavor ?? ''),
    {
      ...plain('started', 'Started', '96px', (run) => <Time at={run.started} />),
      sortable: true,
      descendingFirst: true,
    },
    {
      ...plain('updated', 'Updated', '96px', (run) => <Time at={run.updated} />),
      sortable: true,
      descendingFirst: true,
    },
    { ...plain('total', 'Jobs', '64px', (run) => run.total.toLocaleString('en')), align: 'right' },
    plain('tags', 'Tags', 'minmax(80px, 1fr)', (run) => run.tags.join(', ')),
    plain('name', 'Name', 'minmax(200px, 3fr)', (run) => run.name),
  ];
}

function RunMark({ row }: { row: RunsRow & { kind: 'run' } }) {
  return (
    <>
      <Status status={row.run.status} />
      {row.marked && <span className="hidden"> marked for comparison</span>}
    </>
  );
}

function GroupTitle({ row }: { row: RunsRow & { kind: 'group' } }) {
  return (
    <span className="runs-group-title">
      <span aria-hidden="true">{row.open ? '▾' : '▸'}</span> <b>{row.title}</b>{' '}
      <span className="quiet">
        {row.runs.length} {row.runs.length === 1 ? 'run' : 'runs'}
      </span>
    </span>
  );
}

function suiteLink(run: RunItem) {
  return (
    <Link href={pagePath.run(run.name)} className="runs-suite">
      {run.suite || run.name}
    </Link>
  );
}

function reviewCell({ review }: RunItem) {
  if (review === null) return null;
  return (
    <>
      <span className="quiet">{review.author}: </span>
      {review.verdict}
    </>
  );
}

function branchCell(run: RunItem) {
  return (
    <span className="runs-branch">
      <span className="runs-branch-name">
        <Value field="branch" value={run.branch} />
      </span>
      {run.sha1 && (
        <>
          <span className="quiet"> · </span>
          <Value field="sha1" value={shortSha1(run.sha1)}>
            <code>{shortSha1(run.sha1)}</code>
          </Value>
        </>
      )}
    </span>
  );
}

/** The results as a bar and as numbers. */
export function Results({ counts, total }: { counts: RunItem['counts']; total: number }) {
  if (total === 0) return <span className="quiet">no jobs yet</span>;
  return (
    <span className="runs-results" title={countsInWords(counts)}>
      <span className="runs-bar">
        <Bar counts={counts} total={total} />
      </span>
      <Counts counts={counts} aligned />
    </span>
  );
}

/** The duration of a run, or its progress while it is running. */
function RunTime({ run, now }: { run: RunItem; now: number }) {
  const seconds = runSeconds(run, now);
  if (isLive(run.counts)) {
    return (
      <span title={`${donePercent(run)} % of its jobs are finished; running for ${duration(seconds)}`}>
        {donePercent(run)} % · {duration(seconds)}
      </span>
    );
  }
  return <span>{duration(seconds)}</span>;
}

/** A row on a narrow screen, in two lines. */
export function MobileRun({ row, now }: { row: RunsRow; now: number }) {
  if (row.kind === 'group') return <GroupTitle row={row} />;
  const { run } = row;
  return (
    <MobileRow>
      <MobileLine end={<Time at={run.scheduled} />}>
        <Status status={run.status} /> {suiteLink(run)} <span className="two-lines-text quiet">{run.branch}</span>
      </MobileLine>
      <MobileLine end={<RunTime run={run} now={now} />}>
        <Counts counts={run.counts} />
        <span className="two-lines-text quiet">{run.user}</span>
      </MobileLine>
    </MobileRow>
  );
}
