/** The settings of a person, stored in the browser. The script in index.html reads the same entry before the first paint. */
import { useSyncExternalStore } from 'react';
import type { Zone } from './format.ts';

/** All settings. */
export interface Preferences {
  theme: 'auto' | 'light' | 'dark';
  zone: Zone;
  density: 'compact' | 'comfortable';
  /** Whether single-key shortcuts are on (WCAG 2.1.4). */
  keys: boolean;
  /** What a person calls himself where nothing vouches for his name; empty: nobody has said it. */
  name: string;
}

const storageKey = 'paddles.preferences';
const defaults: Preferences = { theme: 'auto', zone: 'local', density: 'compact', keys: true, name: '' };
const systemTheme = matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();
let current = stored();

function stored(): Preferences {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Preferences>) };
  } catch {
    return defaults;
  }
}

/** The theme in use, also when it follows the system. */
export function shownTheme(): 'light' | 'dark' {
  if (current.theme !== 'auto') return current.theme;
  return systemTheme.matches ? 'dark' : 'light';
}

function show(): void {
  document.documentElement.dataset.theme = shownTheme();
  document.documentElement.dataset.density = current.density;
  for (const listener of listeners) listener();
}

/** Changes a setting in all tabs of the browser. */
export function setPreference<Key extends keyof Preferences>(key: Key, value: Preferences[Key]): void {
  current = { ...current, [key]: value };
  try {
    localStorage.setItem(storageKey, JSON.stringify(current));
  } catch {
    // Without storage the setting lasts as long as the tab.
  }
  show();
}

/** The current settings. */
export function preferences(): Preferences {
  return current;
}

/** The current settings, kept up to date. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, preferences);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

systemTheme.addEventListener('change', show);
addEventListener('storage', (event) => {
  if (event.key !== storageKey) return;
  current = stored();
  show();
});
show();
