/** Verdicts in words, with their numbers. */
import type { Blame } from './blame.ts';

/** The UTC day of a time in milliseconds: "20 Nov". `Intl` is not used because its formatter would add 20 ms to each start of the program. */
export function dayText(milliseconds: number): string {
  return new Date(milliseconds).toUTCString().slice(5, 11).replace(/^0/, '');
}

/** Describes what the failures of a cause have in common, or says that nothing is known. */
export function blameText({ blame }: { blame: Blame | null }): string {
  if (blame === null) return 'Nothing stands out.';
  const { with: inside, without, runs } = blame;
  const where = runs === 1 ? 'this run' : `${runs} runs`;
  return `${inside.k} of ${inside.n} with it, ${without.k} of ${without.n} without, in ${where}.`;
}

/** The facets of a blame as one text. Of facets that always occur together, the first two are named. */
export function facetsText(facets: readonly (readonly string[])[]): string {
  return facets.map((names) => names.slice(0, 2).join(' = ')).join(' and ');
}

/** A share in percent; below 1 %, with one decimal place. */
export function percent(share: number): string {
  return (share * 100).toFixed(share > 0 && share < 0.01 ? 1 : 0);
}
