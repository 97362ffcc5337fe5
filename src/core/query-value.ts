/** The values of a filter: how they are written, what they match, and suggestions for invalid ones. */
import { type Clock, momentWords, parseDuration, parseMoment } from './moment.ts';

/** One value of a term. */
export type Value =
  | { type: 'literal'; text: string }
  | { type: 'glob'; text: string }
  | { type: 'above'; value: string }
  | { type: 'below'; value: string }
  | { type: 'range'; from: string | null; to: string | null }
  | { type: 'none' };

/** Splits the values of a term at commas, without changing them. */
export function splitValues(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"?|[^,"])+/gs) ?? []).filter((value) => value !== '');
}

/** Removes the quotes around a text, if there are any. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text)?.[1] ?? text.slice(1);
  return quoted.replace(/\\(.)/gs, '$1');
}

/** Parses a value as written. */
export function readValue(text: string): Value {
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

/**
 * Returns a function that matches whole texts against a pattern with `*` for any characters. Like `like` in the databases, it ignores the case of
 * ASCII letters. It searches for each part only once, so that no pattern takes long.
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

/** Lowers ASCII letters only, as SQLite does, and PostgreSQL with the collation of the columns. */
export function asciiLower(text: string): string {
  // `toLowerCase` differs only for characters beyond ASCII, and `replace` takes thirty times as long.
  return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase();
}

/** The span that a text means, excluding its end; null if it has no meaning. */
export type SpanOf = (text: string) => { from: number; to: number } | null;

/** Parses whole numbers, durations in seconds, or times in milliseconds since the epoch. */
export function spanReader(kind: 'number' | 'duration' | 'time', clock: Clock): SpanOf {
  if (kind === 'time') return (text) => parseMoment(text, clock);
  return (text) => {
    const point = kind === 'duration' ? parseDuration(text) : /^-?\d{1,12}$/.test(text) ? Number(text) : null;
    return point === null ? null : { from: point, to: point + 1 };
  };
}

/** The bounds that a value allows: at least `from` and less than `to`. Null if it cannot be parsed. */
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

/** The types of values: `part` matches any part of a text, `digits` the beginning of a hexadecimal number, and `choice` one of a few words. */
export type ValueKind = 'text' | 'part' | 'digits' | 'choice' | 'time' | 'number' | 'duration';

/** The value, or why it is invalid and what was probably meant, as it would be written. */
type Checked = { value: Value } | { message: string; meant?: string };

/** Checks a bare word. */
export function checkWord(written: string): Checked {
  const isQuoted = written.startsWith('"');
  const text = unquoted(written);
  if (text === '') return { message: 'an empty word matches everything' };
  if (isQuoted || !text.includes('*')) return { value: { type: 'literal', text } };
  return /^\*+$/.test(text) ? { message: '* alone matches everything' } : { value: { type: 'glob', text } };
}

/** Checks a value of a key; `choices` lists all values of type `choice`. */
export function checkValue(key: string, kind: ValueKind, written: string, choices: readonly string[]): Checked {
  const value = readValue(written);
  if (kind === 'choice') return checkChoice(key, written, choices);
  if (kind === 'digits' && !isDigits(value.type === 'none' ? '' : written)) return checkDigits(key, written);
  if (kind === 'text' || kind === 'part' || kind === 'digits') return checkText(key, kind, written, value);
  return value.type === 'none' ? { value } : checkSpan(key, kind, written, value);
}

function checkChoice(key: string, written: string, choices: readonly string[]): Checked {
  const [value, text] = [readValue(written), unquoted(written)];
  const choice = choices.find((one) => one === text.toLowerCase());
  if (choice !== undefined) return { value: choice === 'none' ? { type: 'none' } : { type: 'literal', text: choice } };
  if (value.type === 'glob' && choices.some(globMatcher(text))) return { value };
  const words = choices.map((one) => (one.includes(' ') ? `"${one}"` : one));
  const meant = nearest(text.toLowerCase(), words);
  const message = `${key}: ${shown(text)} is not one of ${words.join(', ')}`;
  return meant === undefined ? { message } : { message, meant };
}

/** Whether a text can be the beginning of a hexadecimal number, or a pattern for one. */
export function isDigits(text: string): boolean {
  return /^[\da-f*]*$/i.test(text);
}

/** A quoted value is used as it is, because clients can report a sha1 with other characters. */
function checkDigits(key: string, written: string): Checked {
  if (written.startsWith('"')) return checkText(key, 'part', written, readValue(written));
  return { message: `${key}: ${shown(written)} has characters other than 0 to 9 and a to f` };
}

function checkText(key: string, kind: ValueKind, written: string, value: Value): Checked {
  if (kind !== 'text' && value.type === 'literal' && value.text === '') return { message: `${key}: needs a value` };
  if (value.type !== 'above' && value.type !== 'below' && value.type !== 'range') return { value };
  // Failure reasons contain such characters, so they are not read as comparisons.
  if (key === 'reason' || key === 'text') return { value: { type: 'literal', text: written } };
  const message = `${key}: ${shown(written)} is a comparison, but only numbers and times can be compared`;
  return { message, meant: `"${written.replace(/["\\]/g, '\\$&')}"` };
}

function shown(text: string): string {
  return `"${unquoted(text).slice(0, 40).toWellFormed()}"`;
}

const forms = {
  time: momentWords,
  number: 'a whole number',
  duration: 'a duration like 90, 5m or 1h30m',
};

function checkSpan(key: string, kind: keyof typeof forms, written: string, value: Value): Checked {
  const read = spanReader(kind, { now: 0, zone: 'UTC' });
  const isRead = (text: string) => read(text) !== null;
  const bounds = boundsOf(value);
  if (bounds.length > 0 && bounds.every(isRead)) {
    if (isBackward(kind, value)) {
      return { message: `${key}: ${shown(written)} ends before it begins`, meant: bounds.reverse().join('..') };
    }
    const span = value.type === 'literal' ? read(value.text) : null;
    // An age alone means "since then", because nothing happened at exactly that moment.
    return { value: span !== null && span.from === span.to ? { type: 'range', from: bounds[0]!, to: null } : value };
  }
  const parts = unquoted(written).split(/(\.\.|^[<>])/);
  const meant = parts.map((part) => (isRead(part) ? part : (respelled(part).find(isRead) ?? part))).join('');
  const wanted = boundsOf(readValue(meant));
  const message = `${key}: ${shown(written)} is not ${forms[kind]}`;
  return wanted.length > 0 && wanted.every(isRead) ? { message, meant } : { message };
}

/** Whether a range ends before it begins. With a day and an age, this depends on the current time, so it must hold at any time. */
function isBackward(kind: keyof typeof forms, value: Value): boolean {
  if (value.type !== 'range' || value.from === null || value.to === null) return false;
  return [Date.UTC(1970), Date.UTC(9999)].every((now) => {
    const bounds = valueBounds(value, spanReader(kind, { now, zone: 'UTC' }));
    return bounds !== null && bounds.to < bounds.from;
  });
}

/** The texts in a value that must be numbers or times; empty for a pattern. */
function boundsOf(value: Value): string[] {
  if (value.type === 'literal') return [value.text];
  if (value.type === 'above' || value.type === 'below') return [value.value];
  return value.type === 'range' ? [value.from, value.to].filter((bound) => bound !== null) : [];
}

/** Converts other common spellings of times and durations to those of the language. */
function respelled(text: string): string[] {
  const lower = text.slice(0, 100).toLowerCase();
  const units = lower.replace(/(\d) *([smhdw])[a-z]*/g, '$1$2');
  const day = nearest(lower, ['today', 'yesterday']);
  return [lower, units, lower.replaceAll('/', '-'), ...(day === undefined ? [] : [day])];
}

/** A word that differs from a text by one letter, or else by letters that are missing or added at its end. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const isLonger = (a: string, b: string) => b.length >= 3 && a.startsWith(b);
  return (
    words.find((word) => isOneLetterAway(text, word)) ??
    words.find((word) => isLonger(word, text)) ??
    words.find((word) => isLonger(text, word))
  );
}

/** One letter added, removed or replaced, or two letters swapped. */
function isOneLetterAway(a: string, b: string): boolean {
  if (a === '' || Math.abs(a.length - b.length) > 1) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  const isSwapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return isSwapped || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
