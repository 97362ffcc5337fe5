/** Compares what is said of worlds with the truth about them. */
import { baselineOf } from '../../src/core/verdicts/baseline.ts';
import type { Answer, AnsweredVerdict } from './answer.ts';
import type { Planted, Truth, World, WorldJob, WorldRun } from './world.ts';

/** How often something was so, of how often it was looked for. */
export interface Tally {
  right: number;
  of: number;
}

/** What is counted, by the words of the table. */
export type Tallies = Record<string, Tally>;

/** A cause in a run, with the truth. */
interface Case {
  said: AnsweredVerdict;
  run: WorldRun;
  /** Undefined for a failure that was grouped with nothing. */
  planted: Planted | undefined;
  /** Oldest first, each with its jobs of this cause. */
  baseline: { run: WorldRun; jobs: WorldJob[] }[];
  jobs: WorldJob[];
  /** When the bug last began before the run; null when it is not there. */
  onset: number | null;
}

const day = 86_400_000;

/** Counts everything for one world. */
export function measure(world: World, truth: Truth, answer: Answer): Tallies {
  const tallies: Tallies = {};
  const count = (what: string, right: boolean) => {
    const tally = tallies[what] ?? { right: 0, of: 0 };
    tallies[what] = tally;
    tally.of++;
    if (right) tally.right++;
  };
  const cases = casesOf(world, truth, answer);
  const risks = risksOf(world, truth);
  for (const one of cases) {
    measureNew(one, truth, count);
    measureFlaky(one, truth, risks, count);
    measureBlame(one, count);
  }
  for (const group of Map.groupBy(cases, ({ run }) => run.id).values()) {
    if (group.some(({ planted }) => (planted?.scope.length ?? 0) > 0)) continue;
    count(
      'a run without such a cause blames something',
      group.some(({ said }) => said.blame !== null),
    );
  }
  measureNodes(world, truth, answer, count);
  return tallies;
}

type Counter = (what: string, right: boolean) => void;

function casesOf({ runs, jobs }: World, { planted, base }: Truth, { verdicts }: Answer): Case[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const failed = Map.groupBy(jobs, ({ run, cause }) => `${run} ${cause}`);
  return verdicts.map((said) => {
    const run = byId.get(said.run)!;
    const jobsOf = (of: WorldRun) => failed.get(`${of.id} ${said.cause}`) ?? [];
    const why = planted.get(said.cause);
    const active = why?.times.find(({ from, to }) => run.scheduled >= from && run.scheduled < to);
    const concerns = why?.branches?.some((branch) => branch === base.get(run.id) || branch === run.branch);
    return {
      said,
      run,
      planted: why,
      baseline: baselineOf(run, base.get(run.id)!, runs).map((one) => ({ run: one, jobs: jobsOf(one) })),
      jobs: jobsOf(run),
      onset: why?.kind === 'bug' && concerns && active ? ownOnset(why, active.from, run) : null,
    };
  });
}

/** A bug of one branch begins with the run itself. */
function ownOnset({ branches }: Planted, from: number, run: WorldRun): number {
  return branches?.includes(run.branch) && run.branch.startsWith('wip-') ? run.scheduled : from;
}

/** How many runs of the baseline were before the bug began, and after it had been there before. */
function runsBefore({ baseline, onset, planted }: Case): number {
  const gone = planted!.times.findLast(({ to }) => to <= onset!)?.to ?? Number.NEGATIVE_INFINITY;
  return baseline.filter(({ run }) => run.scheduled < onset! && run.scheduled >= gone).length;
}

function measureNew(one: Case, { outages }: Truth, count: Counter): void {
  const { said, baseline, onset, jobs } = one;
  const isNews = onset !== null && baseline.some(({ run }) => run.scheduled < onset);
  if (said.verdict === 'NEW' || said.verdict === 'SINCE') count('NEW and SINCE: precision', isNews);
  if (said.verdict === 'ROSE') count('ROSE: precision', isNews);
  const inOutage = ({ start }: WorldJob) =>
    outages.some(({ cause, from, to }) => cause === said.cause && start >= from && start < to);
  if (one.planted?.class === 'support' && jobs.filter(inOutage).length >= 3) {
    count('outages of class support called INFRA', said.verdict === 'INFRA');
  }
  if (!isNews) return;
  const since = baseline.filter(({ run, jobs }) => run.scheduled >= onset && jobs.length > 0);
  if (runsBefore(one) >= 8 && since.length >= 2) {
    count('SINCE: recall', said.verdict === 'SINCE');
    if (said.verdict === 'SINCE') count('SINCE: the right run is named', said.since === since[0]!.run.id);
  }
  if (since.length === 0 && jobs.length >= 2 && baseline.length >= 10 && runsBefore(one) >= 8) {
    count('NEW or ROSE: recall', said.verdict === 'NEW' || said.verdict === 'ROSE');
  }
}

