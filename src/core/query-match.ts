import { facetText, parseFacets } from './facets.ts';
import { type CausedJob, causesOfJob } from './job.ts';
import type { Clock } from './moment.ts';
import { type Query, type QueryKey, queryKeys, type Term } from './query.ts';
import { asciiLower, globMatcher, type SpanOf, spanReader, type Value, valueBounds } from './query-value.ts';
import type { Trait } from './verdicts/bands.ts';

/** The properties of a job that filters can test. Times are in milliseconds since the epoch, durations in seconds. */
export interface MatchableJob extends CausedJob<{ id: string; kind: string; title: string }> {
  status: string;
  job_id: string;
  description: string | null;
  failure_reason: string | null;
  /** The first error of its log, if known. */
  error: string | null;
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
  /** Seconds between posting and start. */
  wait: number | null;
  scheduled: number | null;
  started: number | null;
  updated: number | null;
  /** The names of its tasks and its roles; empty if they are not known. */
  tasks: readonly string[];
  roles: readonly string[];
  traits: ReadonlySet<Trait>;
}

type Match = (job: MatchableJob) => boolean;

/** Returns a function that tells whether a job matches every term of a query. */
export function jobMatcher(query: Query, clock: Clock): Match {
  const matches = query.terms.map((term) => termMatcher(term, clock));
  return (job) => matches.every((match) => match(job));
}

function termMatcher({ key, negated, values }: Term, clock: Clock): Match {
  const any = values.map((value) => (key === null ? wordMatcher(value) : valueMatcher(key, value, clock)));
  return (job) => any.some((match) => match(job)) !== negated;
}

function wordMatcher(value: Value): Match {
  if (value.type === 'glob') {
    const test = globMatcher(`*${value.text.toLowerCase()}*`);
    return (job) => searched(job).words.some(test);
  }
  const word = value.type === 'literal' ? value.text.toLowerCase() : '';
  return (job) => searched(job).words.some((text) => text.includes(word));
}

/** The texts of a job that several values of a filter search. */
interface Searched {
  /** In lower case. */
  words: string[];
  reason: string | null;
  /** The failure reason, followed by the error of the log and the failed test cases. */
  text: string | null;
  facets: { texts: string[]; lower: string[] };
}

const known = new WeakMap<MatchableJob, Searched>();

/** Computed once for each job: with every key that a user types, up to 5,000 jobs are searched for each value of the filter. */
function searched(job: MatchableJob): Searched {
  const made = known.get(job);
  if (made !== undefined) return made;
  const reason = job.failure_reason?.toLowerCase() ?? null;
  const said = [job.error, ...job.case_causes.map(({ title }) => title)].flatMap((text) => text?.toLowerCase() ?? []);
  const text = reason === null && said.length === 0 ? null : [...(reason === null ? [] : [reason]), ...said].join('\n');
  const others = [...said, job.description, job.job_id, job.os, ...job.nodes];
  const words = [reason, ...others.map((text) => text?.toLowerCase())].filter((text) => text != null);
  const texts = parseFacets(job.description).flatMap((facet) => [facetText(facet), facet.value]);
  const all = { words, reason, text, facets: { texts, lower: texts.map(asciiLower) } };
  known.set(job, all);
  return all;
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
  kind: (job) => causesOfJob(job).map(({ kind }) => kind),
  is: (job) => [...job.traits],
  task: (job) => job.tasks,
  role: (job) => job.roles,
};

const numbers: Partial<Record<QueryKey, (job: MatchableJob) => number | null>> = {
  prio: (job) => job.priority,
  dur: (job) => job.duration,
  wait: (job) => job.wait,
  scheduled: (job) => job.scheduled,
  started: (job) => job.started,
  updated: (job) => job.updated,
};

function valueMatcher(key: QueryKey, value: Value, clock: Clock): Match {
  if (key === 'f') return facetMatcher(value);
  if (key === 'reason' || key === 'text' || key === 'cause' || key === 'sha1') return partMatcher(key, value);
  const number = numbers[key];
  if (number) return spanMatcher(number, value, spanReader(queryKeys[key].values as 'number', clock));
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

function partMatcher(key: 'reason' | 'text' | 'cause' | 'sha1', value: Value): Match {
  const inside = key === 'reason' || key === 'text';
  const read = (job: MatchableJob): readonly (string | null)[] => {
    if (key === 'cause') return causesOfJob(job).map(({ id }) => id.toLowerCase());
    return [inside ? searched(job)[key] : (job.sha1?.toLowerCase() ?? null)];
  };
  if (value.type === 'none') return (job) => read(job).every((text) => !text);
  if (value.type !== 'literal' && value.type !== 'glob') return () => false;
  const wanted = value.text.toLowerCase();
  const begins = (text: string) => text.startsWith(wanted);
  const contains = (text: string) => text.includes(wanted);
  const test = value.type === 'glob' ? globMatcher(wanted) : inside ? contains : begins;
  return (job) => read(job).some((text) => text !== null && test(text));
}

function facetMatcher(value: Value): Match {
  if (value.type === 'none') return (job) => searched(job).facets.texts.length === 0;
  const test = textTest(value);
  return (job) => searched(job).facets[value.type === 'glob' ? 'lower' : 'texts'].some(test);
}

function spanMatcher(read: (job: MatchableJob) => number | null, value: Value, spanOf: SpanOf): Match {
  if (value.type === 'none') return (job) => read(job) === null;
  const bounds = valueBounds(value, spanOf);
  if (bounds === null) return () => false;
  return (job) => {
    const point = read(job);
    return point !== null && point >= bounds.from && point < bounds.to;
  };
}
