import { useCallback } from 'react';
import { useLocation } from 'wouter';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { readPath } from '../../../src/core/paths.ts';
import { base } from './base.ts';
import { changedQuery } from './url-query.ts';

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
  const search = changedQuery(location.search, values);
  if (search === location.search) return;
  navigate(`${location.pathname}${search}${location.hash}`, { replace });
}

/**
 * The parts of the address below the base, decoded: of `/ui/runs/a%3Ab` they are `runs` and `a:b`. The router decodes by
 * half, which makes another name of one that has a percent sign in it.
 */
export function usePathParts(): string[] {
  useLocation();
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : location.pathname;
  return readPath(path);
}
