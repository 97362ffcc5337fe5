/** The URL of the page, the state in it, and the title. */
import { useCallback, useEffect, useMemo } from 'react';
import { useLocation } from 'wouter';
import { navigate, useSearch } from 'wouter/use-browser-location';
import { readPath } from '../../../src/core/paths.ts';
import { toggled } from './sets.ts';
import { changedQuery, printList, readList } from './url.ts';

/** The base path of the dashboard, as the server sets it, without a slash at its end. */
export const base = (document.documentElement.dataset.base ?? '/ui').replace(/\/$/, '');

/** The path of the server on its host: empty, or a path such as `/paddles`. */
export const root = base.replace(/\/ui$/, '');

/** Whether a change replaces the current entry of the browser's history or adds one. */
export interface UrlOptions {
  replace?: boolean;
}

/** State in the query of the URL. The fallback is not written to the URL. */
export function useUrlState(key: string, fallback: string): [string, (value: string, options?: UrlOptions) => void] {
  const search = useSearch();
  const value = new URLSearchParams(search).get(key) ?? fallback;
  const set = useCallback(
    (next: string, options?: UrlOptions) => setUrlStates({ [key]: next === fallback ? null : next }, options),
    [key, fallback],
  );
  return [value, set];
}

/** The same for a choice. An unknown value in the URL is replaced by the fallback, so that a page is never empty. */
export function useUrlChoice(key: string, values: readonly string[], fallback: string) {
  const [value, set] = useUrlState(key, fallback);
  return [values.includes(value) ? value : fallback, set] as const;
}

/** A set of names in the URL. */
export function useUrlSet(key: string) {
  const [text, setText] = useUrlState(key, '');
  const set: ReadonlySet<string> = useMemo(() => new Set(readList(text)), [text]);
  const change = useCallback((names: Iterable<string>) => setText(printList(names), { replace: true }), [setText]);
  const toggle = useCallback((name: string) => change(toggled(set, name)), [set, change]);
  return { set, change, toggle };
}

/** Changes several parameters of the URL at once; null removes one. */
export function setUrlStates(values: Record<string, string | null>, { replace = false }: UrlOptions = {}): void {
  // Starts from the current URL, so that two changes in one tick do not undo each other.
  const search = changedQuery(location.search, values);
  if (search === location.search) return;
  navigate(`${location.pathname}${search}${location.hash}`, { replace });
}

/**
 * The decoded parts of the URL below the base: `runs` and `a:b` for `/ui/runs/a%3Ab`. The router decodes only some characters, which would change
 * names that contain a percent sign.
 */
export function usePathParts(): string[] {
  useLocation();
  const path = location.pathname.startsWith(base) ? location.pathname.slice(base.length) : location.pathname;
  return readPath(path);
}

/** Sets the title of the document while the page is shown. */
export function useTitle(text: string): void {
  useEffect(() => {
    document.title = text === '' ? 'paddles' : `${text} · paddles`;
  }, [text]);
}
