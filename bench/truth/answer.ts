/** What the program says of a world: the functions that serve the pages, on runs from a file. */
import { baselineOf, baseOf, ownRunsOf } from '../../src/core/verdicts/baseline.ts';
import { createDigest, indexRun, type RunDigest, type RunHead } from '../../src/core/verdicts/digest.ts';
import { type Around, judgeNodes, type NodeFailure, outageWindow, suspectDays } from '../../src/core/verdicts/lab.ts';
import { type CauseFacts, type Verdict, verdictOf } from '../../src/core/verdicts/verdict.ts';
import type { World, WorldJob, WorldRun } from './world.ts';

/** What is said of a cause in a run; see README.md. */
export interface AnsweredVerdict extends Pick<Verdict, 'cause' | 'verdict' | 'k' | 'n' | 'lo' | 'hi' | 'sentence'> {
  run: string;
  /** The first run with it, of SINCE. */
  since?: string;
  blame: { facets: string[] } | null;
}

/** `nodes` has a row for each failure that was seen while the node was suspect. */
export interface Answer {
  verdicts: AnsweredVerdict[];
  nodes: { node: string; time: number }[];
}

/** Judges every run and every node of a world. */
export function answerWorld(world: World): Answer {
  const runs = world.runs.toSorted((a, b) => a.scheduled - b.scheduled);
  const jobsOf = Map.groupBy(world.jobs, ({ run }) => run);
  const byId = new Map(runs.map((run) => [run.id, run]));
  const started = world.jobs.toSorted((a, b) => a.start - b.start);
  const indexes = new Map(runs.map((run) => [run.id, indexRun(digestOf(run, jobsOf.get(run.id) ?? []))]));
  const indexed = (heads: RunHead[]) => heads.map(({ id }) => indexes.get(id)!);
  const verdicts = runs.flatMap((run) => {
    const jobs = jobsOf.get(run.id) ?? [];
    const comparison = {
      run: indexes.get(run.id)!,
      baseline: indexed(baselineOf(run, baseOf(run.branch, world.bases), runs)),
      own: indexed(ownRunsOf(run, runs)),
      bases: world.bases,
    };
    const said = causesOf(jobs).flatMap((cause) => {
      if (cause.class === 'infra') return [];
      const around = cause.class === 'support' ? aroundOf(run, cause, started, byId) : [];
      return answered(run, verdictOf(comparison, { ...cause, around }));
    });
    const outages = said.filter(({ verdict }) => verdict === 'INFRA').map(({ cause }) => cause);
    if (outages.length > 0) indexes.set(run.id, indexRun(digestOf(run, jobs, outages)));
    return said;
  });
  return { verdicts, nodes: [...Map.groupBy(started, ({ type }) => type).values()].flatMap(suspicions) };
}

function answered(run: WorldRun, { cause, verdict, k, n, lo, hi, since, blame, sentence }: Verdict): AnsweredVerdict {
  return {
    ...{ run: run.id, cause, verdict, k, n, lo, hi, sentence },
    ...(since === null ? {} : { since: since.run.id }),
    blame: blame === null ? null : { facets: blame.facets.flat() },
  };
}

/** What a run leaves for later ones; `outages` are causes of class support that were one. */
export function digestOf(run: WorldRun, jobs: readonly WorldJob[], outages: readonly string[] = []): RunDigest {
  const digest = createDigest(run);
  for (const { description, status, cause: id, class: given } of jobs) {
    const kind = id !== null && outages.includes(id) ? 'infra' : (given ?? 'unclear');
    digest.add({ description, status, causes: id === null ? [] : [{ id, class: kind }] });
  }
  return digest.done();
}

/** The causes of the jobs of a run. */
export function causesOf(jobs: readonly WorldJob[]): CauseFacts[] {
  const groups = Map.groupBy(jobs, ({ cause }) => cause);
  return [...groups].flatMap(([id, failed]) => {
    const kind = failed[0]!.class ?? 'unclear';
    return id === null ? [] : { id, class: kind, starts: failed.map(({ start }) => start), shared: 0 };
  });
}

function aroundOf(
  run: WorldRun,
  { id, starts }: CauseFacts,
  started: readonly WorldJob[],
  runs: ReadonlyMap<string, WorldRun>,
): Around[] {
  const { from, to } = outageWindow(starts);
  const found = new Map<string, Around>();
  for (const job of started.slice(placeOf(started, from), placeOf(started, to + 1))) {
    if (job.run === run.id) continue;
    const { suite, branch } = runs.get(job.run)!;
    const one = found.get(`${suite} ${branch}`) ?? { suite, branch, jobs: 0, hits: 0 };
    found.set(`${suite} ${branch}`, one);
    one.jobs++;
    if (job.cause === id) one.hits++;
  }
  return [...found.values()];
}

/** Asks after every failure of the lab which nodes are suspect, of the jobs of one machine type. */
function suspicions(jobs: readonly WorldJob[]): Answer['nodes'] {
  const counts = new Map<string, number>();
  const add = ({ nodes }: WorldJob, by: number) => {
    for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + by);
  };
  const failures: NodeFailure[] = [];
  let oldest = 0;
  return jobs.flatMap((job, at) => {
    const { start, nodes, cause } = job;
    add(job, 1);
    if (cause === null || (job.class !== 'infra' && job.class !== 'support')) return [];
    failures.push({ start, nodes, cause });
    while (jobs[oldest]!.start < start - suspectDays) add(jobs[oldest++]!, -1);
    while (failures[0]!.start < start - suspectDays) failures.shift();
    const started = (from: number, to: number) => Math.min(placeOf(jobs, to), at + 1) - placeOf(jobs, from);
    const suspects = new Set(judgeNodes({ failures, jobs: counts, started }).suspects.map(({ node }) => node));
    return nodes.filter((node) => suspects.has(node)).map((node) => ({ node, time: start }));
  });
}

/** Of jobs ascending by start the number of those that started before a time. */
function placeOf(jobs: readonly WorldJob[], time: number): number {
  let [from, to] = [0, jobs.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (jobs[middle]!.start < time) from = middle + 1;
    else to = middle;
  }
  return from;
}
