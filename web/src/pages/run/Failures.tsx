import { createContext, useContext, useMemo, useRef, useState } from 'react';
import type { Facet } from '../../../../src/core/facets.ts';
import type { Band } from '../../../../src/core/verdicts/bands.ts';
import { blameText } from '../../../../src/core/verdicts/sentence.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import { useUrlState } from '../../lib/address.ts';
import { plural, shortHost } from '../../lib/format.ts';
import { useHeldUpdates } from '../../lib/held.ts';
import { useKeys } from '../../lib/keys.ts';
import { toggled } from '../../lib/sets.ts';
import { printList, readList } from '../../lib/url.ts';
import { Grid } from '../../ui/Grid.tsx';
import type { Column } from '../../ui/grid-columns.ts';
import { useShort } from '../../ui/narrow.ts';
import { Status } from '../../ui/Status.tsx';
import { JobTime } from '../../ui/Time.tsx';
import { UpdatesPill } from '../../ui/Updates.tsx';
import { type FailureRow, failureRows, groupKey, holds, openGroups, rowKey, rowKeyOf } from './failure-rows.ts';
import type { Group } from './groups.ts';
import { shortSaid } from './headline.ts';
import type { ListState } from './JobTable.tsx';
import { decidedWords } from './triage.ts';
import type { Triage } from './use-triage.ts';
import { Badge, bandTitles, SeenStrip } from './verdict-view.tsx';

interface FailuresProps extends ListState {
  page: RunPage;
  /** The facets in which each job differs from the others of the run, by the index of the job. */
  differing: readonly (readonly Facet[])[];
  groups: readonly Group[];
  /** Receives the rows that are shown. */
  shown: { current: readonly FailureRow[] };
  triage: Triage | null;
  /** Identifies the list. When it changes, no updates are held back. */
  scope: string;
}

/** Failing jobs by cause. The rows of a group show how its jobs differ. */
export function Failures(props: FailuresProps) {
  const { page, differing, groups, shown, triage, scope, marks, selected, onSelect, onOpen } = props;
  const current = rowKeyOf(groups, selected);
  const { isOpen, toggle, opened, change } = useOpenGroups(groups, current, scope);
  const [touched, setTouched] = useState(false);
  const latest = useMemo(() => failureRows(groups, opened, differing), [groups, opened, differing]);
  const hold = touched || selected !== null;
  const { rows, waiting, apply } = useHeldUpdates(latest, rowKey, hold, `${scope} ${[...opened].join(' ')}`);
  shown.current = rows;
  const columns = useMemo(() => failureColumns(page), [page]);
  useKeys({
    e: () => change(groups.map(({ id }) => id)),
    E: () => {
      const group = groups.find((one) => holds(one, current ?? ''));
      if (group) onSelect(groupKey(group));
      change([]);
    },
  });
  return (
    <AcceptContext value={triage?.accept ?? null}>
      <div className="list">
        <UpdatesPill waiting={waiting} onApply={apply} />
        <Grid<FailureRow>
          rows={rows}
          columns={columns}
          rowKey={rowKey}
          label="Failures by cause"
          emptyText="No matching failures."
          selected={current ?? (groups[0] ? groupKey(groups[0]) : null)}
          onSelect={(row) => row.kind !== 'band' && onSelect(rowKey(row))}
          onOpen={(row) => row.kind === 'job' && onOpen(row.job)}
          onHold={setTouched}
          rowClass={(row) => `${row.kind}-row${isMarked(row, marks) ? ' marked-row' : ''}`}
          groupOf={(row) => {
            if (row.kind !== 'group') return { level: row.kind === 'band' ? 1 : 2 };
            return { level: 1, expanded: isOpen(row.group), onToggle: () => toggle(row.group) };
          }}
          mobile={(row) => <MobileFailure row={row} />}
          mobileLines={linesOf}
        />
      </div>
    </AcceptContext>
  );
}

const linesOf = ({ kind }: FailureRow) => ({ band: 1, group: 3, job: 2 })[kind] as 1 | 2 | 3;

/** The value in the URL until the user opens or closes a group. */
const untouched = 'first';

/**
 * The open groups, which the URL stores. Initially, the first group is open unless it is long. The group of the selected job is always open.
 * `scope` identifies the list: its first group is determined only once, so that no update opens or closes a group while a user reads.
 */
function useOpenGroups(groups: readonly Group[], selected: string | null, scope: string) {
  const [open, setOpen] = useUrlState('open', untouched);
  const short = useShort();
  const first = useRef<{ scope: string; ids: readonly string[] } | null>(null);
  if (first.current?.scope !== scope && groups.length > 0) {
    first.current = { scope, ids: [...openGroups(groups, null, null, !short)] };
  }
  const atFirst = first.current?.ids ?? null;
  const opened = useMemo(
    () => openGroups(groups, open === untouched ? atFirst : readList(open), selected),
    [groups, open, atFirst, selected],
  );
  const change = (ids: Iterable<string>) => setOpen(printList(ids), { replace: true });
  return {
    opened,
    change,
    toggle: ({ id }: Group) => change(toggled(opened, id)),
    isOpen: ({ id }: Group) => opened.has(id),
  };
}

