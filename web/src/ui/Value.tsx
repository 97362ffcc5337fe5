import { createContext, type MouseEvent, type ReactNode, useContext } from 'react';
import { Link } from 'wouter';
import { pagePath } from '../../../src/core/paths.ts';
import type { QueryKey } from '../../../src/core/query.ts';
import { addTerm, literalTerm } from '../../../src/core/query-print.ts';

/** Provides the filter to the values on the page: `<FilterContext value={{ text, change }}>`. */
export const FilterContext = createContext<{ text: string; change: (text: string) => void } | null>(null);

/**
 * A value that filters the page: a click adds it, Alt excludes it, Shift replaces others. On pages without a filter, it links to the matching
 * runs.
 */
export function Value({ field, value, children }: { field: QueryKey; value: string; children?: ReactNode }) {
  const filter = useContext(FilterContext);
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
    filter.change(addTerm(filter.text, field, value, mode));
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
