import { useMemo, useState } from 'react';
import { differingFacets, type Facet, facetText } from '../../../../src/core/facets.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import { useHeldUpdates } from '../../app/held.ts';
import type { Job } from '../../lib/jobs.ts';
import { useKeys } from '../../lib/keys.ts';
import { Grid } from '../../ui/Grid.tsx';
import { UpdatesPill } from '../../ui/Updates.tsx';
import { type FailureRow, failureColumns, MobileFailure } from './failure-columns.tsx';
import type { Group } from './groups.ts';

interface FailuresProps {
  page: RunPage;
  /** What tells each job from the others of the run, by its index. */
  differing: readonly (readonly Facet[])[];
  groups: readonly Group[];
  /** What is listed; when it changes nothing is held back. */
  scope: string;
  selected: string | null;
  onSelect: (id: string) => void;
  onOpen: (job: Job) => void;
}

/** Failing jobs by cause; the rows of a group show where their descriptions differ. */
export function Failures({ page, differing, groups, scope, selected, onSelect, onOpen }: FailuresProps) {
  const { isOpen, toggle, opened } = useOpenGroups(groups);
  const [touched, setTouched] = useState(false);
  const latest = useMemo(
    () => groups.flatMap((group) => rowsOf(group, opened.has(group.id), differing)),
    [groups, opened, differing],
  );
  const hold = touched || selected !== null;
  const { rows, waiting, apply } = useHeldUpdates(latest, rowId, hold, `${scope} ${[...opened].join(' ')}`);
  const columns = useMemo(() => failureColumns(page), [page]);
  const step = (direction: 1 | -1) => {
    const at = groups.findIndex(({ id, jobs }) =>
      selected?.startsWith('group:')
        ? selected === `group:${id}`
        : jobs.some(({ job_id }) => selected === `${job_id}@${id}`),
    );
    const next = groups[at < 0 ? (direction === 1 && selected === null ? 1 : 0) : at + direction];
    if (next) onSelect(`group:${next.id}`);
  };
  useKeys({ n: () => step(1), N: () => step(-1) });
  return (
    <div className="list">
      <UpdatesPill waiting={waiting} onApply={apply} />
      <Grid<FailureRow>
        rows={rows}
        columns={columns}
        rowKey={rowId}
        label="Failures by cause"
        emptyText="No failing job matches the filter."
        selected={selected ?? (groups[0] ? `group:${groups[0].id}` : null)}
        onSelect={(row) => onSelect(rowId(row))}
        onOpen={(row) => row.job && onOpen(row.job)}
        onHold={setTouched}
        rowClass={({ job }) => (job === null ? 'group-row' : '')}
        groupOf={({ group, job }) =>
          job === null ? { level: 1, expanded: isOpen(group), onToggle: () => toggle(group) } : { level: 2 }
        }
        mobile={(row) => <MobileFailure row={row} />}
      />
    </div>
  );
}

/** Which groups show their jobs: at first the first one, if it is not a long list. */
function useOpenGroups(groups: readonly Group[]) {
  const [opened, setOpened] = useState<ReadonlySet<string>>(
    () => new Set(groups.slice(0, 1).flatMap(({ id, jobs }) => (jobs.length <= 12 ? [id] : []))),
  );
  useKeys({
    e: () => setOpened(new Set(groups.map(({ id }) => id))),
    E: () => setOpened(new Set()),
  });
  const toggle = ({ id }: Group) => {
    const next = new Set(opened);
    if (!next.delete(id)) next.add(id);
    setOpened(next);
  };
  return { opened, toggle, isOpen: ({ id }: Group) => opened.has(id) };
}

function rowsOf(group: Group, open: boolean, differing: FailuresProps['differing']): FailureRow[] {
  const head: FailureRow = { group, job: null, facets: '' };
  if (!open) return [head];
  const facets = differingFacets(group.jobs.map(({ description }) => description));
  return [
    head,
    ...group.jobs.map((job, index) => {
      const inGroup = facets[index] ?? [];
      // A lone job has nothing to differ from but the rest of the run.
      const shown = inGroup.length > 0 ? inGroup : (differing[job.index] ?? []);
      return { group, job, facets: shown.map(facetText).join('  ') };
    }),
  ];
}

/** What identifies a row in the address: a group, or a job. */
function rowId({ group, job }: FailureRow): string {
  return job === null ? `group:${group.id}` : `${job.job_id}@${group.id}`;
}
