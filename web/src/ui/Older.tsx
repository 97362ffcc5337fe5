import { useEffect, useMemo, useState } from 'react';
import type { ApiError } from '../lib/api.ts';
import { Button } from './Button.tsx';
import { ErrorBox } from './States.tsx';

/** The pages of a list, starting with the first one. Older pages are loaded on request with `read`, starting from the `next` of the page before. */
export function useOlderPages<Page extends { next: Place | null }, Place>(
  first: Page,
  read: (next: Place) => Promise<Page>,
) {
  const [older, setOlder] = useState<Page[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [loading, setLoading] = useState(false);
  const { next } = older.at(-1) ?? first;
  // New rows push old ones to the next page, so the older pages are dropped if there is no next page.
  useEffect(() => {
    if (first.next === null) setOlder([]);
  }, [first.next]);
  const loadMore = async () => {
    if (next === null) return;
    setLoading(true);
    try {
      const page = await read(next);
      setOlder((pages) => [...pages, page]);
      setError(null);
    } catch (problem) {
      setError(problem as ApiError);
    } finally {
      setLoading(false);
    }
  };
  const pages = useMemo(() => [first, ...older], [first, older]);
  return { pages, hasMore: next !== null, error, loading, loadMore: () => void loadMore() };
}

type Older = Omit<ReturnType<typeof useOlderPages>, 'pages'>;

/** A button that loads the next page; nothing if all have been loaded. */
export function LoadMore({ of: { hasMore, loading, loadMore } }: { of: Older }) {
  if (!hasMore) return null;
  return (
    <Button disabled={loading} onClick={loadMore}>
      Load more
    </Button>
  );
}

/** The footer of a list: "20 jobs, newest first", a button that loads more of them, and the error if that failed. */
export function OlderFooter({ of, count }: { of: Older; count: string }) {
  return (
    <>
      {of.error && <ErrorBox error={of.error} onRetry={of.loadMore} />}
      <footer className="runs-footer">
        <span>
          {count}
          {of.hasMore ? ', newest first' : ' in total'}
        </span>
        <LoadMore of={of} />
      </footer>
    </>
  );
}
