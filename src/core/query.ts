/** The filter language (docs/dashboard.md), read here for the server and the browser alike; `query-print.ts` writes it. */

/** What a term can compare; a bare word has no key. */
export interface Term {
  key: QueryKey | null;
  negated: boolean;
  /** Any of them must match. */
  values: Value[];
}

/** One value of a term. */
export type Value =
  | { type: 'literal'; text: string }
  | { type: 'glob'; text: string }
  | { type: 'above'; value: string }
  | { type: 'below'; value: string }
  | { type: 'range'; from: string | null; to: string | null }
  | { type: 'none' };

/** Terms that must all hold. */
export interface Query {
  terms: Term[];
}

/** A part of a filter that cannot be understood; the rest applies. */
interface QueryProblem {
  text: string;
  message: string;
  suggestion?: string;
}

/** Where the language is used. */
export type QueryTarget = 'runs' | 'jobs';

interface KeyInfo {
  /** Other spellings. */
  short: readonly string[];
  on: readonly QueryTarget[];
  help: string;
  example: string;
}

const both = ['runs', 'jobs'] as const;

/** Every key of the language. */
export const queryKeys = {
  status: { short: ['s'], on: both, help: 'status of a job, or of any job of a run', example: 's:fail,dead' },
  suite: { short: [], on: both, help: 'suite', example: 'suite:rados' },
  branch: { short: [], on: both, help: 'branch', example: 'branch:wip-*' },
  user: { short: [], on: both, help: 'who scheduled it', example: 'user:teuthology' },
  machine: { short: ['m', 'machine_type'], on: both, help: 'machine type', example: 'm:smithi' },
  flavor: { short: [], on: both, help: 'flavor of the build', example: 'flavor:default' },
  sha1: { short: [], on: both, help: 'beginning of the sha1', example: 'sha1:936071df' },
  scheduled: { short: [], on: both, help: 'when it was scheduled', example: 'scheduled:2026-11-20..' },
  started: { short: [], on: both, help: 'when it started', example: 'started:>-2d' },
  updated: { short: [], on: both, help: 'when it last changed', example: 'updated:>-1h' },
  prio: { short: ['priority'], on: both, help: 'priority', example: 'prio:<100' },
  job: { short: [], on: ['jobs'], help: 'job id', example: 'job:8600017' },
  os: { short: [], on: ['jobs'], help: 'operating system and version', example: 'os:rocky*' },
  node: { short: [], on: ['jobs'], help: 'node it ran on', example: 'node:smithi08*' },
  reason: { short: [], on: ['jobs'], help: 'part of the failure reason', example: 'reason:"read error"' },
  sig: { short: ['signature'], on: ['jobs'], help: 'beginning of the id of a cause', example: 'sig:4f2a' },
  kind: { short: [], on: ['jobs'], help: 'kind of failure', example: 'kind:timeout' },
  f: { short: ['facet'], on: ['jobs'], help: 'choice in the description', example: 'f:objectstore=bluestore*' },
  dur: { short: ['duration'], on: ['jobs'], help: 'duration', example: 'dur:>2h' },
  is: { short: [], on: ['jobs'], help: 'new, known, fixed or live', example: 'is:new' },
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

/** The most values that are used: SQLite refuses a thousand conditions, and each is tested on every run. */
const mostValues = 200;

/** Reads a filter. Terms that mean nothing for `target` are reported in `problems` and left out. Never throws. */
export function parseQuery(text: string, target: QueryTarget): { query: Query; problems: QueryProblem[] } {
  const terms: Term[] = [];
  const problems: QueryProblem[] = [];
  let read = 0;
  for (const piece of termTexts(text.slice(0, longest))) {
    if (read >= mostValues) {
      problems.push({ text: piece, message: `only the first ${mostValues} values are used` });
      break;
    }
    const negated = piece.startsWith('-') && piece.length > 1;
    const body = negated ? piece.slice(1) : piece;
    const colon = body.startsWith('"') ? -1 : body.indexOf(':');
    if (colon <= 0) {
      terms.push({ key: null, negated, values: [{ type: 'literal', text: unquoted(body) }] });
      read++;
      continue;
    }
    const name = body.slice(0, colon).toLowerCase();
    const key = keyOf(name);
    if (key === null || !(queryKeys[key].on as readonly string[]).includes(target)) {
      problems.push(problem(piece, name, target));
      continue;
    }
    const values = splitValues(body.slice(colon + 1))
      .slice(0, mostValues - read)
      .map(readValue);
    read += values.length;
    if (values.length === 0) problems.push({ text: piece, message: `${name}: needs a value` });
    else terms.push({ key, negated, values });
  }
  return { query: { terms }, problems };
}

function problem(text: string, name: string, target: QueryTarget): QueryProblem {
  const usable = [...spellings].filter(([, key]) => (queryKeys[key].on as readonly string[]).includes(target));
  const suggestion = usable
    .map(([spelling]) => spelling)
    .find((spelling) => spelling.length > 1 && near(name, spelling));
  const message = `"${name.slice(0, 40)}" is not a filter key here`;
  return suggestion === undefined
    ? { text, message }
    : { text, message: `${message}; did you mean ${suggestion}:`, suggestion };
}

/** One letter more, less or different, or the same beginning. */
function near(a: string, b: string): boolean {
  if (a.length >= 3 && b.startsWith(a)) return true;
  if (Math.abs(a.length - b.length) > 1) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  return restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}

function splitValues(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"?|[^,"])+/gs) ?? []).filter((value) => value !== '');
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text)?.[1] ?? text.slice(1);
  return quoted.replace(/\\(.)/gs, '$1');
}

function readValue(text: string): Value {
  if (text.startsWith('"')) return { type: 'literal', text: unquoted(text) };
  if (text === 'none') return { type: 'none' };
  if (text.startsWith('>') && text.length > 1) return { type: 'above', value: text.slice(1) };
  if (text.startsWith('<') && text.length > 1) return { type: 'below', value: text.slice(1) };
  const dots = text.indexOf('..');
  if (dots !== -1) {
    const [from, to] = [text.slice(0, dots), text.slice(dots + 2)];
    if (from !== '' || to !== '') return { type: 'range', from: from || null, to: to || null };
  }
  return text.includes('*') ? { type: 'glob', text } : { type: 'literal', text };
}

/** The terms of a filter as they were written, separated by spaces. */
export function termTexts(text: string): string[] {
  return text.match(/(?:"(?:[^"\\]|\\.)*"?|[^\s"])+/gs) ?? [];
}

/**
 * Tests texts against a pattern with `*` for any characters: the whole text, ASCII letters whatever their case, as `like`
 * of the databases does. Searches each part once, so that no pattern takes long.
 */
export function globMatcher(glob: string): (text: string) => boolean {
  const [first = '', ...parts] = asciiLower(glob).split(/\*+/);
  const last = parts.pop();
  if (last === undefined) return (text) => asciiLower(text) === first;
  return (text) => {
    const lower = asciiLower(text);
    const end = lower.length - last.length;
    if (!lower.startsWith(first) || !lower.endsWith(last)) return false;
    let at = first.length;
    for (const part of parts) {
      const found = lower.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return at <= end;
  };
}

/** Lower case for ASCII letters only, like `lower` of SQLite, and of PostgreSQL with the collation of the columns. */
export function asciiLower(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
