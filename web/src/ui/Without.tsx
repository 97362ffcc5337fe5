import { termTexts } from '../../../src/core/query.ts';
import { removeTerm } from '../../../src/core/query-print.ts';
import { number } from '../lib/format.ts';

interface WithoutProps {
  /** A filter that matches nothing. */
  q: string;
  setQ: (q: string) => void;
  /** How many match a filter. */
  count: (q: string) => number;
  /** "0 of 500 jobs match". */
  title: string;
}

/** What each term of a filter leaves out. */
export function WithoutTerms({ q, setQ, count, title }: WithoutProps) {
  return (
    <div className="page-body">
      <p>{title}</p>
      <ul className="plain-list">
        {termTexts(q).map((term, index) => {
          const rest = removeTerm(q, index);
          return (
            <li key={`${term} ${rest}`}>
              <button type="button" className="button" onClick={() => setQ(rest)}>
                Without <code>{term}</code>: {number(count(rest))}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
