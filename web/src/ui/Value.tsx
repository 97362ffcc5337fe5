import { createContext, type MouseEvent, type ReactNode, useContext } from 'react';
import { Link } from 'wouter';
import { pagePath } from '../../../src/core/paths.ts';
import type { QueryKey } from '../../../src/core/query.ts';
import { addTerm, literalTerm } from '../../../src/core/query-print.ts';

/** The filter of the page. */
interface PageFilter {
  text: string;
  change: (text: string) => void;
}

/** Provides the filter to the values on the page: `<FilterContext value={{ text, change }}>`. */
export const FilterContext = createContext<PageFilter | null>(null);

/** What a click on a value does. */
type TermMode = 'add' | 'exclude' | 'only';

/** Adds terms to the filter of the page; null on a page without a filter. */
function useFilter(): { text: string; add: (key: QueryKey, value: string, mode: TermMode) => void } | null {
  const filter = useContext(FilterContext);
  if (filter === null) return null;
  const { text, change } = filter;
  return { text, add: (key, value, mode) => change(addTerm(text, key, value, mode)) };
}

/** A value that filters the page: a click adds it, Alt excludes it, Shift replaces others. Without a filter it links to the runs. */
export function Value({ field, value, children }: { field: QueryKey; value: string; children?: ReactNode }) {
  const filter = useFilter();
  const text = children ?? value;
  if (filter === null) {
    return (
      <Link
        className="value"
        href={pagePath.runs({ q: literalTerm(field, value) })}
        title={`Runs with ${field} ${value}`}
      >
        {text}
      </Link>
    );
  }
  const onClick = (event: MouseEvent) => {
    const mode = event.altKey ? 'exclude' : event.shiftKey ? 'only' : 'add';
    filter.add(field, value, mode);
  };
  return (
    <button
      type="button"
      className="value"
      title={`${value}\nFilter by this ${field}; Alt-click to exclude it, Shift-click for this one only`}
      onClick={onClick}
    >
      {text}
    </button>
  );
}
