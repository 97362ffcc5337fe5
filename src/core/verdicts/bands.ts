/** How pages, reports and filters sort causes by what is said of them. */
import type { RunHead } from './digest.ts';
import { isNew, type Verdict } from './verdict.ts';

/** `look`: see first; `undecided`: was there before; `unseen`: too little to tell; `infra`: of the lab; `decided`: by a person. In the order of a page. */
export const bands = ['look', 'undecided', 'unseen', 'infra', 'decided'] as const;

/** One of `bands`. */
export type Band = (typeof bands)[number];

/** What the band of a cause depends on; `decision` is null as long as nobody has decided. */
export type Bandable = Pick<Verdict, 'verdict' | 'since'> & { decision: object | null };

/** The band of a cause in a run. */
export function bandOf(verdict: Bandable, run: Pick<RunHead, 'scheduled'>): Band {
  if (verdict.decision !== null) return 'decided';
  if (verdict.verdict === 'INFRA') return 'infra';
  if (verdict.verdict === 'UNSEEN') return 'unseen';
  return isNew(verdict, run) ? 'look' : 'undecided';
}
