/** Settings that the keys, the header, the footer and the jump box can switch. */
import { preferences, setPreference, shownTheme } from '../lib/preferences.ts';
import { toast } from '../ui/Toast.tsx';

/** Switches between the light and the dark theme. */
export function switchTheme(): void {
  setPreference('theme', shownTheme() === 'dark' ? 'light' : 'dark');
}

/** Switches between local time and UTC. */
export function switchZone(): void {
  const zone = preferences().zone === 'utc' ? 'local' : 'utc';
  setPreference('zone', zone);
  toast(zone === 'utc' ? 'Showing times in UTC' : 'Showing local times');
}
