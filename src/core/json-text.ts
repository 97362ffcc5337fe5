/**
 * Handles JSON as text. Results are returned exactly as they were sent, so values are stored as the text that arrived. Parsing and printing them
 * would reorder integer-like keys, round large numbers and triple the time of a request.
 */

/** The deepest nesting of a value. Common JSON parsers fail at about 1,000 levels (the default of Python). */
export const maxDepth = 500;

/** The members of one JSON object in the order sent: key → text of the value. As in JSON.parse, the last value of a repeated key is kept. */
export type Members = Map<string, string>;

/** The members of a JSON object, or why there are none. */
export type Scan =
  /** `hasNaN`: the text contains `NaN`, `Infinity` or `-Infinity`, which are not JSON. They are null in `members`. */
  | { problem: null; members: Members; hasNaN: boolean }
  /** The text is not JSON, or it is JSON but not an object. */
  | { problem: 'syntax' | 'kind' }
  /** The value of `key` nests deeper than `maxDepth` levels. */
  | { problem: 'depth'; key: string }
  /** There are more than `mostKeys` keys; `members` holds the first ones. */
  | { problem: 'count'; members: Members };

const [openObject, closeObject, openList, closeList] = [0x7b, 0x7d, 0x5b, 0x5d];
const [quote, backslash, comma, colon, minus, dot] = [0x22, 0x5c, 0x2c, 0x3a, 0x2d, 0x2e];

/** Returned by the functions below instead of a position. */
const [noJson, tooDeep] = [-1, -2];

const stretch = 256 << 10;

/**
 * Scans the text of one JSON object in a single pass. Accepts everything that JSON.parse accepts, and `NaN`, `Infinity` and `-Infinity` as Python
 * prints them. Takes linear time and memory for any text. Yields every few milliseconds, so that other work can run while it scans a long text.
 */
export function* scanObject(text: string, mostKeys: number): Generator<void, Scan> {
  const nulls: Nulls = { text, any: false, value: '', parts: [], from: 0 };
  let at = skipSpace(text, 0);
  if (text.charCodeAt(at) !== openObject) return yield* scanOther(text, at, nulls);
  const members: Members = new Map();
  at = skipSpace(text, at + 1);
  for (let more = text.charCodeAt(at) !== closeObject; more; ) {
    const start = startOfValue(text, at);
    if (start < 0) return { problem: 'syntax' };
    const key = stringAt(text, at);
    if (members.size >= mostKeys && !members.has(key)) return { problem: 'count', members };
    nulls.from = start;
    const end = isContainer(text, start) ? yield* endOfContainer(text, start, nulls) : endOfScalar(text, start, nulls);
    if (end < 0) return end === tooDeep ? { problem: 'depth', key } : { problem: 'syntax' };
    members.set(key, takeValue(nulls, end));
    at = skipSpace(text, end);
    more = text.charCodeAt(at) === comma;
    if (more) at = skipSpace(text, at + 1);
  }
  const complete = text.charCodeAt(at) === closeObject && skipSpace(text, at + 1) === text.length;
  return complete ? { problem: null, members, hasNaN: nulls.any } : { problem: 'syntax' };
}

/** Scans a text that is not an object, to find out whether it is JSON at all. */
function* scanOther(text: string, start: number, nulls: Nulls): Generator<void, Scan> {
  const end = isContainer(text, start) ? yield* endOfContainer(text, start, nulls) : endOfScalar(text, start, nulls);
  return { problem: end !== noJson && (end === tooDeep || skipSpace(text, end) === text.length) ? 'kind' : 'syntax' };
}

/**
 * The members of a JSON object, at most the first `mostKeys`. The text must have been scanned before.
 *
 * @throws if the text is not an object.
 */
export function splitObject(text: string, mostKeys = Number.POSITIVE_INFINITY): Members {
  const scan = finish(scanObject(text, mostKeys));
  if ('members' in scan) return scan.members;
  throw new Error(`not the text of a JSON object: ${scan.problem}`);
}

/**
 * The text of one JSON value of any kind, scanned by the rules of `scanObject`: without surrounding space, and with null for `NaN` and
 * `Infinity`. Null if the text is not JSON or nests too deep.
 */
export function readValue(text: string): { text: string; hasNaN: boolean } | null {
  const start = skipSpace(text, 0);
  const nulls: Nulls = { text, any: false, value: '', parts: [], from: start };
  const end = isContainer(text, start) ? finish(endOfContainer(text, start, nulls)) : endOfScalar(text, start, nulls);
  if (end < 0 || skipSpace(text, end) !== text.length) return null;
  return { text: takeValue(nulls, end), hasNaN: nulls.any };
}

function finish<T>(work: Generator<void, T>): T {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}

/** The longest text that is parsed, in UTF-16 units. A megabyte takes about ten milliseconds. */
const longestParsed = 1 << 20;

/** Parses a JSON text; null for null, and for a text so long that parsing it would block other requests. */
export function parseUnlessLong(text: string | null): unknown {
  return text === null || text.length > longestParsed ? null : JSON.parse(text);
}

