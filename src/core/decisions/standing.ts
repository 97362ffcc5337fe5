/** Which decision holds for a cause in a run, and where decisions go when the rules of causes change: with the jobs of their cause. */
import type { Verdict, VerdictName } from '../verdicts/verdict.ts';
import { type Decision, decisionName, isAsWide, type Place, reaches } from './decision.ts';

/** A decision, and whether another one that holds has taken its place. */
export type Candidate = Decision & { replaced: boolean };

/** An earlier run, in milliseconds: whether it had the cause, and whether it is one of the baseline. */
export interface Seen {
  scheduled: number;
  had: boolean;
  isBaseline: boolean;
}

/** What people said of a cause in a run. */
export interface Standing {
  decision: Decision | null;
  /** Why there is no decision although there was one: "was #61233, absent for 23 runs, back". */
  past: string | null;
}

/** After so many runs of the baseline without its cause a decision is over as soon as the cause comes back. */
const forgottenAfter = 20;

/**
 * The decision that holds for a cause in a run: of those that reach it the narrowest, and of these the last. `line` are the
 * earlier runs, oldest first; null when they do not tell whether they had the cause.
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
 * The decision that holds in a run now that `made` was made, given the one that held before; undefined when only all decisions on the
 * cause tell: those that `made` does not take the place of may be narrower.
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

/** Of how many runs of the baseline the cause was absent before it came back after a decision; null if it was not for long. */
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

/** A verdict with what people said: an issue makes it KNOWN. `measured` is what the numbers alone say. */
export type DecidedVerdict = Verdict & Standing & { measured: VerdictName };

/** A verdict with what people said; it keeps its numbers. */
export function decided(verdict: Verdict, { decision, past }: Standing): DecidedVerdict {
  const measured = verdict.verdict;
  if (decision === null || decision.issue_url === null) return { ...verdict, decision, past, measured };
  return {
    ...verdict,
    ...{ verdict: 'KNOWN', decision, past, measured },
    sentence: `${decisionName(decision)}: ${verdict.sentence}`,
  };
}

/** How many jobs went from one cause to another when they were computed again. */
export interface Move {
  old: string;
  cause: string;
  jobs: number;
}

/** The share of the jobs of a cause that make another one its heir. */
const heirShare = 0.8;

/** The changes of rules that a decision is followed through. */
const mostChanges = 20;

/** Where a decision on a cause holds now. */
export interface Carried {
  /** The cause itself, and after each change of rules the one that holds at least four fifths of its jobs. */
  causes: string[];
  /** Set when no cause holds that many: those that its jobs are scattered over, at which somebody needs to look. */
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
