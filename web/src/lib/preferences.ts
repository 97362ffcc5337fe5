/** The settings of the user, stored in the browser. The script in index.html reads the same entry before the first paint. */
import { isTimeZone } from '../../../src/core/moment.ts';
import { parseQuery, type QueryKey } from '../../../src/core/query.ts';
import { jobMatcher, type MatchableJob } from '../../../src/core/query-match.ts';
import type { Zone } from './format.ts';
import { createStore } from './store.ts';

export interface Preferences {
  theme: 'auto' | 'light' | 'dark';
  zone: Zone;
  density: 'compact' | 'comfortable';
  /** Whether single-key shortcuts are on (WCAG 2.1.4). */
  keys: boolean;
  /** The name that the user has entered, which nothing vouches for; empty if there is none. */
  name: string;
}

const storageKey = 'paddles.preferences';
const defaults: Preferences = { theme: 'auto', zone: 'local', density: 'compact', keys: true, name: '' };
const systemTheme = matchMedia('(prefers-color-scheme: dark)');

const store = createStore(stored());

/** The current settings; `usePreferences` keeps them up to date in a component. */
export const { get: preferences, use: usePreferences } = store;

function stored(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

/** The theme in use, even if it follows the system. */
export function shownTheme(): 'light' | 'dark' {
  const { theme } = preferences();
  if (theme !== 'auto') return theme;
  return systemTheme.matches ? 'dark' : 'light';
}

function show(current = preferences()): void {
  store.set(current);
  document.documentElement.dataset.theme = shownTheme();
  document.documentElement.dataset.density = current.density;
}

/** Changes a setting in all tabs of the browser. */
export function setPreference<Key extends keyof Preferences>(key: Key, value: Preferences[Key]): void {
  const next = { ...preferences(), [key]: value };
  try {
    localStorage.setItem(storageKey, JSON.stringify(next));
  } catch {
    // Without storage, the setting lasts as long as the tab.
  }
  show(next);
}

systemTheme.addEventListener('change', () => show());
addEventListener('storage', (event) => {
  if (event.key === storageKey) show(stored());
});
show();

const timeKeys: readonly (QueryKey | null)[] = ['scheduled', 'started', 'updated', 'at'];

/** The name of a zone, such as Europe/Berlin; UTC if the browser does not know its zone. */
export function timeZoneOf(zone: Zone): string {
  const local = zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
  return isTimeZone(local) ? local : 'UTC';
}

/** Returns a function that tells whether a job matches a filter. Days are those of the zone. */
export function matcherOf(q: string, zone: Zone): (job: MatchableJob) => boolean {
  return jobMatcher(parseQuery(q, 'jobs').query, { now: Date.now(), zone: timeZoneOf(zone) });
}

/** The `tz` parameter for a request with this filter; undefined if it makes no difference, so that most requests share one URL. */
export function zoneParameter(q: string, zone: Zone): string | undefined {
  const terms = (['jobs', 'audit'] as const).flatMap((target) => parseQuery(q, target).query.terms);
  if (!terms.some(({ key }) => timeKeys.includes(key))) return undefined;
  const name = timeZoneOf(zone);
  return name === 'UTC' ? undefined : name;
}

/** The same for the zone that the page uses. */
export function useZoneParameter(q: string): string | undefined {
  return zoneParameter(q, usePreferences().zone);
}
