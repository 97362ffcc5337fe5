import { isFailing } from '../../../../src/core/compare.ts';
import { differingFacets, facetText } from '../../../../src/core/facets.ts';
import { jobStatuses } from '../../../../src/core/job.ts';
import type { MatchableJob } from '../../../../src/core/query-match.ts';
import type { History } from '../../../../src/http/api/history.ts';

/** The results of a description in each run. */
export type HistoryRow = History['rows'][number];

/** How often a description failed and ran, its last pass, and its first failure after that. The last two are indexes of runs, -1 if there is none. */
export function rowFacts({ status }: HistoryRow) {
  const lastPass = status.findLastIndex(isPass);
  const firstBad = status.findIndex((one, run) => run > lastPass && isBad(one));
  return { fails: status.filter(isBad).length, ran: status.filter((one) => one !== -1).length, firstBad, lastPass };
}

export function isBad(status: number): boolean {
  const name = jobStatuses[status];
  return name !== undefined && isFailing(name);
}

function isPass(status: number): boolean {
  return jobStatuses[status] === 'pass';
}

/** Filters rows: if there is a filter, one of their jobs must match it; with `onlyRed`, one must have failed. */
export function filterRows(
  data: History,
  matches: ((job: MatchableJob) => boolean) | null,
  onlyRed: boolean,
): HistoryRow[] {
  return data.rows.filter((row) => {
    if (onlyRed && !row.status.some(isBad)) return false;
    if (matches === null) return true;
    return data.runs.some((_, run) => {
      const job = jobAt(data, row, run);
      return job !== null && matches(job);
    });
  });
}

/** The job of a row in a run as seen by filters. Properties that a history does not contain are unknown. */
export function jobAt({ runs, signatures }: History, row: HistoryRow, at: number): MatchableJob | null {
  const [run, status, jobId] = [runs[at], jobStatuses[row.status[at] ?? -1], row.job_id[at]];
  if (run === undefined || status === undefined || !jobId) return null;
  const signature = signatures[row.signature[at] ?? -1] ?? null;
  return {
    ...noFacts,
    status,
    job_id: jobId,
    description: row.description,
    failure_reason: signature?.title ?? null,
    error: null,
    suite: run.suite,
    branch: run.branch,
    user: run.user,
    machine_type: run.machine_type,
    flavor: run.flavor,
    sha1: run.sha1,
    priority: run.priority,
    scheduled: run.scheduled,
    signature,
    case_causes: (row.case_causes.find((one) => one.run === at)?.causes ?? []).flatMap(
      (place) => signatures[place] ?? [],
    ),
  };
}

const noFacts = {
  os: null,
  nodes: [],
  duration: null,
  wait: null,
  started: null,
  updated: null,
  tasks: [],
  roles: [],
  traits: new Set<never>(),
};

/** Short forms of descriptions, with only the facets in which they differ. */
export function shortDescriptions(rows: HistoryRow[]): Map<string, string> {
  const facets = differingFacets(rows.map(({ description }) => description));
  return new Map(
    rows.map(({ description }, index) => [description, facets[index]?.map(facetText).join('  ') || description]),
  );
}

/** Whether the column of each run has a stripe. Stripes change whenever the sha1 does. */
export function stripes(sha1s: (string | null)[]): boolean[] {
  let dark = false;
  return sha1s.map((sha1, index) => {
    if (index > 0 && sha1 !== sha1s[index - 1]) dark = !dark;
    return dark;
  });
}
