/** Days and times in filters. They are in the time zone that the page uses. */
import { civilMs } from './time.ts';

/** The time and time zone for reading a filter: `now` in milliseconds since the epoch, `zone` a name that `isTimeZone` accepts. */
export interface Clock {
  now: number;
  zone: string;
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const msPerDay = 86_400_000;

/** The longest age that settings and commands accept, 200 years in seconds. Times after 2255 are no longer exact. */
export const longestAge = 200 * 365 * 86_400;

/** Parses "90", "5m", "2h" or "1h30m" as seconds; null for anything else. */
export function parseDuration(text: string): number | null {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const parts = text.match(/^(?:\d{1,9}[smhdw])+$/) ? [...text.matchAll(/(\d{1,9})([smhdw])/g)] : [];
  return parts.length === 0
    ? null
    : parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitSeconds[unit!]!, 0);
}

/** A time as people write it or as `/api` prints it: with an optional fraction of a second and an optional time zone. */
const dayOrTime = /^(\d{4})-(\d\d?)-(\d\d?)(?:[T_ ](\d\d):(\d\d)(?::(\d\d)(?:\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)?)?$/;

/** The first millisecond whose microseconds are exact, in the year 1684. No stored time is earlier. */
const earliest = Math.ceil(Number.MIN_SAFE_INTEGER / 1000);

/**
 * The span, in milliseconds since the epoch, of "2026-11-20", "2026-11-20T09:30", "today" or "yesterday" in a zone. For "2d" and "-2d", the
 * moment two days ago. Null for anything else and for times before the year 1684.
 */
export function parseMoment(text: string, clock: Clock): { from: number; to: number } | null {
  const span = readMoment(text, clock);
  return span === null || span.from < earliest ? null : span;
}

/** Describes the accepted formats of a moment. */
export const momentWords = 'a day like 2026-11-20 or today, a minute like 2026-11-20T09:30 or an age like 2d';

/** Whether a text is a day, a minute or an age like 2d, which can be the start of a list. The zone does not matter. */
export function isDay(text: string): boolean {
  return !text.startsWith('-') && parseMoment(text, { now: 0, zone: 'UTC' }) !== null;
}

function readMoment(text: string, { now, zone }: Clock): { from: number; to: number } | null {
  if (text === 'today' || text === 'yesterday') {
    const today = Math.floor((now + offsetAt(now, zone)) / msPerDay);
    return daysAt(text === 'today' ? today : today - 1, zone);
  }
  const ago = text.startsWith('-') ? parseDuration(text.slice(1)) : /[a-z]$/.test(text) ? parseDuration(text) : null;
  if (ago !== null) return { from: now - ago * 1000, to: now - ago * 1000 };
  const found = dayOrTime.exec(text);
  if (!found) return null;
  const civil = civilMs(found.slice(1, 7).map((part) => Number(part ?? 0)));
  if (civil === null) return null;
  if (found[4] === undefined) return daysAt(civil / msPerDay, zone);
  const offset = found[7];
  if (offset !== undefined && offset !== 'Z' && !isTimeZone(offset)) return null;
  const from = momentOf(civil, offset === 'Z' ? 'UTC' : (offset ?? zone));
  return { from, to: from + (found[6] === undefined ? 60_000 : 1000) };
}

/** The span of a day, numbered from 1970-01-01. Days on which the clocks change have 23 or 25 hours. */
function daysAt(day: number, zone: string): { from: number; to: number } {
  return { from: momentOf(day * msPerDay, zone), to: momentOf((day + 1) * msPerDay, zone) };
}

/**
 * The moment when the clocks of a zone show a time, which is given as if it were UTC. If there are two such moments, returns the first one. If
 * the clocks skip the time, the result is as long after the change as the time is after the start of the gap.
 */
function momentOf(civil: number, zone: string): number {
  const [before, after] = [offsetAt(civil - msPerDay, zone), offsetAt(civil + msPerDay, zone)];
  const moments = [civil - Math.max(before, after), civil - Math.min(before, after)];
  return moments.find((moment) => moment + offsetAt(moment, zone) === civil) ?? civil - before;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    const part = 'numeric';
    const parts = { year: part, month: part, day: part, hour: part, minute: part, second: part } as const;
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', hourCycle: 'h23', ...parts });
    // There are several hundred zones, but clients can spell each of them in many ways.
    if (formats.size >= 1000) formats.clear();
    formats.set(zone, format);
  }
  return format;
}

/** The offset of a zone from UTC at a moment, in milliseconds. */
function offsetAt(ms: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const parts = new Map(
    formatOf(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const read = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const civil = Date.UTC(read('year'), read('month') - 1, read('day'), read('hour'), read('minute'), read('second'));
  return civil - Math.floor(ms / 1000) * 1000;
}

/** Whether a text is the name of a time zone, such as Europe/Berlin, or an offset, such as +02:00. */
export function isTimeZone(text: string): boolean {
  if (text.length > 64) return false;
  try {
    return formatOf(text) !== undefined;
  } catch {
    return false;
  }
}
