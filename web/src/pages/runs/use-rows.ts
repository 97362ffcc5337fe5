import { useCallback, useMemo } from 'react';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import type { Zone } from '../../lib/format.ts';
import { toggled } from '../../lib/sets.ts';
import { printList, readList } from '../../lib/url-list.ts';
import { useUrlState } from '../../lib/url-state.ts';
import type { RowGroup } from '../../ui/grid-types.ts';
import type { RunsRow } from './columns.tsx';
import { runRows } from './rows.ts';
import type { Grouping } from './run-facts.ts';

/** The rows of the list, whose closed groups the address says. */
export function useRunRows(
  runs: readonly RunItem[],
  grouping: Grouping | null,
  marked: readonly string[],
  zone: Zone,
  now: number,
): { rows: RunsRow[]; groupOf: ((row: RunsRow) => RowGroup) | undefined } {
  const [text, setText] = useUrlState('closed', '');
  const closed = useMemo(() => new Set(readList(text)), [text]);
  const rows = useMemo(
    () => runRows(runs, { grouping, closed, marked, zone, now }),
    [runs, grouping, closed, marked, zone, now],
  );
  const groupOf = useCallback(
    (row: RunsRow): RowGroup => {
      if (row.kind === 'run') return { level: row.level };
      const toggle = () => setText(printList(toggled(closed, row.key)), { replace: true });
      return { level: 1, expanded: row.open, onToggle: toggle };
    },
    [closed, setText],
  );
  return { rows, groupOf: grouping === null ? undefined : groupOf };
}
