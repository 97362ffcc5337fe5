/** Prints filters, and changes them when a person clicks. Whatever is printed is read as the same filter again. */
import { keyOf, type QueryKey, queryKeys, type Term, termTexts } from './query.ts';
import type { Value } from './query-value.ts';
import { isDigits } from './query-value.ts';

/** The text of one term. */
export function printTerm({ key, negated, values }: Term): string {
  const text = values.map((value) => printValue(value, key)).join(',');
  return `${negated ? '-' : ''}${key === null ? text : `${key}:${text}`}`;
}

function printValue(value: Value, key: QueryKey | null): string {
  switch (value.type) {
    case 'literal':
      return mustBeQuoted(value.text, key) ? quoted(value.text) : printLiteral(value.text);
    case 'glob':
      return value.text;
    case 'above':
      return `>${value.value}`;
    case 'below':
      return `<${value.value}`;
    case 'range':
      return `${value.from ?? ''}..${value.to ?? ''}`;
    case 'none':
      return 'none';
  }
}

/** A value that means exactly this text: quoted where it could be read as a pattern, a range or several values. */
export function printLiteral(text: string): string {
  return /^(?!none$)[^\s",:*<>-][^\s",:*]*$/.test(text) && !text.includes('..') ? text : quoted(text);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function mustBeQuoted(text: string, key: QueryKey | null): boolean {
  return key !== null && queryKeys[key].values === 'digits' && !isDigits(text);
}

/** The term for what has exactly this value. */
export function literalTerm(key: QueryKey, value: string): string {
  return printTerm({ key, negated: false, values: [{ type: 'literal', text: value }] });
}

/** A filter with one more value: `add` holds beside the others, `exclude` must not hold, `only` replaces the key's terms. */
export function addTerm(text: string, key: QueryKey, value: string, mode: 'add' | 'exclude' | 'only' = 'add'): string {
  const term = `${mode === 'exclude' ? '-' : ''}${literalTerm(key, value)}`;
  const others = termTexts(closed(text)).filter(
    (other) => other !== term && !(mode === 'only' && keyOfTerm(other) === key),
  );
  return [...others, term].join(' ');
}

function keyOfTerm(term: string): QueryKey | null {
  return keyOf(/^-?(\w+):/.exec(term)?.[1] ?? '');
}

/** Closes a quote that is still open and would swallow whatever is appended. */
function closed(text: string): string {
  const last = [...text.matchAll(/"(?:[^"\\]|\\.)*("?)/gs)].at(-1);
  if (last?.[1] !== '') return text;
  return last.index + last[0].length < text.length ? `${text}\\"` : `${text}"`;
}

/** A filter without its term number `index`. */
export function removeTerm(text: string, index: number): string {
  return termTexts(text)
    .filter((_, position) => position !== index)
    .join(' ');
}

/** A filter without a term if it has the term in any spelling, otherwise with it. */
export function toggleTerm(text: string, term: string): string {
  const at = indexOfTerm(text, term);
  return at === -1 ? [...termTexts(closed(text)), term].join(' ') : removeTerm(text, at);
}

/** The number of a term of a filter, in any spelling; -1 when the filter does not have it. */
export function indexOfTerm(text: string, term: string): number {
  return termTexts(text).findIndex((other) => longSpelling(other) === longSpelling(term));
}

function longSpelling(term: string): string {
  const key = keyOfTerm(term);
  return key === null ? term : term.replace(/^(-?)\w+:/, `$1${key}:`);
}

/** A filter with another term in place of number `index`. */
export function withTerm(text: string, index: number, term: string): string {
  return termTexts(text).with(index, term).join(' ');
}
