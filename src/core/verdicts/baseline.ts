/** Which runs a run is compared with. */
import type { RunHead } from './digest.ts';

/** The most runs in a baseline. */
export const mostBaselineRuns = 40;

/** The greatest age of a run of the baseline, in milliseconds. */
export const longestBaseline = 60 * 86_400_000;

/** The number of earlier runs of the same branch that help to find what failures have in common. */
export const ownRuns = 3;

/** The base branches that are used unless a setting names them. `runs` are scheduled runs. */
export function defaultBases(runs: Iterable<Pick<RunHead, 'branch' | 'suite'>>): string[] {
  const suites = new Map<string, Set<string>>();
  for (const { branch, suite } of runs) {
    if (branch.includes('-') || /\d{4}/.test(branch)) continue;
    suites.set(branch, (suites.get(branch) ?? new Set()).add(suite));
  }
  const found = [...suites].filter(([, { size }]) => size >= 2).map(([branch]) => branch);
  return ['main', ...found.filter((branch) => branch !== 'main').sort()];
}

/** The base of a branch: the branch itself if it is a base, else the longest base that is a part of its name, else the first base. */
export function baseOf(branch: string, bases: readonly string[]): string {
  if (bases.includes(branch)) return branch;
  const parts = bases.filter((base) => `-${branch}-`.includes(`-${base}-`));
  return parts.reduce(
    (longest, base) => (base.length > longest.length ? base : longest),
    parts[0] ?? bases[0] ?? 'main',
  );
}

/** The runs from a list that a run is compared with, oldest first. `runs` must be sorted by `scheduled`, ascending. */
export function baselineOf<Run extends RunHead>(run: RunHead, base: string, runs: readonly Run[]): Run[] {
  const oldest = run.scheduled - longestBaseline;
  const fits = (one: Run) => one.branch === base && isEarlier(one, run) && one.scheduled >= oldest;
  return runs.filter(fits).slice(-mostBaselineRuns);
}

/** The last runs of the same branch before a run, oldest first. */
export function ownRunsOf<Run extends RunHead>(run: RunHead, runs: readonly Run[]): Run[] {
  return runs.filter((one) => one.branch === run.branch && isEarlier(one, run)).slice(-ownRuns);
}

function isEarlier(one: RunHead, run: RunHead): boolean {
  return one.suite === run.suite && one.id !== run.id && one.scheduled < run.scheduled;
}
