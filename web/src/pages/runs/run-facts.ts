import { statusesByUrgency } from '../../../../src/core/job.ts';
import { pagePath } from '../../../../src/core/paths.ts';
import { noJobs } from '../../../../src/core/run.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { shifted, type Zone } from '../../lib/format.ts';

/** A row of the list: a run, or the heading of a group. */
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

/** Seconds from the first start to the last change, or to now while jobs are running. Null if unknown. */
export function runSeconds({ started, updated, counts }: RunItem, now: number): number | null {
  if (started === null) return null;
  const end = isLive(counts) ? now : updated;
  // No real run takes less than a minute. Such a run was reported after the fact, and its duration is unknown.
  const seconds = end === null ? 0 : Math.round((end - started) / 1000);
  return seconds < 60 && !isLive(counts) ? null : Math.max(0, seconds);
}

/** The percentage of jobs that have ended, rounded down. */
export function donePercent({ counts, total }: RunItem): number {
  return total === 0 ? 0 : Math.floor((100 * (counts.pass + counts.fail + counts.dead)) / total);
}

export function isLive(counts: RunItem['counts']): boolean {
  return counts.running + counts.waiting > 0;
}

/** The counts in words, for screen readers: "47 fail, 440 pass". */
export function countsInWords(counts: RunItem['counts']): string {
  const given = statusesByUrgency.filter((status) => counts[status] > 0);
  return given.map((status) => `${counts[status]} ${status}`).join(', ') || 'no jobs';
}

export type Grouping = 'day' | 'suite' | 'branch' | 'sha1';

export function groupTitle(run: RunItem, grouping: Grouping, dayOf: (at: number) => string): string {
  if (grouping === 'day') return dayOf(run.scheduled);
  if (grouping === 'sha1') return run.sha1 ?? 'no sha1';
  return run[grouping] || `no ${grouping}`;
}

interface RunGroup {
  title: string;
  runs: RunItem[];
}

/** Groups runs by their titles, in the order of the first run of each group. */
export function groupRuns(runs: readonly RunItem[], titleOf: (run: RunItem) => string): RunGroup[] {
  const groups = new Map<string, RunGroup>();
  for (const run of runs) {
    const title = titleOf(run);
    const group = groups.get(title) ?? { title, runs: [] };
    group.runs.push(run);
    groups.set(title, group);
  }
  return [...groups.values()];
}

export function sumCounts(runs: RunItem[]): RunItem['counts'] {
  const sum = noJobs();
  for (const { counts } of runs) for (const status of statusesByUrgency) sum[status] += counts[status];
  return sum;
}

/** The page that compares two marked runs, with the older one as A. */
export function compareInOrder(runs: readonly RunItem[], marked: readonly string[]): string {
  const at = (name: string) => runs.find((run) => run.name === name)?.scheduled ?? 0;
  const [older = '', newer = ''] = [...marked].sort((a, b) => at(a) - at(b));
  return pagePath.compare(newer, { with: older });
}

export const defaultSort = '-scheduled';

export const groupings: readonly Grouping[] = ['day', 'suite', 'branch', 'sha1'];

/** The last column of an order, because the API sorts by one column. */
export function oneSort(sort: string): string {
  return sort.split(',').at(-1) || defaultSort;
}

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
  const runRow = (run: RunItem): RunsRow => ({ kind: 'run', run, marked: marked.includes(run.name) });
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

/** A day as a heading: "Today", "Yesterday", "Fri 20 Nov", with the year unless it is the current one. */
export function dayTitle(at: number, zone: Zone, now: number): string {
  const [day, today] = [shifted(at, zone), shifted(now, zone)];
  const parts = { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' } as const;
  const text = new Intl.DateTimeFormat('en-GB', parts).format(day).replace(',', '');
  const between = dayNumber(today) - dayNumber(day);
  if (between === 0) return `Today, ${text}`;
  if (between === 1) return `Yesterday, ${text}`;
  const year = new Date(day).getUTCFullYear();
  return year === new Date(today).getUTCFullYear() ? text : `${text} ${year}`;
}

function dayNumber(ms: number): number {
  return Math.floor(ms / 86_400_000);
}
