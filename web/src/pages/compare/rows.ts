import { type ChangeClass, changeClasses, isFailing } from '../../../../src/core/compare.ts';
import { differingFacets, facetText } from '../../../../src/core/facets.ts';
import { causesOfJob } from '../../../../src/core/job.ts';
import type { Compare } from '../../../../src/http/api/compare.ts';
import type { Said } from '../run/headline.ts';
import { decidedWords } from '../run/triage.ts';

/** One description in both runs. */
export type Compared = Compare['rows'][number];

/** A row of the comparison: a description; or a cause, as a heading with the numbers of its jobs in either run. */
export type CompareRow =
  | { kind: 'job'; key: string; compared: Compared; facets: string }
  | { kind: 'group'; key: string; title: string; inA: number; inB: number; open: boolean };

/** The names and meanings of the kinds of change. */
export const changeLabels: Record<ChangeClass, [label: string, meaning: string]> = {
  regression: ['regression', 'passed in A, fails in B'],
  new_fail: ['appeared, fails', 'fails in B; missing or unfinished in A'],
  still: ['still failing', 'fails in both'],
  fixed: ['fixed', 'failed in A, passes in B'],
  new_pass: ['appeared, passes', 'passes in B; missing or unfinished in A'],
  gone: ['gone', 'only in A'],
  pass: ['pass', 'passes in both'],
  unfinished: ['unfinished', 'unfinished in B'],
};

/** The kinds of change that are shown by default. */
export const defaultChanges = 'regression,new_fail,fixed';

/** Descriptions grouped by cause, the most frequent cause first. Descriptions without a cause come last. Causes are counted in `all`. */
export function compareRows(rows: Compared[], closed: ReadonlySet<string>, all = rows): CompareRow[] {
  const [inA, inB] = [failuresIn(all, 'a'), failuresIn(all, 'b')];
  const groups = new Map<string, { title: string; rows: Compared[] }>();
  for (const row of rows) {
    const causes = [row.b, row.a].map((job) => (job === null ? [] : causesOfJob(job))).find((some) => some.length > 0);
    for (const { id, title } of causes ?? [{ id: '', title: 'No failure reason' }]) {
      const group = groups.get(id) ?? { title, rows: [] };
      group.rows.push(row);
      groups.set(id, group);
    }
  }
  const differing = differingFacets(rows.map(({ description }) => description));
  const facets = new Map(rows.map((row, at) => [row, differing[at]]));
  const sorted = [...groups].sort(
    ([a, x], [b, y]) => Number(a === '') - Number(b === '') || y.rows.length - x.rows.length,
  );
  return sorted.flatMap(([id, group]): CompareRow[] => {
    const open = !closed.has(id);
    const head = {
      kind: 'group',
      key: id,
      title: group.title,
      inA: inA.get(id) ?? 0,
      inB: inB.get(id) ?? 0,
      open,
    } as const;
    if (!open) return [head];
    const jobs = group.rows.map((compared) => {
      const shown = facets.get(compared)?.map(facetText).join('  ') || compared.description;
      return { kind: 'job', key: rowKey(compared, id), compared, facets: shown } as const;
    });
    return [head, ...jobs];
  });
}

/** The key of a row. A job with several causes has several rows. */
function rowKey({ description, a, b }: Compared, cause: string): string {
  return JSON.stringify([description, a?.job_id, b?.job_id, cause]);
}

function failuresIn(rows: Compared[], side: 'a' | 'b'): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { [side]: job } of rows) {
    if (job === null || !isFailing(job.status)) continue;
    const causes = causesOfJob(job).map(({ id }) => id);
    for (const id of causes.length > 0 ? causes : ['']) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return counts;
}

/** How many seconds longer the job took in B; null if one of the durations is unknown. */
export function durationChange({ a, b }: Compared): number | null {
  const [from, to] = [a?.duration ?? null, b?.duration ?? null];
  return from === null || to === null ? null : to - from;
}

/** The selected kinds of change after a click on one, in their fixed order. */
export function toggledChanges(wanted: readonly string[], name: ChangeClass): ChangeClass[] {
  return changeClasses.filter((one) => (one === name) !== wanted.includes(one));
}

/** The decision on a cause. It is shown once if it is the same in both runs, or if only one run has the cause. */
export function decidedInEither(a?: Pick<Said, 'decision' | 'past'>, b?: Pick<Said, 'decision' | 'past'>): string {
  const [inA, inB] = [a ? decidedWords(a) : '', b ? decidedWords(b) : ''];
  if (a === undefined || inA === inB) return inB;
  if (b === undefined) return inA;
  return [inA && `A: ${inA}`, inB && `B: ${inB}`].filter((part) => part !== '').join('; ');
}
