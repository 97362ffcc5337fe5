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

interface KeyInfo {
  /** Other spellings. */
  short: readonly string[];
  values: ValueKind;
  on: readonly QueryTarget[];
  help: string;
  example: string;
}

const both = ['runs', 'jobs'] as const;

/** Every key of the language. */
export const queryKeys = {
  status: {
    short: ['s'],
    values: 'choice',
    on: both,
    help: 'status of a job, or of any job of a run',
    example: 's:fail,dead',
  },
  suite: { short: [], values: 'text', on: both, help: 'suite', example: 'suite:rados' },
  branch: { short: [], values: 'text', on: both, help: 'branch', example: 'branch:wip-*' },
  user: { short: [], values: 'text', on: both, help: 'who scheduled it', example: 'user:teuthology' },
  machine: { short: ['m', 'machine_type'], values: 'text', on: both, help: 'machine type', example: 'm:smithi' },
  flavor: { short: [], values: 'text', on: both, help: 'flavor of the build', example: 'flavor:default' },
  sha1: { short: [], values: 'digits', on: both, help: 'beginning of the sha1', example: 'sha1:936071df' },
  scheduled: { short: [], values: 'time', on: both, help: 'when it was scheduled', example: 'scheduled:2026-11-20..' },
  started: { short: [], values: 'time', on: both, help: 'when it started', example: 'started:>-2d' },
  updated: { short: [], values: 'time', on: both, help: 'when it last changed', example: 'updated:>-1h' },
  prio: { short: ['priority'], values: 'number', on: both, help: 'priority', example: 'prio:<100' },
  job: { short: [], values: 'text', on: ['jobs'], help: 'job id', example: 'job:8600017' },
  os: { short: [], values: 'text', on: ['jobs'], help: 'operating system and version', example: 'os:rocky*' },
  node: { short: [], values: 'text', on: ['jobs'], help: 'node it ran on', example: 'node:smithi08*' },
  reason: {
    short: [],
    values: 'part',
    on: ['jobs'],
    help: 'part of the failure reason',
    example: 'reason:"read error"',
  },
  text: {
    short: [],
    values: 'part',
    on: ['jobs'],
    help: 'part of the reason, of the first error of the log, or of the name of a failed test case',
    example: 'text:"read error"',
  },
  cause: {
    short: ['sig', 'signature'],
    values: 'digits',
    on: both,
    help: 'beginning of the id of a cause; runs with a job that failed of it',
    example: 'cause:4f2a',
  },
  kind: {
    short: [],
    values: 'choice',
    on: ['jobs', 'audit'],
    help: 'kind of failure; of what was changed',
    example: 'kind:timeout',
  },
  f: {
    short: ['facet'],
    values: 'text',
    on: ['jobs'],
    help: 'choice in the description',
    example: 'f:objectstore=bluestore*',
  },
  dur: { short: ['duration'], values: 'duration', on: both, help: 'duration', example: 'dur:>2h' },
  wait: {
    short: ['waited'],
    values: 'duration',
    on: both,
    help: 'time from posting to the start, of a run to its first start',
    example: 'wait:>1h',
  },
  task: {
    short: ['tasks'],
    values: 'text',
    on: ['jobs'],
    help: 'a task of its configuration',
    example: 'task:workunit',
  },
  role: { short: ['roles'], values: 'text', on: ['jobs'], help: 'a role of its configuration', example: 'role:mds*' },
  is: {
    short: [],
    values: 'choice',
    on: ['jobs'],
    help: 'new, rose, since, flaky, known, unseen, infra, todo (left to decide), fixed or live',
    example: 'is:new',
  },
  by: { short: ['who'], values: 'text', on: ['audit'], help: 'who changed something', example: 'by:alice' },
  action: { short: [], values: 'text', on: ['audit'], help: 'what was done', example: 'action:lock,unlock' },
  target: { short: [], values: 'text', on: ['audit'], help: 'name of what was changed', example: 'target:smithi08*' },
  at: { short: [], values: 'time', on: ['audit'], help: 'when it was changed', example: 'at:>-2d' },
  door: { short: [], values: 'text', on: ['audit'], help: 'classic, teuthology, api or command', example: 'door:api' },
  address: { short: [], values: 'text', on: ['audit'], help: 'address that it came from', example: 'address:10.0.*' },
} as const satisfies Record<string, KeyInfo>;

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
  return (queryKeys[key].on as readonly string[]).includes(target);
}
