/** Parses the filter language (docs/dashboard.md) for the server and the browser. `query-print.ts` prints it. */
import { jobStatuses } from './job.ts';
import { checkValue, checkWord, nearest, splitValues, type Value, type ValueKind } from './query-value.ts';
import { runStatuses } from './run.ts';
import { signatureKinds } from './signature-class.ts';
import { traits } from './verdicts/bands.ts';

/** One comparison. A bare word has no key. */
export interface Term {
  key: QueryKey | null;
  negated: boolean;
  /** The term matches if any of these matches. */
  values: Value[];
}

/** Terms that must all match. */
export interface Query {
  terms: Term[];
}

/** A part of a filter that has no meaning and is ignored; the rest applies. */
interface QueryProblem {
  /** The term as written. */
  text: string;
  message: string;
  /** The term that was probably meant. */
  suggestion?: string;
}

/** Where a filter is used. */
export type QueryTarget = 'runs' | 'jobs' | 'audit';

type Targets = readonly QueryTarget[];
const [both, jobs, audit]: [Targets, Targets, Targets] = [['runs', 'jobs'], ['jobs'], ['audit']];

/** Describes a key: the type of its values, where it can be used, what it means and its aliases (`short`). */
function key(values: ValueKind, on: Targets, help: string, example: string, short: readonly string[] = []) {
  return { short, values, on, help, example };
}

/** Every key of the language. */
export const queryKeys = {
  status: key('choice', both, 'status of a job, or of any job of a run', 's:fail,dead', ['s']),
  suite: key('text', both, 'suite', 'suite:rados'),
  branch: key('text', both, 'branch', 'branch:wip-*'),
  user: key('text', both, 'user who scheduled it', 'user:teuthology'),
  machine: key('text', both, 'machine type', 'm:smithi', ['m', 'machine_type']),
  flavor: key('text', both, 'flavor of the build', 'flavor:default'),
  sha1: key('digits', both, 'beginning of the sha1', 'sha1:936071df'),
  scheduled: key('time', both, 'when it was scheduled', 'scheduled:2026-11-20..'),
  started: key('time', both, 'when it started', 'started:>-2d'),
  updated: key('time', both, 'when it last changed', 'updated:>-1h'),
  prio: key('number', both, 'priority', 'prio:<100', ['priority']),
  job: key('text', jobs, 'job id', 'job:8600017'),
  os: key('text', jobs, 'operating system and version', 'os:rocky*'),
  node: key('text', jobs, 'node it ran on', 'node:smithi08*'),
  reason: key('part', jobs, 'part of the failure reason', 'reason:"read error"'),
  text: key(
    'part',
    jobs,
    'part of the reason, of the first error of the log, or of the name of a failed test case',
    'text:"read error"',
  ),
  cause: key(
    'digits',
    both,
    'beginning of the id of a cause; finds runs with a job that failed for this cause',
    'cause:4f2a',
    ['sig', 'signature'],
  ),
  kind: key('choice', ['jobs', 'audit'], 'kind of failure, or kind of the changed object', 'kind:timeout'),
  f: key('text', jobs, 'facet of the description', 'f:objectstore=bluestore*', ['facet']),
  dur: key('duration', both, 'duration', 'dur:>2h', ['duration']),
  wait: key('duration', both, 'time from posting to the start; for a run, to its first start', 'wait:>1h', ['waited']),
  task: key('text', jobs, 'task of the configuration', 'task:workunit', ['tasks']),
  role: key('text', jobs, 'role in the configuration', 'role:mds*', ['roles']),
  is: key('choice', jobs, 'new, rose, since, flaky, known, unseen, infra, todo (undecided), fixed or live', 'is:new'),
  by: key('text', audit, 'user who made the change', 'by:alice', ['who']),
  action: key('text', audit, 'type of change', 'action:lock,unlock'),
  target: key('text', audit, 'name of the changed object', 'target:smithi08*'),
  at: key('time', audit, 'time of the change', 'at:>-2d'),
  door: key('text', audit, 'interface: classic, teuthology, api or command', 'door:api'),
  address: key('text', audit, 'address of the client', 'address:10.0.*'),
};

/** The full name of a key. */
export type QueryKey = keyof typeof queryKeys;

const spellings = new Map<string, QueryKey>(
  Object.entries(queryKeys).flatMap(([key, { short }]) =>
    [key, ...short].map((name) => [name, key as QueryKey] as const),
  ),
);

