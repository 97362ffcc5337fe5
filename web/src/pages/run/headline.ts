/** What is said of all causes of a run, and what the run was compared with, each in one sentence. */
import { isNew, isSettled } from '../../../../src/core/verdicts/bands.ts';
import { dayText } from '../../../../src/core/verdicts/sentence.ts';
import type { RunPage } from '../../../../src/http/api/run-page-schema.ts';
import type { PageVerdict } from '../../../../src/http/api/verdict-schema.ts';
import { plural } from '../../lib/format.ts';

/** "24 causes in 94 jobs: 1 began 20 Nov (30 jobs), 3 new, 4 infra, 16 known; 8 undecided of 24 left". */
export function headline({ run, signatures, jobs, verdicts }: RunPage): string {
  if (signatures.length === 0) return 'No failures';
  const words = new Map<string, string>();
  const parts = new Map<string, { causes: number; jobs: number }>();
  for (const one of [...verdicts].sort((a, b) => placeOf(a, run) - placeOf(b, run))) {
    const word = wordOf(one, run);
    words.set(one.cause, word);
    parts.set(word, { causes: (parts.get(word)?.causes ?? 0) + 1, jobs: 0 });
  }
  // A job of several causes is one job, of the run and of each part.
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

/** How many causes are left to decide. */
function leftText(verdicts: readonly PageVerdict[]): string {
  const left = verdicts.filter((verdict) => !isSettled(verdict)).length;
  return left === 0 ? 'nothing left to decide' : `${left} undecided of ${verdicts.length} left`;
}

const order = ['SINCE', 'ROSE', 'NEW', 'INFRA', 'UNSEEN', 'FLAKY', 'KNOWN'];

/** The place of a verdict in the sentence; what began long ago is among the others. */
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

/** What links to other pages of a run say of the branch that somebody chose to compare with. */
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
