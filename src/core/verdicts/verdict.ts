/**
 * What is said of a cause in a run. `verdictOf` alone decides, for every page and report. The rules were tried on planted
 * truth (`npm run bench -- --only truth`); a change of their arithmetic needs figures from seeds that it was not made with.
 */
import type { CauseClass } from '../signature-class.ts';
import { type Blame, blameOf, lnInCommon } from './blame.ts';
import { jobsWith, type RunHead, type RunIndex } from './digest.ts';
import { type Around, type Outage, outageOf, outageWindow } from './lab.ts';
import { dayText, facetsText, percent } from './sentence.ts';
import { type Count, lastStretch, lnChoose, lnHypergeometricTail, wilsonInterval } from './statistics.ts';

/** What can be said of a cause, the first that is true. */
export const verdictNames = ['INFRA', 'NEW', 'UNSEEN', 'ROSE', 'SINCE', 'FLAKY', 'KNOWN'] as const;

/** One of `verdictNames`. */
export type VerdictName = (typeof verdictNames)[number];

/** A run and what it is compared with. */
export interface Comparison {
  run: RunIndex;
  /** Oldest first; see `baselineOf`. */
  baseline: readonly RunIndex[];
  /** See `ownRunsOf`; those that stand in the baseline too must be the same objects. */
  own: readonly RunIndex[];
  /** The branches that others are compared with; see `baseOf`. */
  bases: readonly string[];
}

/** A cause of the run. */
export interface CauseFacts {
  id: string;
  class: CauseClass;
  /** When its jobs of the run started, in milliseconds. */
  starts: readonly number[];
  /** How many of them have a cause that is not of the lab as well, and so are among the jobs of the digest. */
  shared: number;
  /** Jobs of other runs within `outageWindow(starts)`; only class `support` needs them. */
  around?: readonly Around[];
}

/** What is said of a cause, with its numbers. */
export interface Verdict {
  cause: string;
  verdict: VerdictName;
  /** One sentence with the numbers, without the name of the verdict. */
  sentence: string;
  /** What its jobs have in common. Every number counts only jobs with these facets, or all jobs without them. */
  blame: Blame | null;
  /** `c` of `m` jobs of the run ended with it; `k` of `n` before, for FLAKY `k` of the `n` that passed or ended with it. */
  c: number;
  m: number;
  k: number;
  n: number;
  /** The 95 % interval of `k` of `n`, as shares. */
  lo: number;
  hi: number;
  /** NEW and UNSEEN: how likely it is that all its jobs fall into this run by chance. Null otherwise. */
  p: number | null;
  /** How many runs are behind `n`, and how many of those had it. */
  runs: number;
  runs_with: number;
  /** SINCE: the first run with it, and the jobs since then, with this run. */
  since: { run: RunHead; k: number; n: number } | null;
  /** SINCE and ROSE: the last run before it. KNOWN: null. */
  last_without: RunHead | null;
  /** The last run of the baseline with it; null if there is none. */
  last_with: RunHead | null;
  /** INFRA: what else was hit; null when the cause is one of the lab whatever else happened. */
  outage: (Outage & { from: number; to: number }) | null;
}

const leastNew = 2;
const largestNewP = 0.02;
const leastRunsBefore = 3;
const few = { before: 2, p: 0.0001 };
const flaky = { runs: 2, jobs: 10, share: 0.5 };
const mostPooled = 7;
const burstMs = 2 * 3_600_000;

/** A run of the line as far as a cause goes: `k` of `n` jobs of the field, `clear` of which passed or ended with it. */
interface Point extends Count {
  run: RunHead;
  clear: number;
}

/** Decides what is said of one cause. Takes about a millisecond with 40 runs of 5,000 jobs. */
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

/** No count of earlier runs matters, and digests leave these jobs out. */
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

/** The rules for everything but the lab, in their order. */
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
 * Whether several jobs of one run are unlikely after one or two in the whole baseline, in time and in what they have in common
 * together. Those may be another cause that was grouped wrongly, and two jobs of a new bug cut no stretch then. Where earlier
 * failures share the same (`lnShared` is 0 then), it is no news.
 */
function risesFromFew(points: readonly Point[], here: Point, lnShared: number): boolean {
  const { n, k } = sumOf(points);
  if (k > few.before || here.k < leastNew || points.length < leastRunsBefore) return false;
  const inTime = lnHypergeometricTail(here.k, here.n, k + here.k, n + here.n);
  return inTime + lnShared <= Math.log(few.p);
}

/** FLAKY when the last stretch without this run says so. */
function flakyOf(line: readonly Point[], from: number): Decision | null {
  const stretch = line.slice(from, -1);
  const k = stretch.reduce((sum, point) => sum + point.k, 0);
  const n = stretch.reduce((sum, point) => sum + point.clear, 0);
  const runs_with = stretch.filter((point) => point.k > 0).length;
  // A job that failed of something else may have been about to end with it or not: the upper end leaves it out, the lower one counts it.
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
  // What earlier failures have in common does not tell of this run when none of its own is among them.
  const field = jobsWith(run, blame.facets.flat());
  return field === null || run.causes.get(id)?.some((job) => field.includes(job)) ? blame : null;
}

/**
 * Suites run one after the other, so an outage looks like a fault of the sub-suite that was running. Of the runs in which the cause
 * may have been one, the one with most failures must not be needed.
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
      if (outage === null) return `${c} of ${m} jobs here; the lab failed, not what was tested.`;
      const [first, ...more] = outage.hit;
      const where = `${first?.suite} on ${first?.branch}${more.length > 0 ? ` and ${more.length} more` : ''}`;
      return `Also hit ${where}: ${outage.hits} of ${outage.jobs} jobs from ${clock(outage.from)} to ${clock(outage.to)}.`;
    }
    case 'NEW':
      return `${c} of ${m}${field} here, 0 of ${n} before (p ${digits(p ?? 0)}).`;
    case 'UNSEEN':
      return `${c === 1 ? 'One job' : `${c} of ${m} jobs`} here; 0 of ${n}${field} before, too little to tell.`;
    case 'ROSE':
      return `${c} of ${m}${field} here, before ${k} of ${n}.`;
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
