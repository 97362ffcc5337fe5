/**
 * Times are integers: microseconds since the Unix epoch, in UTC. Their text formats follow teuthology contract §1.7. The old server converted
 * times with its local zone; its container sets TZ=UTC, so that both agree (teuthology contract §7.18).
 */
import { type Failure, invalid } from './errors.ts';

const MICROS_PER_MS = 1000;

/** One UTC day in microseconds (days are UTC days, teuthology contract §1.7). */
export const MICROS_PER_DAY = 86_400_000_000;

/** The two input formats of teuthology contract §1.7: `run-name` in run names and job `timestamp`, `updated` in job `updated`. */
type TimestampFormat = 'run-name' | 'updated';

/** A UTC day as a half-open interval, so that the fraction of its last second belongs to it (teuthology contract §7.19). */
export interface DayRange {
  from: number;
  to: number;
}

// Like strptime: the year has exactly four digits, every other part has one or two, and a space in the format matches any white space.
const PATTERNS: Record<TimestampFormat, RegExp> = {
  'run-name': /^(\d{4})-(\d{1,2})-(\d{1,2})_(\d{1,2}):(\d{1,2}):(\d{1,2})$/,
  updated: /^(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2}):(\d{1,2}):(\d{1,2})$/,
};
const DAY = /^(\d{4})-(\d{1,2})-(\d{1,2})$/;

/** Converts the parts of a UTC date, from the year to the second, to milliseconds; null if the date does not exist. */
export function civilMs(parts: readonly number[]): number | null {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(ms);
  // Date.UTC carries overflow into the next part (Feb 30 becomes Mar 1) and reads years 0-99 as 19xx, so every part is compared after the
  // conversion. Leap seconds are invalid: neither Python's datetime nor PostgreSQL has second 60.
  const same =
    back.getUTCFullYear() === year &&
    back.getUTCMonth() === month - 1 &&
    back.getUTCDate() === day &&
    back.getUTCHours() === hour &&
    back.getUTCMinutes() === minute &&
    back.getUTCSeconds() === second;
  return same ? ms : null;
}

function matchMs(pattern: RegExp, text: string): number | null {
  const found = pattern.exec(text);
  return found ? civilMs(found.slice(1).map(Number)) : null;
}

const MICROS_PER_SECOND = 1_000_000;

/**
 * `YYYY-MM-DD HH:MM:SS.ffffff` in UTC (teuthology contract §1.7). Always prints six digits: the old server omits a zero fraction, which breaks
 * readers that expect one (teuthology contract §7.11).
 */
export function formatTimestamp(micros: number | null): string | null {
  if (micros === null) return null;
  const whole = Math.floor(micros);
  // Beyond 2^53 (before 1684 and after 2255), a number cannot represent single microseconds.
  if (!Number.isSafeInteger(whole)) return null;
  const second = Math.floor(whole / MICROS_PER_SECOND);
  const civil = new Date(second * 1000).toISOString().slice(0, 19).replace('T', ' ');
  return `${civil}.${String(whole - second * MICROS_PER_SECOND).padStart(6, '0')}`;
}

/**
 * Parses a time from a client (teuthology contract §1.7); null if it is not a real date. In `updated`, everything from the first `.` on is
 * ignored. Dates outside 1684-2255 are rejected: their microseconds exceed 2^53, and neither database driver would return them unchanged.
 */
export function parseTimestamp(text: string, format: TimestampFormat): number | null {
  const dot = format === 'updated' ? text.indexOf('.') : -1;
  const ms = matchMs(PATTERNS[format], dot === -1 ? text : text.slice(0, dot));
  if (ms === null) return null;
  const micros = ms * MICROS_PER_MS;
  return Number.isSafeInteger(micros) ? micros : null;
}

/**
 * Parses the day of a date filter (teuthology contract §1.7 and §2.9): `today`, `yesterday` or `YYYY-M-D`; null for anything else. `yesterday` is
 * plain arithmetic (teuthology contract §7.17), and days are UTC days (teuthology contract §7.18). Real days outside 1684-2255 are clamped to
 * that range instead of being rejected, because `9999-12-31` is a common way to say "no end".
 */
export function parseDay(text: string, todayMicros: number): DayRange | null {
  const today = Math.floor(todayMicros / MICROS_PER_DAY) * MICROS_PER_DAY;
  if (text === 'today') return { from: today, to: today + MICROS_PER_DAY };
  if (text === 'yesterday') return { from: today - MICROS_PER_DAY, to: today };
  const ms = matchMs(DAY, text);
  if (ms === null) return null;
  const from = ms * MICROS_PER_MS;
  return { from: clamp(from), to: clamp(from + MICROS_PER_DAY) };
}

/** Parses a day (`today`, `yesterday` or `YYYY-MM-DD`), or returns `invalid` with the message of the contract. */
export function readDay(text: string, todayMicros: number, key: string): DayRange | Failure {
  return parseDay(text, todayMicros) ?? invalid(key, 'date format must match %Y-%m-%d');
}

function clamp(micros: number): number {
  return Math.min(Math.max(micros, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** Formats the UTC day of a time as `YYYY-MM-DD` (teuthology contract §1.7, §2.9). Times are clamped to 1684-2255. */
export function formatDay(micros: number): string {
  const second = Math.floor(clamp(Math.floor(micros)) / MICROS_PER_SECOND);
  return new Date(second * 1000).toISOString().slice(0, 10);
}

/** Converts microseconds, used by the store, to whole milliseconds, used by `/api` and verdicts. */
export function milliseconds<T extends number | null>(micros: T): T {
  return (micros === null ? null : Math.floor(micros / 1000)) as T;
}
