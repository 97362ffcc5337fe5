/** How pages, reports and filters sort causes by what is said of them. */
import type { RunHead } from './digest.ts';
import { isNew, type Verdict } from './verdict.ts';

/**
 * `look`: see first; `undecided`: began before; `unseen`: too little to tell; `infra`: of the lab; `decided`: by a person, or known
 * without one. In the order of a page.
 */
export const bands = ['look', 'undecided', 'unseen', 'infra', 'decided'] as const;

/** One of `bands`. */
export type Band = (typeof bands)[number];

/** What the band of a cause depends on: `decision` and `past` are null as long as nobody has decided. */
export type Bandable = Pick<Verdict, 'verdict' | 'since'> & { decision: object | null; past: string | null };

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
