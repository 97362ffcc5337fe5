import { useCallback, useMemo, useState } from 'react';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import type { Zone } from '../../lib/format.ts';
import type { RowGroup } from '../../ui/grid-types.ts';
import type { RunsRow } from './columns.tsx';
import { dayTitle } from './day.ts';
import { type Grouping, groupRuns, groupTitle, sumCounts } from './run-facts.ts';

export const defaultSort = '-scheduled';

export const groupings: readonly Grouping[] = ['day', 'suite', 'branch', 'sha1'];

/** The API sorts by one column: the one clicked last. */
export function oneSort(sort: string): string {
  return sort.split(',').at(-1) || defaultSort;
}

/** Runs and the lines above each group of them. */
export function useRunRows(
  runs: readonly RunItem[],
  grouping: Grouping | null,
  marked: readonly string[],
  zone: Zone,
  now: number,
): { rows: RunsRow[]; groupOf: ((row: RunsRow) => RowGroup) | undefined } {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => {
    const runRow = (run: RunItem): RunsRow => ({ kind: 'run', run, level: 2, marked: marked.includes(run.name) });
    if (grouping === null) return runs.map(runRow);
    const groups = groupRuns(runs, (run) => groupTitle(run, grouping, (at) => dayTitle(at, zone, now)));
    return groups.flatMap((group): RunsRow[] => {
      const key = `${grouping} ${group.title}`;
      const open = !closed.has(key);
      const total = group.runs.reduce((sum, run) => sum + run.total, 0);
      const head: RunsRow = { kind: 'group', key, ...group, counts: sumCounts(group.runs), total, open };
      return [head, ...(open ? group.runs.map(runRow) : [])];
    });
  }, [runs, grouping, marked, closed, zone, now]);
  const groupOf = useCallback((row: RunsRow): RowGroup => {
    if (row.kind === 'run') return { level: row.level };
    const onToggle = () => setClosed((keys) => toggled(keys, row.key));
    return { level: 1, expanded: row.open, onToggle };
  }, []);
  return { rows, groupOf: grouping === null ? undefined : groupOf };
}

function toggled(keys: ReadonlySet<string>, key: string): ReadonlySet<string> {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  return next;
}
