import { facetText, parseFacets } from './facets.ts';
import { type Clock, parseDuration, parseMoment } from './moment.ts';
import { globMatcher, type Query, type QueryKey, type Term, type Value } from './query.ts';
import type { Trait } from './traits.ts';

/** What a filter can ask of a job; times in milliseconds since the epoch, durations in seconds. */
export interface MatchableJob {
  status: string;
  job_id: string;
  description: string | null;
  failure_reason: string | null;
  os: string | null;
  nodes: readonly string[];
  suite: string | null;
  branch: string | null;
  user: string | null;
  machine_type: string | null;
  flavor: string | null;
  sha1: string | null;
  priority: number | null;
  duration: number | null;
  scheduled: number | null;
  started: number | null;
  updated: number | null;
  signature: { id: string; kind: string } | null;
  traits: ReadonlySet<Trait>;
}

type Match = (job: MatchableJob) => boolean;

/** Returns a function that tells whether a job meets every term of a query. */
export function jobMatcher(query: Query, clock: Clock): Match {
  const matches = query.terms.map((term) => termMatcher(term, clock));
  return (job) => matches.every((match) => match(job));
}

function termMatcher({ key, negated, values }: Term, clock: Clock): Match {
  const any = values.map((value) => (key === null ? wordMatcher(value) : valueMatcher(key, value, clock)));
  return (job) => any.some((match) => match(job)) !== negated;
}

function wordMatcher(value: Value): Match {
  const word = value.type === 'literal' || value.type === 'glob' ? value.text.toLowerCase() : '';
  return (job) => haystack(job).includes(word);
}

const haystacks = new WeakMap<MatchableJob, string>();

/** Built once for each job: 5,000 jobs are searched with every letter that is typed. */
function haystack(job: MatchableJob): string {
  let text = haystacks.get(job);
  if (text === undefined) {
    text = [job.description, job.failure_reason, job.job_id, job.os, ...job.nodes].join('\n').toLowerCase();
    haystacks.set(job, text);
  }
  return text;
}

const texts: Partial<Record<QueryKey, (job: MatchableJob) => readonly (string | null)[]>> = {
  status: (job) => [job.status],
  suite: (job) => [job.suite],
  branch: (job) => [job.branch],
  user: (job) => [job.user],
  machine: (job) => [job.machine_type],
  flavor: (job) => [job.flavor],
  job: (job) => [job.job_id],
  os: (job) => [job.os, job.os?.split(' ')[0] ?? null],
  node: (job) => job.nodes,
  kind: (job) => [job.signature?.kind ?? null],
  is: (job) => [...job.traits],
};

const numbers: Partial<Record<QueryKey, (job: MatchableJob) => number | null>> = {
  prio: (job) => job.priority,
  dur: (job) => job.duration,
};

const times: Partial<Record<QueryKey, (job: MatchableJob) => number | null>> = {
  scheduled: (job) => job.scheduled,
  started: (job) => job.started,
  updated: (job) => job.updated,
};

function valueMatcher(key: QueryKey, value: Value, clock: Clock): Match {
  if (key === 'f') return facetMatcher(value);
  if (key === 'reason' || key === 'sig' || key === 'sha1') return partMatcher(key, value);
  const number = numbers[key];
  if (number) {
    return spanMatcher(number, value, numberSpan);
  }
  const time = times[key];
  if (time) return spanMatcher(time, value, (text) => parseMoment(text, clock));
  const read = texts[key] as (job: MatchableJob) => readonly (string | null)[];
  if (value.type === 'none') return (job) => read(job).every((text) => text === null || text === '');
  const test = textTest(value);
  return (job) => read(job).some((text) => text !== null && test(text));
}

function textTest(value: Value): (text: string) => boolean {
  if (value.type === 'glob') return globMatcher(value.text);
  const wanted = value.type === 'literal' ? value.text : null;
  return (text) => text === wanted;
}

function partMatcher(key: 'reason' | 'sig' | 'sha1', value: Value): Match {
  const read = (job: MatchableJob) =>
    key === 'reason' ? job.failure_reason : key === 'sig' ? (job.signature?.id ?? null) : job.sha1;
  if (value.type === 'none') return (job) => !read(job);
  const wanted = value.type === 'literal' ? value.text.toLowerCase() : null;
  const glob = value.type === 'glob' ? globMatcher(value.text) : null;
  return (job) => {
    const text = read(job);
    if (text === null) return false;
    if (glob) return glob(text);
    if (wanted === null) return false;
    return key === 'reason' ? text.toLowerCase().includes(wanted) : text.toLowerCase().startsWith(wanted);
  };
}

function facetMatcher(value: Value): Match {
  if (value.type === 'none') return ({ description }) => parseFacets(description).length === 0;
  const test = textTest(value);
  return ({ description }) => parseFacets(description).some((facet) => test(facetText(facet)) || test(facet.value));
}

/** The span that a value of a number or a time stands for, its end not included. */
type SpanOf = (text: string) => { from: number; to: number } | null;

function spanMatcher(read: (job: MatchableJob) => number | null, value: Value, spanOf: SpanOf): Match {
  if (value.type === 'none') return (job) => read(job) === null;
  const bounds = valueBounds(value, spanOf);
  if (bounds === null) return () => false;
  return (job) => {
    const point = read(job);
    return point !== null && point >= bounds.from && point < bounds.to;
  };
}

/** The span of a number or a duration in seconds, up to the next whole one. */
export function numberSpan(text: string): { from: number; to: number } | null {
  const point = parseDuration(text);
  return point === null ? null : { from: point, to: point + 1 };
}

/** What a value allows, from `from` on and before `to`; null when it cannot be read. */
export function valueBounds(value: Value, spanOf: SpanOf): { from: number; to: number } | null {
  const open = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  if (value.type === 'literal') return spanOf(value.text);
  if (value.type === 'above') {
    const span = spanOf(value.value);
    return span && { ...open, from: span.to };
  }
  if (value.type === 'below') {
    const span = spanOf(value.value);
    return span && { ...open, to: span.from };
  }
  if (value.type !== 'range') return null;
  const from = value.from === null ? open : spanOf(value.from);
  const to = value.to === null ? open : spanOf(value.to);
  return from && to && { from: from.from, to: to.to };
}