/** The key for a spelling, ignoring case; null if there is none. */
export function keyOf(spelling: string): QueryKey | null {
  return spellings.get(spelling.toLowerCase()) ?? null;
}

/** The longest filter that is parsed. The longest descriptions fit into it. */
const longest = 4000;

/** The largest number of values in a filter: each is compared with every run, or with every job of a run. */
const mostValues = 50;

/** Parses a filter. Terms without a meaning for `target` are left out and reported in `problems`. Never throws. */
export function parseQuery(text: string, target: QueryTarget): { query: Query; problems: QueryProblem[] } {
  const terms: Term[] = [];
  const problems: QueryProblem[] = [];
  if (text.length > longest) problems.push({ text: '', message: `only the first ${longest} characters are used` });
  let room = mostValues;
  for (const piece of termTexts(text.slice(0, longest)).map(readPiece)) {
    const tooMany = piece.values.length > room;
    if (tooMany) problems.push({ text: piece.text, message: `only the first ${mostValues} values are used` });
    const values = piece.values.slice(0, room);
    room -= values.length;
    const term = room === 0 && values.length === 0 ? null : readTerm({ ...piece, values }, target, problems);
    if (term !== null) terms.push(term);
    if (tooMany) break;
  }
  return { query: { terms }, problems };
}

/** Splits a filter at its spaces, without changing the terms. */
export function termTexts(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/gs) ?? [];
}

/** A term as written. */
interface Piece {
  text: string;
  sign: '-' | '';
  /** The key in lower case; null for a bare word. */
  name: string | null;
  values: string[];
}

function readPiece(text: string): Piece {
  const sign = text.startsWith('-') && text.length > 1 ? '-' : '';
  const body = text.slice(sign.length);
  const colon = body.startsWith('"') ? -1 : body.indexOf(':');
  if (colon <= 0) return { text, sign, name: null, values: [body] };
  return { text, sign, name: body.slice(0, colon).toLowerCase(), values: splitValues(body.slice(colon + 1)) };
}

/** The term that a piece means; null if no part of it can be used. */
function readTerm({ text, sign, name, values }: Piece, target: QueryTarget, problems: QueryProblem[]): Term | null {
  const key = name === null ? null : keyOf(name);
  if (name !== null && (key === null || !isOn(key, target))) {
    const message = `"${name.slice(0, 40).toWellFormed()}" is not a filter key here`;
    const usable = [...spellings].flatMap(([spelling, key]) =>
      spelling.length > 1 && isOn(key, target) ? spelling : [],
    );
    const meant = nearest(name, usable);
    problems.push(
      meant === undefined
        ? { text, message }
        : { text, message: `${message}; did you mean ${meant}:`, suggestion: text.replace(/^(-?)[^:]*/, `$1${meant}`) },
    );
    return null;
  }
  if (values.length === 0) problems.push({ text, message: `${name}: needs a value` });
  const read: Value[] = [];
  for (const [at, written] of values.entries()) {
    const checked =
      key === null ? checkWord(written) : checkValue(key, valuesOf(key, target), written, choices(key, target));
    if ('value' in checked) read.push(checked.value);
    else if (checked.meant === undefined) problems.push({ text, message: checked.message });
    else {
      const suggestion = `${sign}${name}:${values.with(at, checked.meant).join(',')}`;
      problems.push({ text, message: `${checked.message}; did you mean ${checked.meant}`, suggestion });
    }
  }
  return read.length === 0 ? null : { key, negated: sign === '-', values: read };
}

/** All values of a key that has only a few. A run can be found by its own status and by the statuses of its jobs. */
function choices(key: QueryKey, target: QueryTarget): readonly string[] {
  if (key === 'is') return [...traits, 'none'];
  if (key === 'kind') return [...signatureKinds, 'none'];
  return target === 'jobs' ? jobStatuses : [...new Set([...jobStatuses, ...runStatuses])];
}

/** The type of the values of a key. In the audit log, `kind` is the kind of the changed object instead of the kind of a failure. */
function valuesOf(key: QueryKey, target: QueryTarget): ValueKind {
  return key === 'kind' && target === 'audit' ? 'text' : queryKeys[key].values;
}

function isOn(key: QueryKey, target: QueryTarget): boolean {
  return queryKeys[key].on.includes(target);
}
