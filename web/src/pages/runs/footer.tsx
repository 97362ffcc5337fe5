import { Link } from 'wouter';
import { middleTruncate, number, plural } from '../../lib/format.ts';
import { Counts } from '../../ui/Bar.tsx';
import { compareInOrder } from './run-facts.ts';
import type { Runs } from './use-runs.ts';

/** How many runs are shown, their totals, and a button for more. */
export function RunsFooter({ runs, marked, onClear }: { runs: Runs; marked: readonly string[]; onClear: () => void }) {
  const { first, rows, loadMore, isFetching } = runs;
  if (!first) return null;
  const jobs = Object.values(first.counts).reduce((sum, count) => sum + count, 0);
  return (
    <footer className="runs-footer">
      <span>
        1–{number(rows.length)} of {number(first.total)}
      </span>
      {loadMore && (
        <button type="button" className="button" onClick={loadMore} disabled={isFetching}>
          Load more
        </button>
      )}
      <span className="runs-totals">
        <span className="quiet">
          all {plural(first.total, 'run')}, {plural(jobs, 'job')}:
        </span>{' '}
        <Counts counts={first.counts} />
      </span>
      {marked.length > 0 && (
        <span className="runs-chosen">
          {marked.length === 2 ? (
            <Link className="button" href={compareInOrder(rows, marked)}>
              Compare the marked runs
            </Link>
          ) : (
            <span className="quiet">
              marked: {middleTruncate(marked[0] ?? '', 40)}; mark another run with x to compare
            </span>
          )}{' '}
          <button type="button" className="button" onClick={onClear}>
            Clear
          </button>
        </span>
      )}
    </footer>
  );
}
