import { parseQuery, type QueryTarget, termTexts } from '../../../src/core/query.ts';
import { removeTerm, withTerm } from '../../../src/core/query-print.ts';
import { Icon } from './Icon.tsx';

interface FilterChipsProps {
  value: string;
  target: QueryTarget;
  onChange: (value: string) => void;
  matched: string | undefined;
}

/** The terms of a filter, each with a button that removes it. Terms that cannot be read show why, and what may have been meant. */
export function FilterChips({ value, target, onChange, matched }: FilterChipsProps) {
  const terms = termTexts(value);
  const { problems } = parseQuery(value, target);
  if (terms.length === 0 && !matched) return null;
  const problemOf = (text: string) => problems.find((problem) => problem.text === text);
  return (
    <div className="chips">
      {terms.map((text, index) => {
        const problem = problemOf(text);
        return (
          <span
            key={`${text} ${terms.indexOf(text) === index ? '' : index}`}
            className={problem ? 'chip chip-wrong' : 'chip'}
          >
            <span className="mono chip-text" title={text}>
              {text}
            </span>
            <button
              type="button"
              className="chip-remove"
              aria-label={`Remove ${text}`}
              title={`Remove ${text}`}
              onClick={() => onChange(removeTerm(value, index))}
            >
              <Icon name="close" />
            </button>
          </span>
        );
      })}
      {problems.map(({ text, message, suggestion }) => (
        <span key={`${text} ${message}`} className="chip-problem" role="status">
          {message}
          {suggestion && (
            <button
              type="button"
              className="button"
              onClick={() => onChange(withTerm(value, terms.indexOf(text), suggestion))}
            >
              use {suggestion}
            </button>
          )}
        </span>
      ))}
      {matched && (
        <span className="quiet matched" aria-live="polite">
          {matched}
        </span>
      )}
    </div>
  );
}
