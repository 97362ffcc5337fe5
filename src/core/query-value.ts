/** The values of a filter: how they are written, what they match or stand for, and what was probably meant by one that means nothing. */
import { type Clock, momentWords, parseDuration, parseMoment } from './moment.ts';

/** One value of a term. */
export type Value =
  | { type: 'literal'; text: string }
  | { type: 'glob'; text: string }
  | { type: 'above'; value: string }
  | { type: 'below'; value: string }
  | { type: 'range'; from: string | null; to: string | null }
  | { type: 'none' };

/** The values between the commas of a term, as they were written. */
export function splitValues(text: string): string[] {
  return (text.match(/(?:"(?:[^"\\]|\\.)*"?|[^,"])+/gs) ?? []).filter((value) => value !== '');
}

/** A text without the quotes around it, if there are any. */
function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  const quoted = /^"((?:[^"\\]|\\.)*)"$/s.exec(text)?.[1] ?? text.slice(1);
  return quoted.replace(/\\(.)/gs, '$1');
}

/** What a value means, given how it is written. */
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

/** What `lower` of SQLite does, and of PostgreSQL with the collation of the columns: ASCII letters alone. */
export function asciiLower(text: string): string {
  // Only beyond ASCII do the two differ, and `replace` takes thirty times as long.
  return /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase();
}

/** The span that a text stands for, its end not included; null when it stands for none. */
export type SpanOf = (text: string) => { from: number; to: number } | null;

/** Reads whole numbers, durations in seconds, or times in milliseconds since the epoch. */
export function spanReader(kind: 'number' | 'duration' | 'time', clock: Clock): SpanOf {
  if (kind === 'time') return (text) => parseMoment(text, clock);
  return (text) => {
    const point = kind === 'duration' ? parseDuration(text) : /^-?\d{1,12}$/.test(text) ? Number(text) : null;
    return point === null ? null : { from: point, to: point + 1 };
  };
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

/** What the values of a key are; `part` is compared with a part of a text, `digits` with the beginning of hexadecimal ones, `choice` is one of a few words. */
export type ValueKind = 'text' | 'part' | 'digits' | 'choice' | 'time' | 'number' | 'duration';

/** The value; or why it means nothing, and the value that was probably meant, as it is written. */
type Checked = { value: Value } | { message: string; meant?: string };

/** Checks a bare word. */
export function checkWord(written: string): Checked {
  const isQuoted = written.startsWith('"');
  const text = unquoted(written);
  if (text === '') return { message: 'an empty word is in every text' };
  if (isQuoted || !text.includes('*')) return { value: { type: 'literal', text } };
  return /^\*+$/.test(text) ? { message: '* alone matches everything' } : { value: { type: 'glob', text } };
}

/** Checks a value of a key; `choices` are all values of a `choice`. */
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

/** Whether a text can be the beginning of hexadecimal digits, or a pattern of them. */
export function isDigits(text: string): boolean {
  return /^[\da-f*]*$/i.test(text);
}

/** What is quoted is meant as it is: nothing keeps clients from sending another sha1. */
function checkDigits(key: string, written: string): Checked {
  if (written.startsWith('"')) return checkText(key, 'part', written, readValue(written));
  return { message: `${key}: ${shown(written)} has other signs than 0 to 9 and a to f` };
}

function checkText(key: string, kind: ValueKind, written: string, value: Value): Checked {
  if (kind !== 'text' && value.type === 'literal' && value.text === '') return { message: `${key}: needs a value` };
  if (value.type !== 'above' && value.type !== 'below' && value.type !== 'range') return { value };
  // Messages of failures contain such signs as they are.
  if (key === 'reason' || key === 'text') return { value: { type: 'literal', text: written } };
  const message = `${key}: ${shown(written)} compares, which only numbers and times do`;
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
    // An age alone means since then: nothing happened at that very moment.
    return { value: span !== null && span.from === span.to ? { type: 'range', from: bounds[0]!, to: null } : value };
  }
  const parts = unquoted(written).split(/(\.\.|^[<>])/);
  const meant = parts.map((part) => (isRead(part) ? part : (respelled(part).find(isRead) ?? part))).join('');
  const wanted = boundsOf(readValue(meant));
  const message = `${key}: ${shown(written)} is not ${forms[kind]}`;
  return wanted.length > 0 && wanted.every(isRead) ? { message, meant } : { message };
}

/** Whether a range ends before it begins; of a day and an age only a clock tells, so that it has to be so at any time. */
function isBackward(kind: keyof typeof forms, value: Value): boolean {
  if (value.type !== 'range' || value.from === null || value.to === null) return false;
  return [Date.UTC(1970), Date.UTC(9999)].every((now) => {
    const bounds = valueBounds(value, spanReader(kind, { now, zone: 'UTC' }));
    return bounds !== null && bounds.to < bounds.from;
  });
}

/** The texts of a value that must be numbers or times; none of a pattern. */
function boundsOf(value: Value): string[] {
  if (value.type === 'literal') return [value.text];
  if (value.type === 'above' || value.type === 'below') return [value.value];
  return value.type === 'range' ? [value.from, value.to].filter((bound) => bound !== null) : [];
}

/** Spellings of a time or a duration that people also use, as the language has them. */
function respelled(text: string): string[] {
  const lower = text.slice(0, 100).toLowerCase();
  const units = lower.replace(/(\d) *([smhdw])[a-z]*/g, '$1$2');
  const day = nearest(lower, ['today', 'yesterday']);
  return [lower, units, lower.replaceAll('/', '-'), ...(day === undefined ? [] : [day])];
}

/** A word that differs from a text by one letter, or else by what is missing or added at its end. */
export function nearest(text: string, words: readonly string[]): string | undefined {
  const isLonger = (a: string, b: string) => b.length >= 3 && a.startsWith(b);
  return (
    words.find((word) => isOneLetterAway(text, word)) ??
    words.find((word) => isLonger(word, text)) ??
    words.find((word) => isLonger(text, word))
  );
}

/** One letter more, less or different, or two letters exchanged. */
function isOneLetterAway(a: string, b: string): boolean {
  if (a === '' || Math.abs(a.length - b.length) > 1) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const [restA, restB] = [a.slice(same), b.slice(same)];
  const isSwapped = restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
  return isSwapped || restA.slice(1) === restB.slice(1) || restA.slice(1) === restB || restA === restB.slice(1);
}
