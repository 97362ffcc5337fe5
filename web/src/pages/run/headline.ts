/** One-line summaries of a run: its causes, and what it was compared with. */
import { isNew, isSettled } from '../../../../src/core/verdicts/bands.ts';
import { dayText, facetsText, percent } from '../../../../src/core/verdicts/sentence.ts';
import type { RunPage } from '../../../../src/http/api/run-document.ts';
import type { PageVerdict } from '../../../../src/http/api/run-verdicts.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { plural } from '../../lib/format.ts';

/** "24 causes in 94 jobs: 1 began 20 Nov (30 jobs), 3 new, 4 infra, 16 known; 8 of 24 undecided". */
export function headline({ run, signatures, jobs, verdicts }: RunPage): string {
  if (signatures.length === 0) return 'No failures';
  const words = new Map<string, string>();
  const parts = new Map<string, { causes: number; jobs: number }>();
  for (const one of [...verdicts].sort((a, b) => placeOf(a, run) - placeOf(b, run))) {
    const word = wordOf(one, run);
    words.set(one.cause, word);
    parts.set(word, { causes: (parts.get(word)?.causes ?? 0) + 1, jobs: 0 });
  }
  // A job with several causes counts as one job, for the run and for each part.
  const failed = jobs.filter(({ signature }) => signature !== null);
  for (const { signature, case_causes } of failed) {
    const said = [signature as number, ...case_causes].map((place) => words.get(signatures[place]?.id ?? ''));
    for (const word of new Set(said)) {
      const part = word === undefined ? undefined : parts.get(word);
      if (part) part.jobs++;
    }
  }
  const said = [...parts].map(([word, { causes, jobs }]) =>
    word.startsWith('began') || word === 'rose' ? `${causes} ${word} (${plural(jobs, 'job')})` : `${causes} ${word}`,
  );
  const causes = `${plural(signatures.length, 'cause')} in ${plural(failed.length, 'job')}`;
  return said.length === 0 ? causes : `${causes}: ${said.join(', ')}; ${leftText(verdicts)}`;
}

function leftText(verdicts: readonly PageVerdict[]): string {
  const left = verdicts.filter((verdict) => !isSettled(verdict)).length;
  return left === 0 ? 'nothing left to decide' : `${left} of ${verdicts.length} undecided`;
}

const order = ['SINCE', 'ROSE', 'NEW', 'INFRA', 'UNSEEN', 'FLAKY', 'KNOWN'];

/** The place of a verdict in the sentence. SINCE with an old beginning comes after the verdicts that need a look. */
function placeOf(verdict: PageVerdict, run: RunPage['run']): number {
  const place = order.indexOf(verdict.verdict);
  const isFirst = isNew(verdict, run) || verdict.verdict === 'INFRA' || verdict.verdict === 'UNSEEN';
  return isFirst ? place : place + order.length;
}

function wordOf(verdict: PageVerdict, run: RunPage['run']): string {
  if (verdict.verdict === 'UNSEEN') return 'unseen before';
  if (verdict.verdict !== 'SINCE' || verdict.since === null) return verdict.verdict.toLowerCase();
  return isNew(verdict, run) ? `began ${dayText(verdict.since.run.scheduled)}` : 'began earlier';
}

/** The query of links to other pages of a run: the base branch, if the user has chosen one. */
export function baseQuery({ baseline }: Pick<RunPage, 'baseline'>): { base?: string } {
  return baseline.chosen ? { base: baseline.base } : {};
}

/** "Compared with 40 runs of rados on main, 28 Sep to 20 Nov." */
export function baselineText({ run, baseline }: Pick<RunPage, 'baseline'> & { run: { suite: string } }): string {
  const { base, runs, first, last } = baseline;
  const where = `${run.suite || 'no suite'} on ${base}`;
  if (first === null || last === null) return `No earlier run of ${where} within 60 days to compare with.`;
  const [from, to] = [dayText(first.scheduled), dayText(last.scheduled)];
  return `Compared with ${plural(runs, 'run')} of ${where}, ${from === to ? from : `${from} to ${to}`}.`;
}

/** The verdict on a cause in some run. */
export type Said = Omit<PageVerdict, 'cause' | 'class'>;

/** "0 of 404 before, 38 of 138 since · rados/thrash-erasure-code". */
export function shortSaid(verdict: Said): string {
  const { blame } = verdict;
  return blame === null ? numbersOf(verdict) : `${numbersOf(verdict)} · ${facetsText(blame.facets.map(valuesOf))}`;
}

/** Facets without their keys, because most values are clear without one: "bluestore-hybrid" for "objectstore=bluestore-hybrid". */
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

/** The title of a browser tab that shows a run, starting with its failures: "47✕ 13† rados @wip-yuri5". */
export function runTitle({ counts, status, suite, branch }: RunItem): string {
  const { fail, dead } = counts;
  const red = [fail > 0 && `${fail}✕`, dead > 0 && `${dead}†`].filter(Boolean).join(' ');
  return `${red || (status === 'finished pass' ? '✓' : status)} ${suite} @${branch}`;
}

/** The least height, so that even a single job is visible. */
const least = 0.25;

/**
 * How much of its cell each run fills in a strip: the share of its jobs that are among `counts`, relative to the highest such share. It is 1 for
 * the run that was hit most, and 0 only for runs that were not hit.
 */
export function sharesOf(counts: readonly number[], runs: readonly { total: number }[]): number[] {
  const shares = counts.map((count, at) => count / Math.max(count, runs[at]?.total ?? 0, 1));
  const highest = Math.max(...shares);
  return shares.map((share) => (share === 0 ? 0 : Math.max(least, share / highest)));
}
