/** How pages, reports and filters group causes and jobs by verdict. */
import { changeOf } from '../compare.ts';
import type { JobStatus } from '../job.ts';
import type { RunHead } from './digest.ts';
import type { Verdict, VerdictName } from './verdict.ts';

/**
 * The bands in the order of a page. `look`: to look at first; `undecided`: began before; `unseen`: too little data to tell; `infra`: caused by
 * the lab; `decided`: decided by a user, or known without a decision.
 */
export const bands = ['look', 'undecided', 'unseen', 'infra', 'decided'] as const;

/** One of `bands`. */
export type Band = (typeof bands)[number];

/** What the band of a cause depends on. `decision` and `past` are null if no decision was ever made. */
export type Bandable = Pick<Verdict, 'verdict' | 'since'> & { decision: object | null; past: string | null };

const newDays = 7 * 86_400_000;

/** Whether `is:new` finds a cause and a run lists it first: NEW, ROSE, or SINCE with a beginning in the seven days before the run. */
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

/** Whether a cause needs no decision: either it has one, or it behaves as it always did. A cause whose decision has ended needs another look. */
export function isSettled({ verdict, decision, past }: Omit<Bandable, 'since'>): boolean {
  return decision !== null || (past === null && (verdict === 'FLAKY' || verdict === 'KNOWN'));
}

/** The values of `is:` in the filter language. */
export const traits = ['new', 'rose', 'since', 'flaky', 'known', 'unseen', 'infra', 'todo', 'fixed', 'live'] as const;

/** One of `traits`. */
export type Trait = (typeof traits)[number];

/**
 * The traits of a job, given the status of the same description in the previous run and, for a failing job, the verdicts on its causes. A job is
 * `new` if one of its causes is to be looked at first (NEW, ROSE or recent SINCE), `todo` if one of its causes is undecided, and `fixed` if it
 * passes now and its description failed in the previous run.
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
