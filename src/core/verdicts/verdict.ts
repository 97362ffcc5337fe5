/**
 * Decides the verdict on a cause in a run. All pages and reports use `verdictOf`. The rules were tuned on generated data with known causes (`npm
 * run bench -- --only truth`). Justify a change of their arithmetic with figures from seeds that were not used to make it.
 */
import type { CauseClass } from '../signature-class.ts';
import { type Blame, blameOf, lnInCommon } from './blame.ts';
import { jobsWith, type RunHead, type RunIndex } from './digest.ts';
import { type Around, type Outage, outageOf, outageWindow } from './lab.ts';
import { dayText, facetsText, percent } from './sentence.ts';
import { type Count, lastStretch, lnChoose, lnHypergeometricTail, wilsonInterval } from './statistics.ts';

/** The possible verdicts. If several apply, the first one is used. */
export const verdictNames = ['INFRA', 'NEW', 'UNSEEN', 'ROSE', 'SINCE', 'FLAKY', 'KNOWN'] as const;

/** One of `verdictNames`. */
export type VerdictName = (typeof verdictNames)[number];

/** A run and the runs it is compared with. */
export interface Comparison {
  run: RunIndex;
  /** Oldest first; see `baselineOf`. */
  baseline: readonly RunIndex[];
  /** See `ownRunsOf`. Runs that are also in the baseline must be the same objects. */
  own: readonly RunIndex[];
  /** The base branches; see `baseOf`. */
  bases: readonly string[];
}

/** A cause in the run. */
export interface CauseFacts {
  id: string;
  class: CauseClass;
  /** When its jobs of the run started, in milliseconds. */
  starts: readonly number[];
  /** How many of these jobs also have a cause that is not the lab's, so that they are in the digest. */
  shared: number;
  /** Jobs of other runs within `outageWindow(starts)`; only class `support` needs them. */
  around?: readonly Around[];
}

/** The verdict on a cause, with its numbers. */
export interface Verdict {
  cause: string;
  verdict: VerdictName;
  /** One sentence with the numbers, without the name of the verdict. */
  sentence: string;
  /** What the failed jobs have in common. If it is set, all numbers count only jobs with these facets. */
  blame: Blame | null;
  /**
   * `c` of `m` jobs of the run ended with the cause, and `k` of `n` jobs before. For FLAKY, `n` counts only jobs that passed or ended with the
   * cause.
   */
  c: number;
  m: number;
  k: number;
  n: number;
  /** The 95 % interval of the share `k / n`. */
  lo: number;
  hi: number;
  /** For NEW and UNSEEN, the probability that all jobs with the cause fall into this run by chance. Null otherwise. */
  p: number | null;
  /** The number of runs that `n` counts, and how many of them had the cause. */
  runs: number;
  runs_with: number;
  /** For SINCE, the first run with the cause, and the counts of jobs from that run up to this one. */
  since: { run: RunHead; k: number; n: number } | null;
  /** For SINCE and ROSE, the last run before the rise. Null for KNOWN. */
  last_without: RunHead | null;
  /** The last run of the baseline that had the cause, or null. */
  last_with: RunHead | null;
  /** For INFRA, what else was hit. Null if the class of the cause alone makes it INFRA. */
  outage: (Outage & { from: number; to: number }) | null;
}

const leastNew = 2;
const largestNewP = 0.02;
const leastRunsBefore = 3;
const few = { before: 2, p: 0.0001 };
const flaky = { runs: 2, jobs: 10, share: 0.5 };
const mostPooled = 7;
const burstMs = 2 * 3_600_000;

/** The counts of one run for a cause: `k` of `n` jobs in the field ended with it, and `clear` of them passed or ended with it. */
interface Point extends Count {
  run: RunHead;
  clear: number;
}

/** Decides the verdict on one cause. Takes about a millisecond with 40 runs of 5,000 jobs. */
export function verdictOf(comparison: Comparison, cause: CauseFacts): Verdict {
  const { run, baseline } = comparison;
  if (cause.class === 'infra') return infraVerdict(run, cause, null);
  const outage = outageIn(comparison, cause);
  if (outage !== null) return infraVerdict(run, cause, outage);
  const seen = baseline.some(({ causes }) => causes.has(cause.id));
  const blame = blameIn(comparison, cause);
  const points = baseline.map((one) => pointOf(one, cause.id, blame)).filter(({ n }) => n > 0);
  const here = pointOf(run, cause.id, blame);
  const facts = {
    ...{ cause: cause.id, blame, outage, c: here.k, m: here.n, p: null, since: null, last_without: null },
    ...countsOf(sumOf(points)),
    runs: points.length,
    runs_with: points.filter(({ k }) => k > 0).length,
    last_with: points.findLast(({ k }) => k > 0)?.run ?? null,
  };
  const verdict = { ...facts, ...decide(seen, points, here, blame === null ? lnInCommon(run, cause.id) : 0) };
  return { ...verdict, sentence: sentenceOf(verdict) };
}

