/** What is said of a cause, so short that it fits into a row: the numbers first, then what its jobs have in common. */
import { facetsText, percent } from '../../../../src/core/verdicts/sentence.ts';
import type { PageVerdict } from '../../../../src/http/api/verdict-schema.ts';

type Said = Omit<PageVerdict, 'cause' | 'class'>;

/** "0 of 404 before, 38 of 138 since · rados/thrash-erasure-code". */
export function shortSaid(verdict: Said): string {
  const { blame } = verdict;
  return blame === null ? numbersOf(verdict) : `${numbersOf(verdict)} · ${facetsText(blame.facets.map(valuesOf))}`;
}

/** Facets without their keys, which most values tell: "bluestore-hybrid" of "objectstore=bluestore-hybrid". */
function valuesOf(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.slice(name.indexOf('=') + 1)))];
}

function numbersOf({ measured, c, m, k, n, runs, runs_with, since, outage }: Said): string {
  switch (measured) {
    case 'INFRA':
      if (outage === null) return `${c} of ${m} jobs, the lab`;
      return `${c} of ${m} here, ${outage.hits} of ${outage.jobs} in other runs then`;
    case 'SINCE':
      return `${k} of ${n} before, ${since?.k} of ${since?.n} since`;
    case 'FLAKY':
      return `${k} of ${n} in ${runs} runs, ${percent(n === 0 ? 0 : k / n)} %`;
    case 'KNOWN':
      return `in ${runs_with} of ${runs} runs, ${k} of ${n} jobs`;
    default:
      return `${c} of ${m} here, ${k} of ${n} before`;
  }
}
