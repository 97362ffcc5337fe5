import { useCallback } from 'react';
import { navigate, useSearch } from 'wouter/use-browser-location';

/** How an address changes: a new entry in the history, or the current one. */
export interface UrlOptions {
  replace?: boolean;
}

/** A text in the query of the address; absent when it is the fallback. */
export function useUrlState(key: string, fallback: string): [string, (value: string, options?: UrlOptions) => void] {
  const search = useSearch();
  const value = new URLSearchParams(search).get(key) ?? fallback;
  const set = useCallback(
    (next: string, options?: UrlOptions) => setUrlStates({ [key]: next === fallback ? null : next }, options),
    [key, fallback],
  );
  return [value, set];
}

/** Several texts in the query at once; null removes one. */
export function setUrlStates(values: Record<string, string | null>, { replace = false }: UrlOptions = {}): void {
  // From the address as it is now: two changes in one tick must not undo each other.
  const params = new URLSearchParams(location.search);
  for (const [key, value] of Object.entries(values)) {
    if (value === null) params.delete(key);
    else params.set(key, value);
  }
  const search = searchText(params);
  if (search === location.search) return;
  navigate(`${location.pathname}${search}${location.hash}`, { replace });
}

/** A query as people read it in a link: `?q=s:fail,dead`. */
export function searchText(params: URLSearchParams): string {
  if (params.size === 0) return '';
  return `?${params.toString().replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%2F', '/')}`;
}
