/** How pages, reports and filters sort causes by what is said of them. */
import type { RunHead } from './digest.ts';
import { isNew, type Verdict } from './verdict.ts';

/** `look`: see first; `others`: was there before; `unseen`: too little to tell; `infra`: of the lab. In the order of a page. */
export const bands = ['look', 'others', 'unseen', 'infra'] as const;

/** One of `bands`. */
export type Band = (typeof bands)[number];

/** The band of a cause in a run. */
export function bandOf(verdict: Pick<Verdict, 'verdict' | 'since'>, run: Pick<RunHead, 'scheduled'>): Band {
  if (verdict.verdict === 'INFRA') return 'infra';
  if (verdict.verdict === 'UNSEEN') return 'unseen';
  return isNew(verdict, run) ? 'look' : 'others';
}