function measureFlaky(
  { said, planted, baseline, onset, jobs }: Case,
  { why }: Truth,
  risks: Risks,
  count: Counter,
): void {
  if (planted?.kind === 'lab') return;
  // Of a group that has nothing but failures grouped wrongly nothing would be right.
  const isWrong = planted === undefined || jobs.every(({ id }) => why.get(id) !== said.cause);
  if (said.verdict === 'FLAKY' && !isWrong) {
    const old = onset !== null && !baseline.some((one) => one.run.scheduled < onset);
    count('FLAKY: precision', planted.kind !== 'bug' || old);
  }
  if (planted?.kind !== 'flake') return;
  const { inScope, all } = atRisk(planted, baseline, risks);
  if (planted.rate >= 0.05 && inScope >= 40) count('FLAKY: recall', said.verdict === 'FLAKY');
  if (said.verdict !== 'FLAKY') return;
  // Without the facets the share is one of all jobs.
  const rate = said.blame === null ? (planted.rate * inScope) / all : planted.rate;
  count('FLAKY: the interval covers the planted rate', said.lo <= rate && rate <= said.hi);
}

/** How many jobs of the baseline a cause could have hit, and how many there are. */
function atRisk({ scope }: Planted, baseline: Case['baseline'], risks: Risks): { inScope: number; all: number } {
  const key = scope.join(' ');
  const sum = { inScope: 0, all: 0 };
  for (const { run } of baseline) {
    const { lists, known } = risks.get(run.id)!;
    const inScope = known.get(key) ?? lists.filter((held) => scope.every((one) => held.has(one))).length;
    known.set(key, inScope);
    sum.inScope += inScope;
    sum.all += lists.length;
  }
  return sum;
}

/** The choices of the jobs of each run, and how many have which. */
type Risks = Map<string, { lists: ReadonlySet<string>[]; known: Map<string, number> }>;

function risksOf({ jobs }: World, { choices }: Truth): Risks {
  const groups = Map.groupBy(jobs, ({ run }) => run);
  return new Map(
    [...groups].map(([run, list]) => [run, { lists: list.map(({ id }) => choices.get(id)!), known: new Map() }]),
  );
}

function measureBlame({ said, planted, jobs }: Case, count: Counter): void {
  const facets = said.blame?.facets ?? null;
  if (planted === undefined || planted.scope.length === 0) {
    if (planted !== undefined) count('a cause without facets is blamed on one', facets !== null);
    return;
  }
  const named = facets !== null && planted.scope.every((one) => facets.includes(one));
  if (jobs.length >= 3) count('blame, 3 jobs: planted facets are named', named);
}

function measureNodes(world: World, { badNodes, byNode }: Truth, { nodes }: Answer, count: Counter): void {
  const said = Map.groupBy(nodes, ({ node }) => node);
  const failures = world.jobs.filter(({ id }) => byNode.has(id)).toSorted((a, b) => a.start - b.start);
  for (const node of badNodes.keys()) {
    const [first, , , , , sixth] = failures.filter(({ id }) => byNode.get(id) === node);
    if (first === undefined || sixth === undefined) continue;
    const isInTime = ({ time }: { time: number }) => time >= first.start && time <= sixth.start;
    count('suspect node by its sixth failure', said.get(node)?.some(isInTime) ?? false);
  }
  const days = new Map(nodes.map(({ node, time }) => [`${node} ${Math.floor(time / day)}`, { node, time }]));
  for (const { node, time } of days.values()) {
    const bad = badNodes.get(node);
    // Jobs of two weeks count: a node that was mended is suspect for a while.
    count('suspect node-days that are right', bad !== undefined && time >= bad.from && time < bad.to + 14 * day);
  }
}
