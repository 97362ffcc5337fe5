/** Judges planted worlds with the rules of the program, and what that costs; or a world from a file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { indexRun } from '../../src/core/verdicts/digest.ts';
import { verdictOf } from '../../src/core/verdicts/verdict.ts';
import { digestText, parseDigest } from '../../src/store/pages/run-digests.ts';
import { atLeast, atMost, type Line, milliseconds, type Work } from '../bench.ts';
import { answerWorld, causesOf, digestOf } from './answer.ts';
import { measure, type Tallies } from './measures.ts';
import { plantWorld } from './world.ts';

/** No rule was made or changed with these. */
const seeds = [31_337, 424_242, 777_001];

/** What `measure` counts, and its least share. */
const least: Record<string, number> = {
  'NEW and SINCE: precision': 0.93,
  'SINCE: recall': 0.95,
  'SINCE: the right run is named': 0.95,
  'NEW or ROSE: recall': 0.95,
  'ROSE: precision': 0.85,
  'FLAKY: precision': 0.95,
  'FLAKY: recall': 0.93,
  'FLAKY: the interval covers the planted rate': 0.87,
  'blame, 3 jobs: planted facets are named': 0.95,
  'suspect node by its sixth failure': 0.9,
  'suspect node-days that are right': 0.95,
  'outages of class support called INFRA': 0.65,
};
/** The same, and its largest share. */
const most: Record<string, number> = {
  'a cause without facets is blamed on one': 0.01,
  'a run without such a cause blames something': 0.05,
};
/** Where a new cause is wrongly the same as another one, no rule can tell. */
const withRightGroups = 0.97;
/** In milliseconds: all verdicts of a run by its jobs, and the longest step of them. */
const times: [jobs: number, budget: number][] = [
  [500, 60],
  [5000, 300],
];
const longestStep = 30;

/** The lines of the table. */
export default function measureTruth({ options: { given }, say }: Work): Line[] {
  if (given !== undefined) {
    const answer = answerWorld(JSON.parse(readFileSync(given.world, 'utf8')));
    writeFileSync(given.answer, JSON.stringify(answer));
    say(`${answer.verdicts.length} verdicts on ${given.world} are in ${given.answer}`);
    return [];
  }
  const tallies = measureSeeds(0.05, say);
  const line = (limit: typeof atMost, what: string, goal: number, { right, of } = { right: 0, of: 0 }) =>
    limit('Truth', what, goal, right / of, (share) => share.toFixed(3), `${right} of ${of}; seeds ${seeds.join(', ')}`);
  const precision = 'NEW and SINCE: precision';
  return [
    ...Object.entries(least).map(([what, goal]) => line(atLeast, what, goal, tallies[what])),
    line(atLeast, `${precision} with right groups`, withRightGroups, measureSeeds(0, say)[precision]),
    ...Object.entries(most).map(([what, goal]) => line(atMost, what, goal, tallies[what])),
    ...times.flatMap(([jobs, budget]) => measureTime(jobs, budget)),
  ];
}

function measureSeeds(wrong: number, say: (line: string) => void): Tallies {
  const sums: Tallies = {};
  for (const seed of seeds) {
    const { world, truth } = plantWorld(seed, { wrong });
    const answer = answerWorld(world);
    for (const [what, { right, of }] of Object.entries(measure(world, truth, answer))) {
      const sum = sums[what] ?? { right: 0, of: 0 };
      sums[what] = { right: sum.right + right, of: sum.of + of };
    }
    const size = `${world.runs.length} runs, ${world.jobs.length} jobs, ${answer.verdicts.length} verdicts`;
    say(`seed ${seed}, ${wrong * 100} % grouped wrongly: ${size}`);
  }
  return sums;
}

/** All verdicts of a run with 40 baseline runs, from the stored texts; the best of some attempts. */
function measureTime(jobs: number, budgetMs: number): Line[] {
  const { world } = plantWorld(seeds[0]!, { jobsPerRun: jobs, runs: 41 });
  const byRun = Map.groupBy(world.jobs, ({ run }) => run);
  const texts = world.runs.map((run) => digestText(digestOf(run, byRun.get(run.id)!)));
  const causes = causesOf(byRun.get(world.runs.at(-1)!.id)!);
  const attempts = Array.from({ length: 5 }, () => {
    let longest = 0;
    const began = performance.now();
    const step = <Made>(work: () => Made): Made => {
      const from = performance.now();
      const made = work();
      longest = Math.max(longest, performance.now() - from);
      return made;
    };
    const indexes = texts.map((text, at) => step(() => indexRun(parseDigest(world.runs[at]!, text))));
    const comparison = { run: indexes.at(-1)!, baseline: indexes.slice(0, -1), own: [], bases: world.bases };
    for (const cause of causes) step(() => verdictOf(comparison, { ...cause, around: [] }));
    return { all: performance.now() - began, longest };
  });
  const best = (of: 'all' | 'longest') => Math.min(...attempts.map((attempt) => attempt[of]));
  const bytes = texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
  const remarks = `${causes.length} causes; a stored run has ${Math.round(bytes / 1000)} KB`;
  const what = `verdicts of a run of ${jobs} jobs, 40 runs before`;
  return [
    atMost('Truth', what, budgetMs, best('all'), milliseconds, remarks),
    atMost('Truth', `longest step of those, ${jobs} jobs`, longestStep, best('longest'), milliseconds, remarks),
  ];
}
