/** Where decisions go when the rules of causes change: with the jobs of their cause. */

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
