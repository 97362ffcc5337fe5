/** Verdicts in words, with their numbers. */
import type { Blame } from './blame.ts';

/** A time in milliseconds as the day on which it was in UTC: "20 Nov". A formatter of `Intl` would take 20 ms of each start of the program. */
export function dayText(milliseconds: number): string {
  return new Date(milliseconds).toUTCString().slice(5, 11).replace(/^0/, '');
}

/** What the failures of a cause have in common, or that nothing is known. */
export function blameText({ blame }: { blame: Blame | null }): string {
  if (blame === null) return 'Nothing stands out.';
  const { with: inside, without, runs } = blame;
  const where = runs === 1 ? 'this run' : `${runs} runs`;
  return `${inside.k} of ${inside.n} with it, ${without.k} of ${without.n} without, in ${where}.`;
}

/** The facets of a blame as one text; of those that are always together, the first two. */
export function facetsText(facets: readonly (readonly string[])[]): string {
  return facets.map((names) => names.slice(0, 2).join(' = ')).join(' and ');
}

/** A share in percent, with one digit behind the point below one. */
export function percent(share: number): string {
  return (share * 100).toFixed(share > 0 && share < 0.01 ? 1 : 0);
}