/** Prints members as the text of one JSON object, in the order of the map. */
export function joinObject(members: Iterable<readonly [string, string]>): string {
  let text = '';
  for (const [key, value] of members) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${value}`;
  return `{${text}}`;
}

function isContainer(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === openObject || code === openList;
}

/** The end of the list or object that begins at `start`, or `noJson` or `tooDeep`. */
function* endOfContainer(text: string, start: number, nulls: Nulls): Generator<void, number> {
  /** The closing character of each open level. */
  const open: number[] = [];
  let pause = start + stretch;
  for (let at = start; ; ) {
    if (at > pause) {
      yield;
      pause = at + stretch;
    }
    if (isContainer(text, at)) {
      if (open.length === maxDepth) return tooDeep;
      const close = text.charCodeAt(at) === openObject ? closeObject : closeList;
      open.push(close);
      at = skipSpace(text, at + 1);
      if (text.charCodeAt(at) !== close) {
        if (close === closeObject) at = startOfValue(text, at);
        if (at < 0) return noJson;
        continue;
      }
    } else {
      at = endOfScalar(text, at, nulls);
      if (at < 0) return noJson;
      at = skipSpace(text, at);
    }
    for (let code = text.charCodeAt(at); code !== comma; code = text.charCodeAt(at)) {
      if (open.pop() !== code) return noJson;
      if (open.length === 0) return at + 1;
      at = skipSpace(text, at + 1);
    }
    at = skipSpace(text, at + 1);
    if (open[open.length - 1] === closeObject) at = startOfValue(text, at);
    if (at < 0) return noJson;
  }
}

/** The start of the value whose key begins at `at`, or `noJson`. */
function startOfValue(text: string, at: number): number {
  const end = endOfString(text, at);
  if (end < 0) return noJson;
  const after = skipSpace(text, end);
  return text.charCodeAt(after) === colon ? skipSpace(text, after + 1) : noJson;
}

/** The end of a string, a number or a word, or `noJson`. */
function endOfScalar(text: string, at: number, nulls: Nulls): number {
  switch (text.charCodeAt(at)) {
    case quote:
      return endOfString(text, at);
    case 0x6e: // n
      return endOfWord(text, at, 'null');
    case 0x74: // t
      return endOfWord(text, at, 'true');
    case 0x66: // f
      return endOfWord(text, at, 'false');
    default:
      return endOfNumber(text, at, nulls);
  }
}

function endOfWord(text: string, at: number, word: string): number {
  return text.startsWith(word, at) ? at + word.length : noJson;
}

function endOfNumber(text: string, start: number, nulls: Nulls): number {
  const first = text.charCodeAt(start) === minus ? start + 1 : start;
  let at = skipDigits(text, first);
  if (at === first) {
    const word = text.startsWith('NaN', at) ? 'NaN' : 'Infinity';
    const end = endOfWord(text, at, word);
    if (end > 0) putNull(nulls, start, end);
    return end;
  }
  if (text.charCodeAt(first) === 0x30 && at > first + 1) return noJson;
  if (text.charCodeAt(at) === dot) {
    const fraction = at + 1;
    at = skipDigits(text, fraction);
    if (at === fraction) return noJson;
  }
  const letter = text.charCodeAt(at);
  if (letter !== 0x65 && letter !== 0x45) return at;
  const sign = text.charCodeAt(at + 1);
  const exponent = sign === 0x2b || sign === minus ? at + 2 : at + 1;
  at = skipDigits(text, exponent);
  return at === exponent ? noJson : at;
}

function skipDigits(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code >= 0x30 && code <= 0x39; code = text.charCodeAt(at)) at++;
  return at;
}

/** The end of the string that begins at `start`, or `noJson`. */
function endOfString(text: string, start: number): number {
  if (text.charCodeAt(start) !== quote) return noJson;
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code < 0x20) return noJson;
    if (code !== backslash) continue;
    at++;
    const letter = text.charCodeAt(at);
    if (letter === 0x75) {
      for (const end = at + 4; at < end; ) if (!isHexDigit(text.charCodeAt(++at))) return noJson;
    } else if (!isEscape(letter)) return noJson;
  }
  return noJson;
}

/** Whether a character can follow a backslash: `"` `\` `/` `b` `f` `n` `r` `t`. */
export function isEscape(code: number): boolean {
  switch (code) {
    case quote:
    case backslash:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return true;
    default:
      return false;
  }
}

/** Whether a character is a hexadecimal digit. */
export function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** The value of the valid string that begins at `start`. */
function stringAt(text: string, start: number): string {
  const raw = text.slice(start, endOfString(text, start));
  return raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; ) {
    code = text.charCodeAt(++at);
  }
  return at;
}

/** A text that is being scanned, and the current value, in which `NaN` and `Infinity` are replaced. */
interface Nulls {
  text: string;
  /** Whether anything has been replaced so far. */
  any: boolean;
  /** The value up to a replacement, and the parts that follow it. */
  value: string;
  parts: string[];
  /** The start of the text that is in neither `value` nor `parts` yet. */
  from: number;
}

/** The number of parts to join at a time. A value of 16 MiB can have four million parts, which would take 300 MB if they were not joined. */
const mostParts = 1000;

function putNull(nulls: Nulls, start: number, end: number): void {
  nulls.any = true;
  nulls.parts.push(nulls.text.slice(nulls.from, start), 'null');
  nulls.from = end;
  if (nulls.parts.length >= mostParts) joinParts(nulls);
}

function joinParts(nulls: Nulls): void {
  nulls.value += nulls.parts.join('');
  nulls.parts = [];
}

/** The text of the value that ends at `end`; the next value begins at `from`. */
function takeValue(nulls: Nulls, end: number): string {
  const rest = nulls.text.slice(nulls.from, end);
  if (nulls.parts.length === 0 && nulls.value === '') return rest;
  nulls.parts.push(rest);
  joinParts(nulls);
  const { value } = nulls;
  nulls.value = '';
  return value;
}