/** INFRA does not depend on the counts of earlier runs, and digests leave out these jobs. */
function infraVerdict(
  { jobs, causes }: RunIndex,
  { id, starts, shared }: CauseFacts,
  outage: Verdict['outage'],
): Verdict {
  const c = starts.length;
  const nothing = { blame: null, p: null, since: null, last_without: null, last_with: null };
  const m = jobs - (causes.get(id)?.length ?? shared) + c;
  const counts = { c, m, ...countsOf({ k: 0, n: 0 }), runs: 0, runs_with: 0 };
  const verdict = { cause: id, verdict: 'INFRA', outage, ...nothing, ...counts } as const;
  return { ...verdict, sentence: sentenceOf(verdict) };
}

function outageIn({ run, bases }: Comparison, cause: CauseFacts): Verdict['outage'] {
  if (cause.class !== 'support' || cause.around === undefined || cause.starts.length === 0) return null;
  const outage = outageOf(run.run, cause.starts, cause.around, bases);
  return outage === null ? null : { ...outage, ...outageWindow(cause.starts) };
}

type Decision = Partial<Verdict> & Pick<Verdict, 'verdict'>;

/** Applies all rules except INFRA, in order. */
function decide(seen: boolean, points: readonly Point[], here: Point, lnShared: number): Decision {
  if (!seen) {
    const { n } = sumOf(points);
    const p = Math.exp(lnChoose(here.n, here.k) - lnChoose(n + here.n, here.k));
    return { verdict: here.k >= leastNew && p <= largestNewP ? 'NEW' : 'UNSEEN', p };
  }
  const line = [...points, here];
  const { last, before, rises } = lastStretch(line);
  if (rises && before !== null && last.from >= leastRunsBefore) {
    const counts = { ...countsOf(before), last_without: line[last.from - 1]!.run };
    if (last.from === points.length) return { verdict: 'ROSE', ...counts };
    const since = { run: line[last.from]!.run, k: last.k, n: last.n };
    return { verdict: 'SINCE', since, ...counts };
  }
  if (risesFromFew(points, here, lnShared)) {
    return {
      verdict: 'ROSE',
      ...countsOf(sumOf(points)),
      last_without: points.findLast(({ k }) => k === 0)?.run ?? null,
    };
  }
  return flakyOf(line, last.from) ?? { verdict: 'KNOWN' };
}

/**
 * Whether several jobs of this run are unlikely after one or two in the whole baseline, considering both their number and what they have in
 * common. The earlier jobs may have another cause that was grouped wrongly, and two jobs with a new bug are too few to start a stretch. If
 * earlier failures have the same in common, `lnShared` is 0 and adds no evidence.
 */
function risesFromFew(points: readonly Point[], here: Point, lnShared: number): boolean {
  const { n, k } = sumOf(points);
  if (k > few.before || here.k < leastNew || points.length < leastRunsBefore) return false;
  const inTime = lnHypergeometricTail(here.k, here.n, k + here.k, n + here.n);
  return inTime + lnShared <= Math.log(few.p);
}

/** FLAKY if the last stretch, without this run, meets the limits for flaky causes; otherwise null. */
function flakyOf(line: readonly Point[], from: number): Decision | null {
  const stretch = line.slice(from, -1);
  const k = stretch.reduce((sum, point) => sum + point.k, 0);
  const n = stretch.reduce((sum, point) => sum + point.clear, 0);
  const runs_with = stretch.filter((point) => point.k > 0).length;
  // A job that failed for another reason might also have ended with this cause. The upper bound leaves such jobs out; the lower bound counts them
  // as passed.
  const lo = wilsonInterval(k, sumOf(stretch).n)[0];
  const counts = { ...countsOf({ k, n }), lo };
  if (runs_with < flaky.runs || n < flaky.jobs || counts.hi >= flaky.share) return null;
  return { verdict: 'FLAKY', ...counts, runs: stretch.length, runs_with };
}

function countsOf({ k, n }: Count) {
  const [lo, hi] = wilsonInterval(k, n);
  return { k, n, lo, hi };
}

