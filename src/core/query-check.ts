/** Whether a value of a filter means something, and what was probably meant when it does not. */
import { momentWords } from './moment.ts';
import { spanReader, valueBounds } from './query-span.ts';
import { globMatcher, readValue, unquoted, type Value } from './query-value.ts';

/** What the values of a key are; `part` is compared with a part of a text, `digits` with the beginning of hexadecimal ones, `choice` is one of a few words. */
export type ValueKind = 'text' | 'part' | 'digits' | 'choice' | 'time' | 'number' | 'duration';

/** The value; or why it means nothing, and the value that was probably meant, as it is written. */
export type Checked = { value: Value } | { message: string; meant?: string };

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
