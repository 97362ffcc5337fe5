/**
 * Determines which decision applies to a cause in a run, and which causes inherit decisions when the rules of causes change: those that got the
 * jobs.
 */
import type { Verdict, VerdictName } from '../verdicts/verdict.ts';
import { type Decision, decisionName, isAsWide, type Place, reaches } from './decision.ts';

/** A decision, and whether another valid decision has replaced it. */
export type Candidate = Decision & { replaced: boolean };

/** An earlier run (time in milliseconds): whether it had the cause, and whether it belongs to the baseline. */
export interface Seen {
  scheduled: number;
  had: boolean;
  isBaseline: boolean;
}

/** What users decided about a cause in a run. */
export interface Standing {
  decision: Decision | null;
  /** Why there is no decision any more: "was #61233, absent for 23 runs, back". */
  past: string | null;
}

/** If the cause comes back after this many runs of the baseline without it, earlier decisions on it end. */
const forgottenAfter = 20;

/**
 * The decision that applies to a cause in a run. Of all decisions that reach the run, the narrowest applies; of equally narrow ones, the latest.
 * `line` are the earlier runs, oldest first; null if it is not known whether they had the cause.
 */
export function standingOf(
  candidates: readonly Candidate[],
  run: Place & { scheduled: number },
  line: readonly Seen[] | null,
): Standing {
  const usable = candidates.filter(
    (one) =>
      one.withdrawn_at === null &&
      !one.replaced &&
      (one.until === null || run.scheduled <= one.until) &&
      reaches(one, run),
  );
  usable.sort((a, b) => (a.scope === b.scope ? b.id - a.id : isAsWide(a.scope, b.scope) ? 1 : -1));
  for (const { replaced: _, ...decision } of usable) {
    if (absenceAfter(decision, run, line) === null) return { decision, past: null };
  }
  const [last] = usable;
  const absence = last === undefined ? null : absenceAfter(last, run, line);
  if (last === undefined || absence === null) return { decision: null, past: null };
  return { decision: null, past: `was ${decisionName(last)}, absent for ${absence} runs, back` };
}

/**
 * The decision that applies in a run after `made` was added to the previous one, `before`. Undefined if this depends on all decisions on the
 * cause, because the ones that `made` did not replace may be narrower.
 */
export function standingAfter(
  before: Decision | null,
  made: Decision,
  run: Place & { scheduled: number },
): Decision | null | undefined {
  if (made.id === before?.id) return before;
  const holds = reaches(made, run) && (made.until === null || run.scheduled <= made.until);
  if (holds && (before === null || isAsWide(before.scope, made.scope))) return made;
  return made.replaces === null || made.replaces !== before?.id ? before : undefined;
}

/** For how many runs of the baseline the cause was absent before it came back after a decision; null if this is too few to end the decision. */
function absenceAfter(
  { created }: Pick<Decision, 'created'>,
  run: { scheduled: number },
  line: readonly Seen[] | null,
): number | null {
  if (line === null) return null;
  let [absent, longest] = [0, 0];
  for (const { scheduled, had, isBaseline } of [...line, { scheduled: run.scheduled, had: true, isBaseline: true }]) {
    if (scheduled <= created) continue;
    if (!had) absent += isBaseline ? 1 : 0;
    else {
      longest = Math.max(longest, absent);
      absent = 0;
    }
  }
  return longest >= forgottenAfter ? longest : null;
}

/** A verdict with the decision on its cause. A decision with an issue makes it KNOWN; `measured` is the verdict from the numbers alone. */
export type DecidedVerdict = Verdict & Standing & { measured: VerdictName };

/** Applies a decision to a verdict. The numbers stay the same. */
export function decided(verdict: Verdict, { decision, past }: Standing): DecidedVerdict {
  const measured = verdict.verdict;
  if (decision === null || decision.issue_url === null) return { ...verdict, decision, past, measured };
  return {
    ...verdict,
    ...{ verdict: 'KNOWN', decision, past, measured },
    sentence: `${decisionName(decision)}: ${verdict.sentence}`,
  };
}

/** How many jobs moved from one cause to another when causes were recomputed. */
export interface Move {
  old: string;
  cause: string;
  jobs: number;
}

/** The share of a cause's jobs that another cause must get to inherit its decisions. */
const heirShare = 0.8;

/** The most changes of rules through which a decision is followed. */
const mostChanges = 20;

/** Where a decision on a cause applies now. */
export interface Carried {
  /** The cause itself, and for each change of rules the cause that got at least four fifths of its jobs. */
  causes: string[];
  /** If no cause got that many, the causes that its jobs were scattered over. A user must look at them. */
  scattered: string[];
}

/** Follows causes through changes of rules. */
export function follower(moves: readonly Move[]): (cause: string) => Carried {
  const from = new Map<string, Move[]>();
  for (const move of moves) from.set(move.old, [...(from.get(move.old) ?? []), move]);
  return (cause) => {
    const causes = [cause];
    for (let last = cause; causes.length <= mostChanges; ) {
      const next = from.get(last) ?? [];
      const total = next.reduce((sum, { jobs }) => sum + jobs, 0);
      const heir = next.find(({ jobs }) => jobs >= total * heirShare);
      if (heir === undefined) return { causes, scattered: next.map((move) => move.cause) };
      if (causes.includes(heir.cause)) break;
      causes.push(heir.cause);
      last = heir.cause;
    }
    return { causes, scattered: [] };
  };
}
