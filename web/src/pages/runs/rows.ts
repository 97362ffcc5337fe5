import type { RunItem } from '../../../../src/http/api/schema.ts';
import type { Zone } from '../../lib/format.ts';
import type { RunsRow } from './columns.tsx';
import { dayTitle } from './day.ts';
import { type Grouping, groupRuns, groupTitle, sumCounts } from './run-facts.ts';

export const defaultSort = '-scheduled';

export const groupings: readonly Grouping[] = ['day', 'suite', 'branch', 'sha1'];

/** The last column of an order: the API sorts by one column. */
export function oneSort(sort: string): string {
  return sort.split(',').at(-1) || defaultSort;
}

/** Options of `runRows`. */
export interface RowOptions {
  /** Null for a plain list. */
  grouping: Grouping | null;
  /** The keys of closed groups. */
  closed: ReadonlySet<string>;
  /** The names of the runs that are marked for comparison. */
  marked: readonly string[];
  zone: Zone;
  now: number;
}

/** The rows for runs: a heading for each group, and the runs of open groups. */
export function runRows(runs: readonly RunItem[], { grouping, closed, marked, zone, now }: RowOptions): RunsRow[] {
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
}
