/** What `is:` of the filter language asks of a job: what is said of its cause, and what became of its description. */
import { changeOf } from './compare.ts';
import type { JobStatus } from './job.ts';
import { type Bandable, isSettled } from './verdicts/bands.ts';
import { isNew, type VerdictName } from './verdicts/verdict.ts';

/** The values of `is:`. */
export const traits = ['new', 'rose', 'since', 'flaky', 'known', 'unseen', 'infra', 'todo', 'fixed', 'live'] as const;

/** One of `traits`. */
export type Trait = (typeof traits)[number];

/** What the traits of a job depend on. */
interface TraitFacts {
  status: JobStatus;
  /** The status of the same description in the previous run; null when that has no such job. */
  previous: JobStatus | null;
  /** What is said of the causes of a failing job; none for others. */
  verdicts: readonly Bandable[];
}

/**
 * The traits of a job of a run. It is new when one of its causes is to be looked at first, whether NEW, ROSE or SINCE, to do when one is left to
 * decide, and fixed when its description failed in the previous run and passes now.
 */
export function traitsOf(
  { status, previous, verdicts }: TraitFacts,
  run: Parameters<typeof isNew>[1],
): ReadonlySet<Trait> {
  const found = new Set<Trait>();
  if (status === 'running' || status === 'waiting') found.add('live');
  if (changeOf(previous, status) === 'fixed') found.add('fixed');
  for (const verdict of verdicts) {
    found.add(verdict.verdict.toLowerCase() as Lowercase<VerdictName>);
    if (isNew(verdict, run)) found.add('new');
    if (!isSettled(verdict)) found.add('todo');
  }
  return found;
}
