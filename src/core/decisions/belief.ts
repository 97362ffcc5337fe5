/** What the server believes of a cause, which people accept or correct. */
import type { CauseClass } from '../signature-class.ts';
import type { Verdict } from '../verdicts/verdict.ts';
import type { DecisionClass, Place } from './decision.ts';

/** The class that a decision on a cause probably gets. */
export function believed(
  { verdict, class: kind }: Pick<Verdict, 'verdict'> & { class: CauseClass },
  { branch, base }: Pick<Place, 'branch' | 'base'>,
): DecisionClass {
  if (verdict === 'INFRA') return 'infra';
  if (verdict === 'FLAKY' || verdict === 'KNOWN') return 'known flaky';
  // What begins on a branch of its own began with the branch; SINCE counts runs of the base.
  if ((verdict === 'NEW' || verdict === 'ROSE') && branch !== base) return 'caused by this branch';
  return kind === 'product' && verdict !== 'UNSEEN' ? 'product bug' : 'unclear';
}
