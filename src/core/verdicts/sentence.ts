/** Verdicts in words, with their numbers. */
import type { Verdict } from './verdict.ts';

/** A time in milliseconds as the day on which it was in UTC: "20 Nov". A formatter of `Intl` would take 20 ms of each start of the program. */
export function dayText(milliseconds: number): string {
  return new Date(milliseconds).toUTCString().slice(5, 11).replace(/^0/, '');
}

/** One sentence with the numbers of a verdict. Dates and times are in UTC. */
export function sentenceOf(verdict: Omit<Verdict, 'sentence'>): string {
  const { c, m, k, n, p, runs, runs_with, since, outage, last_with } = verdict;
  const field = fieldText(verdict);
  switch (verdict.verdict) {
    case 'INFRA': {
      if (outage === null) return `${c} of ${m} jobs here; the lab failed, not what was tested.`;
      const [first, ...more] = outage.hit;
      const where = `${first?.suite} on ${first?.branch}${more.length > 0 ? ` and ${more.length} more` : ''}`;
      return `Also hit ${where}: ${outage.hits} of ${outage.jobs} jobs from ${clock(outage.from)} to ${clock(outage.to)}.`;
    }
    case 'NEW':
      return `${c} of ${m}${field} here, 0 of ${n} before (p ${digits(p ?? 0)}).`;
    case 'UNSEEN':
      return `${c === 1 ? 'One job' : `${c} of ${m} jobs`} here; 0 of ${n}${field} before, too little to tell.`;
    case 'ROSE':
      return `${c} of ${m}${field} here, before ${k} of ${n}.`;
    case 'SINCE':
      return `Began ${dayText(since?.run.scheduled ?? 0)}: ${k} of ${n}${field} before, ${since?.k} of ${since?.n} since.`;
    case 'FLAKY': {
      const interval = `${percent(k / n)} %, ${percent(verdict.lo)}–${percent(verdict.hi)} %`;
      return `${k} of ${n}${field} in ${runs} runs (${interval}).`;
    }
    case 'KNOWN': {
      const last = last_with === null ? '' : `, last on ${dayText(last_with.scheduled)}`;
      return `In ${runs_with} of ${runs} runs${last}: ${k} of ${n}${field}.`;
    }
  }
}

/** What the failures of a cause have in common, or that nothing is known. */
export function blameText({ blame }: Pick<Verdict, 'blame'>): string {
  if (blame === null) return 'Nothing stands out.';
  const { with: inside, without, runs } = blame;
  const where = runs === 1 ? 'this run' : `${runs} runs`;
  return `${inside.k} of ${inside.n} with it, ${without.k} of ${without.n} without, in ${where}.`;
}

/** The facets of a blame as one text; of those that are always together, the first two. */
export function facetsText(facets: readonly (readonly string[])[]): string {
  return facets.map((names) => names.slice(0, 2).join(' = ')).join(' and ');
}

function fieldText({ blame }: Pick<Verdict, 'blame'>): string {
  return blame === null ? ' jobs' : ` jobs with ${facetsText(blame.facets)}`;
}

/** A share in percent, with one digit behind the point below one. */
export function percent(share: number): string {
  return (share * 100).toFixed(share > 0 && share < 0.01 ? 1 : 0);
}

function digits(p: number): string {
  return p < 0.0001 ? 'below 0.0001' : p.toPrecision(1);
}

function clock(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 16);
}
