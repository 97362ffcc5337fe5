import { useMemo, useState } from 'react';
import type { Facet } from '../../../../src/core/facets.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { useUrlState } from '../../lib/address.ts';
import { useHeldUpdates } from '../../lib/held.ts';
import { useKeys } from '../../lib/keys.ts';
import { toggled } from '../../lib/sets.ts';
import { printList, readList } from '../../lib/url.ts';
import { Grid } from '../../ui/Grid.tsx';
import { useShort } from '../../ui/narrow.ts';
import { UpdatesPill } from '../../ui/Updates.tsx';
import { AcceptContext, failureColumns, MobileFailure } from './failure-columns.tsx';
import { type FailureRow, failureRows, groupKey, holds, openGroups, rowKey, rowKeyOf } from './failure-rows.ts';
import type { Group } from './groups.ts';
import type { Job } from './jobs.ts';
import type { Triage } from './use-triage.ts';

interface FailuresProps {
  page: RunPage;
  /** The facets in which each job differs from the others of the run, by its index. */
  differing: readonly (readonly Facet[])[];
  groups: readonly Group[];
  /** Where the rows that are shown are kept. */
  shown: { current: readonly FailureRow[] };
  triage: Triage | null;
  /** Identifies the list; when it changes, no updates are held back. */
  scope: string;
  /** The ids of marked jobs. */
  marks: ReadonlySet<string>;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: (job: Job) => void;
}

/** Failing jobs by cause. The rows of a group show how its jobs differ. */
export function Failures(props: FailuresProps) {
  const { page, differing, groups, shown, triage, scope, marks, selected, onSelect, onOpen } = props;
  const current = rowKeyOf(groups, selected);
  const { isOpen, toggle, opened, change } = useOpenGroups(groups, current);
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

/** In the address while nobody has opened or closed a group. */
const untouched = 'first';

/** Which groups are open, as the address says: at first the first one, unless it is long. That of the selected job always is. */
function useOpenGroups(groups: readonly Group[], selected: string | null) {
  const [open, setOpen] = useUrlState('open', untouched);
  const short = useShort();
  const opened = useMemo(
    () => openGroups(groups, open === untouched ? null : readList(open), selected, !short),
    [groups, open, selected, short],
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