function sumOf(points: readonly Count[]): Count {
  return points.reduce((sum, { k, n }) => ({ k: sum.k + k, n: sum.n + n }), { k: 0, n: 0 });
}

function pointOf(index: RunIndex, cause: string, blame: Blame | null): Point {
  const { run, passed, passes } = index;
  const hit = index.causes.get(cause) ?? [];
  const field = blame === null ? null : jobsWith(index, blame.facets.flat());
  if (field === null) return { run, n: index.jobs, k: hit.length, clear: passes + hit.length };
  let [k, clear, next] = [0, 0, 0];
  for (const job of field) {
    while (next < hit.length && hit[next]! < job) next++;
    if (hit[next] === job) k++;
    else clear += passed[job]!;
  }
  return { run, n: field.length, k, clear: clear + k };
}

/** What the jobs of this run have in common with each other and with earlier ones. */
function blameIn({ run, baseline, own }: Comparison, { id, class: kind, starts }: CauseFacts): Blame | null {
  const withIt = (index: RunIndex) => index.causes.has(id);
  const pool = new Set([run, ...baseline.filter(withIt).slice(-mostPooled), ...own.filter(withIt)]);
  const blame = blameOf([...pool], id);
  if (blame === null || (kind === 'support' && !holdsWithoutBurst([...pool], blame, run, { id, starts }))) return null;
  // What earlier failures have in common says nothing about this run unless one of its failures has it too.
  const field = jobsWith(run, blame.facets.flat());
  return field === null || run.causes.get(id)?.some((job) => field.includes(job)) ? blame : null;
}

/**
 * Suites run one after the other, so an outage looks like a fault of the sub-suite that was running. The blame must therefore hold without the
 * run that has the most failures, among the runs in which the cause may have been an outage.
 */
function holdsWithoutBurst(
  pool: readonly RunIndex[],
  blame: Blame,
  run: RunIndex,
  { id, starts }: Pick<CauseFacts, 'id' | 'starts'>,
): boolean {
  const isSpread = Math.max(...starts) - Math.min(...starts) > burstMs;
  const hits = (index: RunIndex) => index.causes.get(id)?.length ?? 0;
  const [most] = pool.filter((index) => !(index === run && isSpread)).sort((a, b) => hits(b) - hits(a));
  if (most === undefined) return true;
  const rest = blameOf(
    pool.filter((index) => index !== most),
    id,
  );
  return rest !== null && rest.facets.flat().join() === blame.facets.flat().join();
}

/** One sentence with the numbers of a verdict. Dates and times are in UTC. */
function sentenceOf(verdict: Omit<Verdict, 'sentence'>): string {
  const { c, m, k, n, p, runs, runs_with, since, outage, last_with } = verdict;
  const field = fieldText(verdict);
  switch (verdict.verdict) {
    case 'INFRA': {
      if (outage === null) return `${c} of ${m} jobs here; the lab failed, not the software under test.`;
      const [first, ...more] = outage.hit;
      const where = `${first?.suite} on ${first?.branch}${more.length > 0 ? ` and ${more.length} more` : ''}`;
      return `Also hit ${where}: ${outage.hits} of ${outage.jobs} jobs from ${clock(outage.from)} to ${clock(outage.to)}.`;
    }
    case 'NEW':
      return `${c} of ${m}${field} here, 0 of ${n} before (p ${digits(p ?? 0)}).`;
    case 'UNSEEN':
      return `${c === 1 ? 'One job' : `${c} of ${m} jobs`} here; 0 of ${n}${field} before, too few to tell.`;
    case 'ROSE':
      return `${c} of ${m}${field} here, ${k} of ${n} before.`;
    case 'SINCE':
      return `Began ${dayText(since?.run.scheduled ?? 0)}: ${k} of ${n}${field} before, ${since?.k} of ${since?.n} since.`;
    case 'FLAKY': {
      const interval = `${percent(k / n)} %, ${percent(verdict.lo)}–${percent(verdict.hi)} %`;
      return `${k} of ${n}${field} in ${runs} runs (${interval}).`;
    }
    case 'KNOWN': {
      const last = last_with === null ? '' : `, last on ${dayText(last_with.scheduled)}`;
      return `In ${runs_with} of ${runs} runs${last}: ${k} of ${n}${field}.`;
    }
  }
}

function fieldText({ blame }: Pick<Verdict, 'blame'>): string {
  return blame === null ? ' jobs' : ` jobs with ${facetsText(blame.facets)}`;
}

function digits(p: number): string {
  return p < 0.0001 ? 'below 0.0001' : p.toPrecision(1);
}

function clock(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(11, 16);
}
