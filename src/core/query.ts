/** The filter language (docs/dashboard.md), read here for the server and the browser alike; `query-print.ts` writes it. */
import { jobStatuses } from './job.ts';
import { checkValue, checkWord, nearest, splitValues, type Value, type ValueKind } from './query-value.ts';
import { runStatuses } from './run.ts';
import { signatureKinds } from './signature-class.ts';
import { traits } from './verdicts/bands.ts';

/** What a term can compare; a bare word has no key. */
export interface Term {
  key: QueryKey | null;
  negated: boolean;
  /** Any of them must match. */
  values: Value[];
}

/** Terms that must all hold. */
export interface Query {
  terms: Term[];
}

/** A part of a text that means nothing; the rest applies. */
interface QueryProblem {
  /** The term as it is written. */
  text: string;
  message: string;
  /** The term as it was probably meant. */
  suggestion?: string;
}

/** Where the language is used. */
export type QueryTarget = 'runs' | 'jobs' | 'audit';

type Targets = readonly QueryTarget[];
const [both, jobs, audit]: [Targets, Targets, Targets] = [['runs', 'jobs'], ['jobs'], ['audit']];

/** What stands behind a key, where it can be used, and what it is for; `short` are its other spellings. */
function key(values: ValueKind, on: Targets, help: string, example: string, short: readonly string[] = []) {
  return { short, values, on, help, example };
}

/** Every key of the language. */
export const queryKeys = {
  status: key('choice', both, 'status of a job, or of any job of a run', 's:fail,dead', ['s']),
  suite: key('text', both, 'suite', 'suite:rados'),
  branch: key('text', both, 'branch', 'branch:wip-*'),
  user: key('text', both, 'who scheduled it', 'user:teuthology'),
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
  cause: key('digits', both, 'beginning of the id of a cause; runs with a job that failed of it', 'cause:4f2a', [
    'sig',
    'signature',
  ]),
  kind: key('choice', ['jobs', 'audit'], 'kind of failure; of what was changed', 'kind:timeout'),
  f: key('text', jobs, 'choice in the description', 'f:objectstore=bluestore*', ['facet']),
  dur: key('duration', both, 'duration', 'dur:>2h', ['duration']),
  wait: key('duration', both, 'time from posting to the start, of a run to its first start', 'wait:>1h', ['waited']),
  task: key('text', jobs, 'a task of its configuration', 'task:workunit', ['tasks']),
  role: key('text', jobs, 'a role of its configuration', 'role:mds*', ['roles']),
  is: key(
    'choice',
    jobs,
    'new, rose, since, flaky, known, unseen, infra, todo (left to decide), fixed or live',
    'is:new',
  ),
  by: key('text', audit, 'who changed something', 'by:alice', ['who']),
  action: key('text', audit, 'what was done', 'action:lock,unlock'),
  target: key('text', audit, 'name of what was changed', 'target:smithi08*'),
  at: key('time', audit, 'when it was changed', 'at:>-2d'),
  door: key('text', audit, 'classic, teuthology, api or command', 'door:api'),
  address: key('text', audit, 'address that it came from', 'address:10.0.*'),
};

/** A key of the language, in its long spelling. */
export type QueryKey = keyof typeof queryKeys;

const spellings = new Map<string, QueryKey>(
  Object.entries(queryKeys).flatMap(([key, { short }]) =>
    [key, ...short].map((name) => [name, key as QueryKey] as const),
  ),
);

/** The key that a spelling means, in capitals or not; null when there is none. */
export function keyOf(spelling: string): QueryKey | null {
  return spellings.get(spelling.toLowerCase()) ?? null;
}

/** The longest filter that is read; the longest kind of description fits into it. */
const longest = 4000;

/** How many values are read: each is asked of every run, or of every job of a run. */
const mostValues = 50;

/** Reads a filter. Terms that mean nothing for `target` are reported in `problems` and left out. Never throws. */
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

/** What stands between the spaces of a filter, as it was written. */
export function termTexts(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/gs) ?? [];
}

/** A term as it is written. */
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

/** The term that a piece means; null when nothing of it can be used. */
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

/** All values of a key that has only a few. A run has the statuses of its jobs beside its own. */
function choices(key: QueryKey, target: QueryTarget): readonly string[] {
  if (key === 'is') return [...traits, 'none'];
  if (key === 'kind') return [...signatureKinds, 'none'];
  return target === 'jobs' ? jobStatuses : [...new Set([...jobStatuses, ...runStatuses])];
}

/** What the values of a key are. What a change is about is no kind of failure. */
function valuesOf(key: QueryKey, target: QueryTarget): ValueKind {
  return key === 'kind' && target === 'audit' ? 'text' : queryKeys[key].values;
}

function isOn(key: QueryKey, target: QueryTarget): boolean {
  return queryKeys[key].on.includes(target);
}