function isMarked(row: FailureRow, marks: ReadonlySet<string>): boolean {
  if (row.kind === 'band') return false;
  return row.kind === 'job' ? marks.has(row.job.job_id) : row.group.jobs.every(({ job_id }) => marks.has(job_id));
}

const columnCount = 6;

/** Accepts the proposed decisions for all undecided causes of a band; null if nothing can be decided. */
const AcceptContext = createContext<((band: Band) => Promise<void>) | null>(null);

/** The decision on a cause, its verdict, and what its jobs have in common. */
function saidOf(group: Group): string {
  const { verdict } = group;
  if (verdict === null) return '';
  const common = verdict.blame === null ? '' : `In common: ${blameText(verdict)}`;
  return [decisionOf(group), verdict.sentence, common].filter((part) => part !== '').join(' – ');
}

/** The same in one line: the decision first, because users look for it, then as many of the numbers as fit. */
function Said({ group }: { group: Group }) {
  const decision = decisionOf(group);
  const numbers = group.verdict === null ? '' : shortSaid(group.verdict);
  if (decision === '') return numbers;
  return (
    <>
      {decision} <span className="quiet">· {numbers}</span>
    </>
  );
}

function BandHeading({ row }: { row: FailureRow & { kind: 'band' } }) {
  const accept = useContext(AcceptContext);
  return (
    <span className="band">
      <span className="cut">
        {bandTitles[row.band]}{' '}
        <span className="quiet">{`${plural(row.causes, 'cause')}, ${plural(row.jobs, 'job')}`}</span>
      </span>
      {accept !== null && row.open > 0 && row.band !== 'look' && (
        <button
          type="button"
          className="band-accept"
          title="Accept the proposed decisions for all of these: known flaky, infra, … (T)"
          onClick={() => void accept(row.band)}
        >
          accept all
        </button>
      )}
    </span>
  );
}

function FirstCell({ row }: { row: FailureRow }) {
  if (row.kind === 'band') return <BandHeading row={row} />;
  if (row.kind === 'group') return <span className="strong">{row.group.jobs.length}×</span>;
  return (
    <span className="indented">
      <Status status={row.job.status} /> {row.job.job_id}
    </span>
  );
}

/** The columns of the list of failures. Causes and jobs share the tracks of the grid. */
function failureColumns(page: RunPage): Column<FailureRow>[] {
  return [
    {
      id: 'count',
      title: 'Jobs',
      width: '60px',
      span: ({ kind }) => ({ band: columnCount, group: 1, job: 2 })[kind],
      cell: (row) => <FirstCell row={row} />,
    },
    {
      id: 'badge',
      title: 'Verdict',
      width: '114px',
      cell: (row) => (row.kind === 'group' ? <Badge group={row.group} /> : null),
    },
    {
      id: 'title',
      title: 'Cause, and how its jobs differ',
      width: 'minmax(160px, 1.2fr)',
      text: (row) => (row.kind === 'group' ? row.group.title : row.kind === 'job' ? textOf(row) : ''),
      cell: (row) => {
        if (row.kind === 'group') return <span className="mono strong">{row.group.title}</span>;
        return row.kind === 'job' ? <span className="mono">{textOf(row)}</span> : null;
      },
    },
    {
      id: 'said',
      title: 'Decision and evidence, nodes',
      width: 'minmax(80px, 0.8fr)',
      span: ({ kind }) => (kind === 'group' ? 2 : 1),
      text: (row) => (row.kind === 'group' ? saidOf(row.group) : row.kind === 'job' ? row.job.nodes.join(' ') : ''),
      cell: (row) => {
        if (row.kind === 'group') return <Said group={row.group} />;
        return row.kind === 'job' ? row.job.nodes.map(shortHost).join(' ') : null;
      },
    },
    {
      id: 'os',
      title: 'OS',
      width: '124px',
      text: (row) => (row.kind === 'job' ? (row.job.os ?? '') : ''),
    },
    {
      id: 'time',
      title: 'Recent runs',
      width: '130px',
      align: 'right',
      cell: (row) => {
        if (row.kind === 'group') return <SeenStrip page={page} group={row.group} />;
        return row.kind === 'job' ? <JobTime job={row.job} /> : null;
      },
    },
  ];
}

function decisionOf({ verdict }: Group): string {
  return verdict === null ? '' : decidedWords(verdict);
}

function textOf({ facets, job }: FailureRow & { kind: 'job' }): string {
  return facets || (job.description ?? '');
}

/** A row of the list of failures on a narrow screen. */
function MobileFailure({ row }: { row: FailureRow }) {
  if (row.kind === 'band') {
    return (
      <span className="two">
        <BandHeading row={row} />
      </span>
    );
  }
  if (row.kind === 'group') {
    return (
      <>
        <span className="two">
          <span className="strong">{row.group.jobs.length}×</span> <Badge group={row.group} />{' '}
          <span className="mono strong">{row.group.title}</span>
        </span>
        <span className="failure-said">{decisionOf(row.group) || row.group.verdict?.sentence}</span>
      </>
    );
  }
  const { job } = row;
  return (
    <>
      <span className="two">
        <Status status={job.status} /> {job.job_id} · {job.os ?? 'OS unknown'} · <JobTime job={job} />
      </span>
      <span className="two mono">{textOf(row)}</span>
    </>
  );
}
