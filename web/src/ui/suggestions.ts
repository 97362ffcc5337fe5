/** What a filter could go on with: keys first, then the values of the key, with how often they occur. */
import { useRef, useState } from 'react';
import { keyOf, type QueryKey, type QueryTarget, queryKeys } from '../../../src/core/query.ts';
import { printLiteral } from '../../../src/core/query-print.ts';

/** Values of a key that begin like this among what the `rest` of the filter leaves, with their counts. */
export type Suggest = (key: QueryKey, prefix: string, rest: string) => Promise<{ value: string; count: number }[]>;

/** One of them. `text` replaces what stands at the caret. */
export interface Suggestion {
  text: string;
  label: string;
  detail: string;
}

/** The part of a text that the caret stands in. */
export interface Part {
  /** Where its term begins; `from` is where the value does. */
  start: number;
  from: number;
  to: number;
  /** "-" when the term is negated. */
  sign: string;
  /** As it was written; null while the key is typed. */
  key: string | null;
  prefix: string;
}

/** Finds the value, or the key, that is being typed. */
export function partAt(text: string, caret: number): Part {
  let from = caret;
  let quoted = false;
  // Quotes hold spaces together: the last one that opens decides.
  for (let at = 0; at < caret; at++) if (text[at] === '"') quoted = !quoted;
  while (from > 0 && (quoted || !/\s/.test(text[from - 1]!))) {
    from--;
    if (text[from] === '"') quoted = !quoted;
  }
  const rest = /^\S*/.exec(text.slice(caret))?.[0].length ?? 0;
  const word = text.slice(from, caret);
  const sign = word.startsWith('-') ? '-' : '';
  const colon = word.indexOf(':');
  if (colon <= sign.length)
    return {
      start: from,
      from: from + sign.length,
      to: caret + rest,
      sign,
      key: null,
      prefix: word.slice(sign.length),
    };
  const valueFrom = Math.max(colon, word.lastIndexOf(',')) + 1;
  return {
    start: from,
    from: from + valueFrom,
    to: caret + rest,
    sign,
    key: word.slice(sign.length, colon),
    prefix: word.slice(valueFrom).replace(/^"/, ''),
  };
}

const most = 12;

/** The keys that can stand here. */
export function keySuggestions(prefix: string, target: QueryTarget): Suggestion[] {
  return Object.entries(queryKeys)
    .filter(([key, { on, short }]) => {
      const names: readonly string[] = [key, ...short];
      return (on as readonly string[]).includes(target) && names.some((name) => name.startsWith(prefix.toLowerCase()));
    })
    .map(([key, { help }]) => ({ text: `${key}:`, label: `${key}:`, detail: help }));
}

/** The list below a filter box. */
export function useSuggestions(target: QueryTarget, suggest: Suggest) {
  const [items, setItems] = useState<readonly Suggestion[]>([]);
  const [active, setActive] = useState(-1);
  const part = useRef<Part>({ start: 0, from: 0, to: 0, sign: '', key: null, prefix: '' });
  // Answers come in any order: only the last question counts.
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
    if (question !== asked.current) return;
    show(
      values
        .slice(0, most)
        .map(({ value, count }) => ({ text: printLiteral(value), label: value, detail: String(count) })),
    );
  };
  return {
    items,
    active,
    look: (text: string, caret: number) => void look(text, caret),
    move: (step: 1 | -1) =>
      setActive((now) => (now + step + items.length + (now < 0 && step < 0 ? 1 : 0)) % items.length),
    close: () => {
      asked.current++;
      show([]);
    },
    /** The text with the suggestion in it, and where the caret goes. */
    apply: (suggestion: Suggestion, text: string) => {
      const { from, to } = part.current;
      const space = suggestion.text.endsWith(':') ? '' : ' ';
      const head = text.slice(0, from) + suggestion.text + space;
      return { text: head + text.slice(to).trimStart(), caret: head.length };
    },
  };
}
