import { isFailing } from '../../../../src/core/compare.ts';
import { differingFacets, facetText } from '../../../../src/core/facets.ts';
import { jobStatuses } from '../../../../src/core/job.ts';
import type { History } from '../../../../src/http/api/history-schema.ts';

/** The results of a description, run by run. */
export type HistoryRow = History['rows'][number];

/** How often a description failed and ran, since when it fails, and when it last passed. Indexes of runs, -1 for never. */
export interface RowFacts {
  fails: number;
  ran: number;
  /** The first failure after the last pass; -1 if there is none. */
  firstBad: number;
  lastPass: number;
}

export function rowFacts({ status }: HistoryRow): RowFacts {
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

/** The rows that contain all words in the description or a cause, and that failed if `onlyRed` is set. */
export function filterRows({ rows, signatures }: History, words: string, onlyRed: boolean): HistoryRow[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    if (onlyRed && !row.status.some(isBad)) return false;
    if (wanted.length === 0) return true;
    const causes = [...new Set(row.signature)].map((index) => signatures[index]?.title ?? '');
    const text = [row.description, ...causes].join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** Short forms of descriptions: only the facets in which they differ. */
export function shortDescriptions(rows: HistoryRow[]): Map<string, string> {
  const facets = differingFacets(rows.map(({ description }) => description));
  return new Map(
    rows.map(({ description }, index) => [description, facets[index]?.map(facetText).join('  ') || description]),
  );
}

/** Whether the column of each run has a stripe: it changes whenever the sha1 does. */
export function stripes(sha1s: (string | null)[]): boolean[] {
  let dark = false;
  return sha1s.map((sha1, index) => {
    if (index > 0 && sha1 !== sha1s[index - 1]) dark = !dark;
    return dark;
  });
}
