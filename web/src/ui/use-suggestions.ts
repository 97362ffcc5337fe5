import { useRef, useState } from 'react';
import { keyOf, type QueryTarget } from '../../../src/core/query.ts';
import {
  keySuggestions,
  nextPlace,
  type Part,
  partAt,
  type Suggest,
  type Suggestion,
  valueSuggestion,
  withSuggestion,
} from './suggestions.ts';

/** The most suggestions in the list. */
const most = 12;

/** The suggestions below a filter box. */
export function useSuggestions(target: QueryTarget, suggest: Suggest) {
  const [items, setItems] = useState<readonly Suggestion[]>([]);
  const [active, setActive] = useState(-1);
  const part = useRef<Part>({ start: 0, from: 0, to: 0, sign: '', key: null, prefix: '' });
  // Answers may arrive out of order: only the one to the last question counts.
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
    /** The text with the suggestion in it, and where the caret goes. */
    apply: (suggestion: Suggestion, text: string) => withSuggestion(text, part.current, suggestion),
  };
}
