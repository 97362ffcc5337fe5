/** Prints filters and edits them when a user clicks. A printed filter parses to the same filter. */
import { keyOf, type QueryKey, queryKeys, type Term, termTexts } from './query.ts';
import type { Value } from './query-value.ts';
import { isDigits } from './query-value.ts';

/** Prints one term. */
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

/** Prints a value that means exactly this text. It is quoted if it could be read as a pattern, a range or several values. */
export function printLiteral(text: string): string {
  return /^(?!none$)[^\s",:*<>-][^\s",:*]*$/.test(text) && !text.includes('..') ? text : quoted(text);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function mustBeQuoted(text: string, key: QueryKey | null): boolean {
  return key !== null && queryKeys[key].values === 'digits' && !isDigits(text);
}

/** The term that matches exactly this value. */
export function literalTerm(key: QueryKey, value: string): string {
  return printTerm({ key, negated: false, values: [{ type: 'literal', text: value }] });
}

/** Adds a value to a filter: `add` keeps the other terms, `exclude` adds a negated term, `only` replaces the other terms of the key. */
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

/** Closes an open quote, which would otherwise swallow the text that is appended. */
function closed(text: string): string {
  const last = [...text.matchAll(/"(?:[^"\\]|\\.)*("?)/gs)].at(-1);
  if (last?.[1] !== '') return text;
  return last.index + last[0].length < text.length ? `${text}\\"` : `${text}"`;
}

/** Removes term number `index` from a filter. */
export function removeTerm(text: string, index: number): string {
  return termTexts(text)
    .filter((_, position) => position !== index)
    .join(' ');
}

/** Removes a term from a filter that has it in any spelling; otherwise adds it. */
export function toggleTerm(text: string, term: string): string {
  const at = indexOfTerm(text, term);
  return at === -1 ? [...termTexts(closed(text)), term].join(' ') : removeTerm(text, at);
}

/** The index of a term in a filter, in any spelling; -1 if the filter does not have it. */
export function indexOfTerm(text: string, term: string): number {
  return termTexts(text).findIndex((other) => longSpelling(other) === longSpelling(term));
}

function longSpelling(term: string): string {
  const key = keyOfTerm(term);
  return key === null ? term : term.replace(/^(-?)\w+:/, `$1${key}:`);
}

/** Replaces term number `index` of a filter. */
export function withTerm(text: string, index: number, term: string): string {
  return termTexts(text).with(index, term).join(' ');
}
