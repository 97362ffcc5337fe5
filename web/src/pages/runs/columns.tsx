import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { pagePath } from '../../../../src/core/paths.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { duration, number, shortSha1 } from '../../lib/format.ts';
import { Bar, Counts } from '../../ui/Bar.tsx';
import type { Column } from '../../ui/grid-columns.ts';
import { MobileLine, MobileRow } from '../../ui/Mobile.tsx';
import { Status } from '../../ui/Status.tsx';
import { Time } from '../../ui/Time.tsx';
import { Value } from '../../ui/Value.tsx';
import { countsInWords, donePercent, isLive, type RunsRow, runSeconds } from './run-facts.ts';

type Cell = (run: RunItem) => ReactNode;

function textOf(text: (run: RunItem) => string) {
  return (row: RunsRow) => (row.kind === 'run' ? text(row.run) : '');
}

function ofRuns(id: string, title: string, width: string, cell: Cell, more: Partial<Column<RunsRow>> = {}) {
  return { id, title, width, cell: (row: RunsRow) => (row.kind === 'run' ? cell(row.run) : null), ...more };
}

const hidden = { hidden: true };
const mostFirst = { sortable: true, descendingFirst: true };

/** The columns. The id of a sortable column is the name that the API sorts by. */
export function runColumns(now: number, byDay = false): Column<RunsRow>[] {
  const form = byDay ? 'clock' : 'long';
  return [
    {
      ...{ id: 'status', title: 'Status', width: '64px', sortable: true },
      cell: (row) => (row.kind === 'run' ? <RunMark row={row} /> : <GroupTitle row={row} />),
      text: textOf((run) => run.status),
    },
    ofRuns(
      'scheduled',
      'Scheduled',
      byDay ? '80px' : '128px',
      (run) => <Time at={run.scheduled} form={form} />,
      mostFirst,
    ),
    ofRuns('suite', 'Suite', 'minmax(110px, 0.7fr)', suiteLink, { sortable: true, text: textOf((run) => run.name) }),
    ofRuns('branch', 'Branch · sha1', 'minmax(150px, 2fr)', branchCell, {
      sortable: true,
      text: textOf((run) => `${run.branch} ${run.sha1 ?? ''}`),
    }),
    ofRuns('user', 'User', '96px', (run) => <Value field="user" value={run.user} />, {
      sortable: true,
      text: textOf((run) => run.user),
    }),
    ofRuns('machine_type', 'Machine', '84px', (run) => <Value field="machine" value={run.machine_type} />, {
      sortable: true,
      text: textOf((run) => run.machine_type),
    }),
    {
      ...{ id: 'fail', title: 'Results', width: 'minmax(388px, 1.6fr)', ...mostFirst },
      cell: (row) => {
        const { counts, total } = row.kind === 'run' ? row.run : row;
        return <Results counts={counts} total={total} />;
      },
    },
    ofRuns('review', 'Reviewed', 'minmax(80px, 0.8fr)', reviewCell, {
      text: textOf(({ review }) => (review === null ? '' : `${review.verdict}, by ${review.author}`)),
    }),
    ofRuns('time', 'Time', '100px', (run) => <RunTime run={run} now={now} />, { align: 'right' }),
    ofRuns('priority', 'Priority', '72px', (run) => run.priority, { ...hidden, align: 'right', sortable: true }),
    ofRuns('sha1', 'sha1', '84px', (run) => <code>{shortSha1(run.sha1)}</code>, hidden),
    ofRuns('flavor', 'Flavor', '84px', (run) => run.flavor, hidden),
    ofRuns('started', 'Started', '96px', (run) => <Time at={run.started} />, { ...hidden, ...mostFirst }),
    ofRuns('updated', 'Updated', '96px', (run) => <Time at={run.updated} />, { ...hidden, ...mostFirst }),
    ofRuns('total', 'Jobs', '64px', (run) => number(run.total), { ...hidden, align: 'right' }),
    ofRuns('tags', 'Tags', 'minmax(80px, 1fr)', (run) => run.tags.join(', '), hidden),
    ofRuns('name', 'Name', 'minmax(200px, 3fr)', (run) => run.name, hidden),
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
      <span className="runs-branch-name cut">
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

/** A row on a narrow screen, with two lines. */
export function MobileRun({ row, now }: { row: RunsRow; now: number }) {
  if (row.kind === 'group') return <GroupTitle row={row} />;
  const { run } = row;
  return (
    <MobileRow>
      <MobileLine end={<Time at={run.scheduled} />}>
        <Status status={run.status} /> {suiteLink(run)} <span className="cut quiet">{run.branch}</span>
      </MobileLine>
      <MobileLine end={<RunTime run={run} now={now} />}>
        <Counts counts={run.counts} />
        <span className="cut quiet">{run.user}</span>
      </MobileLine>
    </MobileRow>
  );
}
