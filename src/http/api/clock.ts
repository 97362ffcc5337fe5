import { type Clock, isTimeZone } from '../../core/moment.ts';
import { milliseconds } from '../../core/time.ts';
import { refuse } from '../refusal.ts';

/** The clock for reading a filter; refuses a `tz` that is not a time zone. `now` in microseconds since the epoch. */
export function clockOf(now: number, tz = 'UTC'): Clock {
  if (!isTimeZone(tz)) refuse('tz', "parameter 'tz' must be a time zone like Europe/Berlin");
  return { now: milliseconds(now), zone: tz };
}
