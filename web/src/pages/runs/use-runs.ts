import { useCallback, useMemo, useRef, useState } from 'react';
import { apiPath, type PathQuery } from '../../../../src/core/paths.ts';
import type { RunList } from '../../../../src/http/api/lists.ts';
import type { RunItem } from '../../../../src/http/api/schema.ts';
import { type ApiError, fetchApi, useApi } from '../../lib/api.ts';
import { useHeldUpdates } from '../../lib/held.ts';
import { useLive, useThrottled } from '../../lib/live.ts';
import { useZoneParameter } from '../../lib/preferences.ts';

/** The state of the list of runs. */
export type Runs = ReturnType<typeof useRuns>;

/** The runs that match a filter, page by page. Rows change in place; changes that would move rows wait for `apply`. */
export function useRuns(q: string, sort: string, hold: boolean) {
  const tz = useZoneParameter(q);
  const list = useMemo(() => ({ q, sort, tz }), [q, sort, tz]);
  const path = apiPath.runs(list);
  const { data: first, error, isFetching, refetch } = useApi<RunList>(path);
  const { later, loadMore, refetchLater, moreError, loading } = useLaterPages(path, list, first);
  const again = useCallback(() => {
    refetchLater();
    return refetch();
  }, [refetch, refetchLater]);
  useLive('runs', useThrottled(again));
  const fresh = useMemo(
    () => withoutRepeats([...(first?.runs ?? []), ...later.flatMap(({ runs }) => runs)]),
    [first, later],
  );
  // While another filter is loading, the rows still belong to the previous one.
  const arrived = useRef(path);
  if (!isFetching) arrived.current = path;
  const held = useHeldUpdates(fresh, ({ name }) => name, hold, `${arrived.current} ${later.length}`);
  return {
    first,
    ...held,
    error: error ?? moreError,
    isFetching: isFetching || loading,
    refetch: again,
    /** Null when all runs are shown. */
    loadMore,
  };
}

function useLaterPages(path: string, list: PathQuery, first: RunList | undefined) {
  const [pages, setPages] = useState<{ path: string; later: RunList[] }>({ path, later: [] });
  const [loading, setLoading] = useState(false);
  const [moreError, setMoreError] = useState<ApiError | null>(null);
  const later = useMemo(() => (pages.path === path ? pages.later : []), [pages, path]);
  const next = (later.at(-1) ?? first)?.next ?? null;
  const read = useCallback(
    async (starts: string[]) => {
      setLoading(true);
      try {
        const found = await Promise.all(starts.map((after) => fetchApi<RunList>(apiPath.runs({ ...list, after }))));
        setMoreError(null);
        return found;
      } catch (error) {
        setMoreError(error as ApiError);
        return null;
      } finally {
        setLoading(false);
      }
    },
    [list],
  );
  const loadMore = useCallback(() => {
    if (next === null) return;
    void read([next]).then((found) => found && setPages({ path, later: [...later, ...found] }));
  }, [next, later, path, read]);
  // The pages keep their starting points, so that the same rows are loaded again.
  const refetchLater = useCallback(() => {
    if (later.length === 0) return;
    const starts = [first?.next, ...later.slice(0, -1).map((page) => page.next)].filter(
      (start) => typeof start === 'string',
    );
    void read(starts).then((found) => found && setPages({ path, later: found }));
  }, [first, later, path, read]);
  return { later, loadMore: next === null ? null : loadMore, refetchLater, moreError, loading };
}

function withoutRepeats(runs: RunItem[]): RunItem[] {
  return [...new Map(runs.map((run) => [run.name, run])).values()];
}
