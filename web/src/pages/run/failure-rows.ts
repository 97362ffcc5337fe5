/** The rows of the list of failures, and the keys that identify them in the URL. */
import { differingFacets, type Facet, facetText } from '../../../../src/core/facets.ts';
import type { Band } from '../../../../src/core/verdicts/bands.ts';
import type { Group } from './groups.ts';
import type { Job } from './jobs.ts';

/** A row: the heading of a band, of whose causes `open` have no decision; a group; or one of its jobs with the facets in which it differs. */
export type FailureRow =
  | { kind: 'band'; band: Band; causes: number; open: number; jobs: number }
  | { kind: 'group'; group: Group }
  | { kind: 'job'; group: Group; job: Job; facets: string };

/** The rows of all groups, which are ordered by band. `opened` has the ids of open groups. */
export function failureRows(
  groups: readonly Group[],
  opened: ReadonlySet<string>,
  differing: readonly (readonly Facet[])[],
): FailureRow[] {
  return groups.flatMap((group, at) => {
    const rows = groupRows(group, opened.has(group.id), differing);
    const { band } = group;
    if (band === null || groups[at - 1]?.band === band) return rows;
    const members = groups.filter((one) => one.band === band);
    const jobs = new Set(members.flatMap((one) => one.jobs)).size;
    const open = members.filter(({ verdict }) => verdict?.decision === null).length;
    return [{ kind: 'band', band, causes: members.length, open, jobs }, ...rows];
  });
}

/** The rows of a group: its heading and, if it is open, its jobs. `differing` holds the facets that distinguish each job from the rest of the run. */
function groupRows(group: Group, open: boolean, differing: readonly (readonly Facet[])[]): FailureRow[] {
  const head: FailureRow = { kind: 'group', group };
  if (!open) return [head];
  const facets = differingFacets(group.jobs.map(({ description }) => description));
  const rows = group.jobs.map((job, index): FailureRow => {
    const inGroup = facets[index] ?? [];
    // A group with a single job has no differences, so show what distinguishes the job from the rest of the run.
    const shown = inGroup.length > 0 ? inGroup : (differing[job.index] ?? []);
    return { kind: 'job', group, job, facets: shown.map(facetText).join('  ') };
  });
  return [head, ...rows];
}

/** The key of a group in the URL. */
export function groupKey({ id }: Pick<Group, 'id'>): string {
  return `group:${id}`;
}

/** The key of a row in the URL. A job can be in several groups. */
export function rowKey(row: FailureRow): string {
  if (row.kind === 'band') return `band:${row.band}`;
  return row.kind === 'group' ? groupKey(row.group) : `${row.job.job_id}@${row.group.id}`;
}

/** The group or job with a key, in the list of failures or in the table of jobs; both null for an unknown key. */
export function selectionOf(
  key: string,
  groups: readonly Group[],
  jobs: readonly Job[],
): { group: Group | null; job: Job | null } {
  const group = groups.find((one) => groupKey(one) === key);
  if (group) return { group, job: null };
  const named = jobs.find(({ job_id }) => job_id === key);
  if (named) return { group: null, job: named };
  for (const { id, jobs } of groups) {
    if (key.endsWith(`@${id}`)) {
      const job = jobs.find(({ job_id }) => key === `${job_id}@${id}`);
      if (job) return { group: null, job };
    }
  }
  return { group: null, job: null };
}

/** The group after or before the selected one, or the one of the selected job. Without a selection, the first group counts as selected. */
export function nextGroup(groups: readonly Group[], selected: string | null, step: 1 | -1): Group | undefined {
  const at = selected === null ? 0 : groups.findIndex((group) => holds(group, selected));
  return at === -1 ? groups[0] : groups[at + step];
}

/** Whether a key belongs to a group or to one of its jobs. */
export function holds(group: Group, selected: string): boolean {
  return selected === groupKey(group) || group.jobs.some(({ job_id }) => selected === `${job_id}@${group.id}`);
}

/** The key of the selected row. If the URL has only a job, as from the table of jobs, it is the row of this job in its first group. */
export function rowKeyOf(groups: readonly Group[], selected: string | null): string | null {
  const group = groups.find(({ jobs }) => jobs.some(({ job_id }) => job_id === selected));
  return group === undefined ? selected : `${selected}@${group.id}`;
}

/** Groups with more jobs are closed initially. */
const mostOpen = 12;

/**
 * The ids of the open groups. `opened` is null initially; the first group is then open if there is room for it. The group of a selected job is
 * always open.
 */
export function openGroups(
  groups: readonly Group[],
  opened: readonly string[] | null,
  selected: string | null,
  hasRoom = true,
): ReadonlySet<string> {
  const first = hasRoom && groups[0] && groups[0].jobs.length <= mostOpen ? [groups[0].id] : [];
  const around = groups.find((group) => selected !== groupKey(group) && holds(group, selected ?? ''));
  return new Set([...(opened ?? first), ...(around ? [around.id] : [])]);
}
