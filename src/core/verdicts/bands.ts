/** How pages, reports and filters sort causes and jobs by what is said of them. */
import { changeOf } from '../compare.ts';
import type { JobStatus } from '../job.ts';
import type { RunHead } from './digest.ts';
import type { Verdict, VerdictName } from './verdict.ts';

/**
 * `look`: see first; `undecided`: began before; `unseen`: too little to tell; `infra`: of the lab; `decided`: by a person, or known
 * without one. In the order of a page.
 */
export const bands = ['look', 'undecided', 'unseen', 'infra', 'decided'] as const;

/** One of `bands`. */
export type Band = (typeof bands)[number];

/** What the band of a cause depends on: `decision` and `past` are null as long as nobody has decided. */
export type Bandable = Pick<Verdict, 'verdict' | 'since'> & { decision: object | null; past: string | null };

const newDays = 7 * 86_400_000;

/** What `is:new` finds and a run shows first: NEW, ROSE, and SINCE that began in the seven days before the run. */
export function isNew(
  { verdict, since }: Pick<Verdict, 'verdict' | 'since'>,
  run: Pick<RunHead, 'scheduled'>,
): boolean {
  if (verdict === 'SINCE') return since !== null && since.run.scheduled >= run.scheduled - newDays;
  return verdict === 'NEW' || verdict === 'ROSE';
}

/** The band of a cause in a run. */
export function bandOf(verdict: Bandable, run: Pick<RunHead, 'scheduled'>): Band {
  if (isSettled(verdict)) return 'decided';
  if (verdict.verdict === 'INFRA') return 'infra';
  if (verdict.verdict === 'UNSEEN') return 'unseen';
  return isNew(verdict, run) ? 'look' : 'undecided';
}

/** Whether nothing is left to decide: somebody has decided, or the cause behaves as it always did. One whose decision has ended is looked at again. */
export function isSettled({ verdict, decision, past }: Omit<Bandable, 'since'>): boolean {
  return decision !== null || (past === null && (verdict === 'FLAKY' || verdict === 'KNOWN'));
}

/** The values of `is:` of the filter language. */
export const traits = ['new', 'rose', 'since', 'flaky', 'known', 'unseen', 'infra', 'todo', 'fixed', 'live'] as const;

/** One of `traits`. */
export type Trait = (typeof traits)[number];

/**
 * The traits of a job of a run, given the status of the same description in the run before it, and what is said of its causes, if it fails.
 * It is new when one of its causes is to be looked at first, whether NEW, ROSE or SINCE, to do when one is left to
 * decide, and fixed when its description failed in the previous run and passes now.
 */
export function traitsOf(
  { status, previous, verdicts }: { status: JobStatus; previous: JobStatus | null; verdicts: readonly Bandable[] },
  run: Pick<RunHead, 'scheduled'>,
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
