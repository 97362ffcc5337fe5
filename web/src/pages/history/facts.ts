import { isFailing } from '../../../../src/core/compare.ts';
import { differingFacets, facetText } from '../../../../src/core/facets.ts';
import { jobStatuses } from '../../../../src/core/job.ts';
import type { History } from '../../../../src/http/api/history-schema.ts';

/** One description against the runs. */
export type HistoryRow = History['rows'][number];

/** What a row says in a word: how often it failed, since when, and when it was last well. Indexes of runs, -1 for never. */
export interface RowFacts {
  fails: number;
  ran: number;
  /** The first failure after the last pass; -1 when the last thing it did was to pass. */
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

/** Rows with all of the words, in the description or in a cause of failure. */
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

/** Where descriptions differ: what all have in common would fill the column. */
export function shortDescriptions(rows: HistoryRow[]): Map<string, string> {
  const facets = differingFacets(rows.map(({ description }) => description));
  return new Map(
    rows.map(({ description }, index) => [description, facets[index]?.map(facetText).join('  ') || description]),
  );
}

/** For each run whether its sha1 is not that of the run before: the stripes above the columns. */
export function stripes(sha1s: (string | null)[]): boolean[] {
  let dark = false;
  return sha1s.map((sha1, index) => {
    if (index > 0 && sha1 !== sha1s[index - 1]) dark = !dark;
    return dark;
  });
}
