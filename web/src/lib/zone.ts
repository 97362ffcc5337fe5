/** The zone of the days in filters, which is the one that times are shown in. */
import { isTimeZone } from '../../../src/core/moment.ts';
import { parseQuery, type QueryKey } from '../../../src/core/query.ts';
import type { Zone } from './format.ts';
import { usePreferences } from './preferences.ts';

const timeKeys: readonly (QueryKey | null)[] = ['scheduled', 'started', 'updated', 'at'];

/** The name of a zone, like Europe/Berlin; UTC when the browser does not know where it is. */
export function timeZoneOf(zone: Zone): string {
  const local = zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
  return isTimeZone(local) ? local : 'UTC';
}

/** `tz` of a request with this filter; undefined when it makes no difference, so that most requests have one address. */
export function zoneParameter(q: string, zone: Zone): string | undefined {
  const terms = (['jobs', 'audit'] as const).flatMap((target) => parseQuery(q, target).query.terms);
  if (!terms.some(({ key }) => timeKeys.includes(key))) return undefined;
  const name = timeZoneOf(zone);
  return name === 'UTC' ? undefined : name;
}

/** The same in the zone that the page shows. */
export function useZoneParameter(q: string): string | undefined {
  return zoneParameter(q, usePreferences().zone);
}
