/** Suggestions for a filter: keys, or the values of a key with their counts. */
import { useRef, useState } from 'react';
import { keyOf, type QueryKey, type QueryTarget, queryKeys } from '../../../src/core/query.ts';
import { printLiteral } from '../../../src/core/query-print.ts';

/** Finds the values of a key that start with `prefix`, among the results of the `rest` of the filter, with their counts. */
export type Suggest = (key: QueryKey, prefix: string, rest: string) => Promise<{ value: string; count: number }[]>;

/** A suggestion. `text` replaces the part at the caret. */
export interface Suggestion {
  text: string;
  label: string;
  detail: string;
}

/** The part of a filter that contains the caret. */
export interface Part {
  /** Where its term starts; `from` is where the value starts. */
  start: number;
  from: number;
  to: number;
  /** "-" if the term is negated. */
  sign: string;
  /** The key as it is written; null while the key itself is being typed. */
  key: string | null;
  prefix: string;
}

/** Finds the value, or the key, that is being typed. */
export function partAt(text: string, caret: number): Part {
  let from = caret;
  let quoted = false;
  // Spaces inside quotes do not end a term.
  for (let at = 0; at < caret; at++) if (text[at] === '"') quoted = !quoted;
  while (from > 0 && (quoted || !/\s/.test(text[from - 1]!))) {
    from--;
    if (text[from] === '"') quoted = !quoted;
  }
  const rest = /^\S*/.exec(text.slice(caret))?.[0].length ?? 0;
  const word = text.slice(from, caret);
  const sign = word.startsWith('-') ? '-' : '';
  const place = { start: from, to: caret + rest, sign };
  const colon = word.indexOf(':');
  if (colon <= sign.length) return { ...place, from: from + sign.length, key: null, prefix: word.slice(sign.length) };
  const valueFrom = Math.max(colon, word.lastIndexOf(',')) + 1;
  const prefix = word.slice(valueFrom).replace(/^"/, '');
  return { ...place, from: from + valueFrom, key: word.slice(sign.length, colon), prefix };
}

/** Keys that start with `prefix`. */
export function keySuggestions(prefix: string, target: QueryTarget): Suggestion[] {
  return Object.entries(queryKeys)
    .filter(([key, { on, short }]) => {
      const names: readonly string[] = [key, ...short];
      return (on as readonly string[]).includes(target) && names.some((name) => name.startsWith(prefix.toLowerCase()));
    })
    .map(([key, { help }]) => ({ text: `${key}:`, label: `${key}:`, detail: help }));
}

/** A value as a suggestion, quoted if it could be read as something else. */
export function valueSuggestion({ value, count }: { value: string; count: number }): Suggestion {
  return { text: printLiteral(value), label: value, detail: String(count) };
}

/** The text with a suggestion in place of a part, and where the caret goes. */
export function withSuggestion(
  text: string,
  { from, to }: Part,
  suggestion: Suggestion,
): { text: string; caret: number } {
  const space = suggestion.text.endsWith(':') ? '' : ' ';
  const head = text.slice(0, from) + suggestion.text + space;
  return { text: head + text.slice(to).trimStart(), caret: head.length };
}

type FilterAction = 'move' | 'pick' | 'close' | 'leave' | 'finish';

/** What a key press does; null for ordinary typing. Esc closes the list, then leaves the box. */
export function filterAction(key: string, list: { items: readonly unknown[]; active: number }): FilterAction | null {
  const open = list.items.length > 0;
  if (key === 'ArrowDown' || key === 'ArrowUp') return open ? 'move' : null;
  if (key === 'Tab') return open && list.active >= 0 ? 'pick' : null;
  if (key === 'Enter') return open && list.active >= 0 ? 'pick' : 'finish';
  if (key !== 'Escape') return null;
  return open ? 'close' : 'leave';
}

/** The index after a step up or down, wrapping around at the ends; -1 means that there is no index yet. */
export function nextPlace(place: number, step: 1 | -1, length: number): number {
  if (place < 0) return step === 1 ? 0 : length - 1;
  return (place + step + length) % length;
}

const most = 12;

/** The suggestions below a filter box. */
export function useSuggestions(target: QueryTarget, suggest: Suggest) {
  const [items, setItems] = useState<readonly Suggestion[]>([]);
  const [active, setActive] = useState(-1);
  const part = useRef<Part>({ start: 0, from: 0, to: 0, sign: '', key: null, prefix: '' });
  // Responses may arrive out of order, so only the response to the latest request counts.
  const asked = useRef(0);
  const show = (next: readonly Suggestion[]) => {
    setItems(next);
    setActive(-1);
  };
  const look = async (text: string, caret: number) => {
    const question = ++asked.current;
    part.current = partAt(text, caret);
    const { key: spelling, prefix, start, to } = part.current;
    const key = spelling === null ? null : keyOf(spelling);
    if (spelling === null) return show(keySuggestions(prefix, target).slice(0, most));
    if (key === null) return show([]);
    const rest = `${text.slice(0, start)} ${text.slice(to)}`.trim();
    const values = await suggest(key, prefix, rest).catch(() => []);
    if (question === asked.current) show(values.slice(0, most).map(valueSuggestion));
  };
  return {
    items,
    active,
    look: (text: string, caret: number) => void look(text, caret),
    move: (step: 1 | -1) => setActive((now) => nextPlace(now, step, items.length)),
    close: () => {
      asked.current++;
      show([]);
    },
    /** The text with the suggestion inserted, and the new position of the caret. */
    apply: (suggestion: Suggestion, text: string) => withSuggestion(text, part.current, suggestion),
  };
}
