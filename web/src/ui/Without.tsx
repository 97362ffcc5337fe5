import type { ReactNode } from 'react';
import { termTexts } from '../../../src/core/query.ts';
import { removeTerm } from '../../../src/core/query-print.ts';
import { Button } from './Button.tsx';

interface WithoutProps {
  /** A filter that matches nothing. */
  q: string;
  setQ: (q: string) => void;
  /** Renders how many objects match a filter: ": 12". */
  count: (q: string) => ReactNode;
  /** "0 of 500 jobs match". */
  title: string;
}

/** Shows how many results the filter would have without each of its terms. */
export function WithoutTerms({ q, setQ, count, title }: WithoutProps) {
  return (
    <div className="body">
      <p>{title}</p>
      <ul className="plain-list">
        {termTexts(q).map((term, index) => {
          const rest = removeTerm(q, index);
          return (
            <li key={`${term} ${rest}`}>
              <Button onClick={() => setQ(rest)}>
                Without <code>{term}</code>
                {count(rest)}
              </Button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
