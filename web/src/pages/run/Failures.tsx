import { useMemo, useState } from 'react';
import type { Facet } from '../../../../src/core/facets.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { useHeldUpdates } from '../../app/held.ts';
import type { Job } from '../../lib/jobs.ts';
import { useKeys } from '../../lib/keys.ts';
import { toggled } from '../../lib/sets.ts';
import { Grid } from '../../ui/Grid.tsx';
import { UpdatesPill } from '../../ui/Updates.tsx';
import { failureColumns, MobileFailure } from './failure-columns.tsx';
import { type FailureRow, failureRows, groupKey, nextGroup, rowKey } from './failure-rows.ts';
import type { Group } from './groups.ts';

interface FailuresProps {
  page: RunPage;
  /** The facets in which each job differs from the others of the run, by its index. */
  differing: readonly (readonly Facet[])[];
  groups: readonly Group[];
  /** Identifies the list; when it changes, no updates are held back. */
  scope: string;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: (job: Job) => void;
}

/** Failing jobs by cause. The rows of a group show how its jobs differ. */
export function Failures({ page, differing, groups, scope, selected, onSelect, onOpen }: FailuresProps) {
  const { isOpen, toggle, opened } = useOpenGroups(groups);
  const [touched, setTouched] = useState(false);
  const latest = useMemo(() => failureRows(groups, opened, differing), [groups, opened, differing]);
  const hold = touched || selected !== null;
  const { rows, waiting, apply } = useHeldUpdates(latest, rowKey, hold, `${scope} ${[...opened].join(' ')}`);
  const columns = useMemo(() => failureColumns(page), [page]);
  const step = (direction: 1 | -1) => {
    const next = nextGroup(groups, selected, direction);
    if (next) onSelect(groupKey(next));
  };
  useKeys({ n: () => step(1), N: () => step(-1) });
  return (
    <div className="list">
      <UpdatesPill waiting={waiting} onApply={apply} />
      <Grid<FailureRow>
        rows={rows}
        columns={columns}
        rowKey={rowKey}
        label="Failures by cause"
        emptyText="No matching failures."
        selected={selected ?? (groups[0] ? groupKey(groups[0]) : null)}
        onSelect={(row) => row.kind !== 'band' && onSelect(rowKey(row))}
        onOpen={(row) => row.kind === 'job' && onOpen(row.job)}
        onHold={setTouched}
        rowClass={({ kind }) => (kind === 'job' ? '' : `${kind}-row`)}
        groupOf={(row) => {
          if (row.kind !== 'group') return { level: row.kind === 'band' ? 1 : 2 };
          return { level: 1, expanded: isOpen(row.group), onToggle: () => toggle(row.group) };
        }}
        mobile={(row) => <MobileFailure row={row} />}
        mobileLines={3}
      />
    </div>
  );
}

/** Which groups are open: at first the first one, unless it is long. */
function useOpenGroups(groups: readonly Group[]) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(
    () => new Set(groups.slice(0, 1).flatMap(({ id, jobs }) => (jobs.length <= 12 ? [id] : []))),
  );
  useKeys({
    e: () => setOpened(new Set(groups.map(({ id }) => id))),
    E: () => setOpened(new Set()),
  });
  return {
    opened,
    toggle: ({ id }: Group) => setOpened(toggled(opened, id)),
    isOpen: ({ id }: Group) => opened.has(id),
  };
}
