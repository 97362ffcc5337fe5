import type { Clock } from '../../core/moment.ts';
import { milliseconds } from '../../core/time.ts';

/** The clock for reading a filter; `now` in microseconds since the epoch, `tz` as its schema has checked it. */
export function clockOf(now: number, tz = 'UTC'): Clock {
  return { now: milliseconds(now), zone: tz };
}
