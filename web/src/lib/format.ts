/** Formats times, counts and names; pure functions of their arguments. */
import { type CausedJob, causesOfJob } from '../../../src/core/job.ts';
import { plural as pluralOf } from '../../../src/core/plural.ts';

/** The time zone in which times are shown. */
export type Zone = 'local' | 'utc';

/** Seconds as "45s", "7m", "1h47"; "—" when unknown. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds) || seconds < 0) return '—';
  if (seconds < 60) return `${Math.round(seconds)}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes}m`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, '0')}`;
}

/** How much of a time to show: the short form (only the day if it is old), only the time of day, or both. */
export type TimeForm = 'short' | 'clock' | 'long';

/** A time as "09:00 today", "22:48 Sun" or "2026-11-02"; with `long`, as "2026-11-02 22:48". "—" if unknown. */
export function clockTime(
  ms: number | null | undefined,
  zone: Zone,
  now = Date.now(),
  form: TimeForm = 'short',
): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '—';
  const [time, today] = [shifted(ms, zone), shifted(now, zone)];
  const [day, thisDay] = [Math.floor(time / 86_400_000), Math.floor(today / 86_400_000)];
  const text = new Date(time).toISOString();
  if (form === 'clock') return text.slice(11, 16);
  if (day === thisDay) return `${text.slice(11, 16)} today`;
  if (Math.abs(day - thisDay) < 6) return `${text.slice(11, 16)} ${weekdays[new Date(time).getUTCDay()]}`;
  return form === 'long' ? text.slice(0, 16).replace('T', ' ') : text.slice(0, 10);
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A time whose UTC fields equal the fields of the given time in the zone. */
export function shifted(ms: number, zone: Zone): number {
  return zone === 'utc' ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000;
}

/** The exact time in UTC and in local time: "2026-11-23 09:00:00 UTC, 10:00:00 local". */
export function exactTime(ms: number): string {
  const [utc, local] = [stamp(ms, 'utc'), stamp(ms, 'local')];
  if (utc === local) return `${utc} UTC`;
  return `${utc} UTC, ${utc.slice(0, 10) === local.slice(0, 10) ? local.slice(11) : local} local`;
}

function stamp(ms: number, zone: Zone): string {
  return new Date(shifted(ms, zone)).toISOString().slice(0, 19).replace('T', ' ');
}

/** How long ago: "12 s ago", "7 m ago", "2 h ago", "3 d ago". */
export function ago(ms: number, now = Date.now()): string {
  return `${age((now - ms) / 1000)} ago`;
}

/** Seconds as "12 s", "7 m", "2 h", "3 d". */
export function age(elapsed: number): string {
  const seconds = Math.max(0, Math.round(elapsed));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} m`;
  if (seconds < 2 * 86_400) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** A zone as an offset: "UTC+1". */
export function zoneName(zone: Zone, now = new Date()): string {
  const minutes = zone === 'utc' ? 0 : -now.getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const rest = Math.abs(minutes) % 60;
  const hours = Math.floor(Math.abs(minutes) / 60);
  return `UTC${minutes < 0 ? '−' : '+'}${hours}${rest === 0 ? '' : `:${String(rest).padStart(2, '0')}`}`;
}

/** The first 8 characters of a sha1; "" if there is none. */
export function shortSha1(sha1: string | null | undefined): string {
  return sha1?.slice(0, 8) ?? '';
}

/** The name of a host without its domain. */
export function shortHost(name: string): string {
  return name.split('.')[0] ?? name;
}

/** A name shortened in its middle to `max` characters. */
export function middleTruncate(name: string, max: number): string {
  if (name.length <= max) return name;
  const head = Math.ceil((max - 1) * 0.6);
  return `${name.slice(0, head)}…${name.slice(name.length - (max - 1 - head))}`;
}

const grouped = new Intl.NumberFormat('en-US');

/** "12,345". */
export function number(count: number): string {
  return grouped.format(count);
}

/** "1 job", "5,000 jobs". */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return pluralOf(count, noun, nouns, number);
}

/** Replaces characters that would reverse the direction of the text after them, or hide it. */
export function withoutOverrides(text: string): string {
  return text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
}

/** A kind of failure for users: "dead" is the kind of jobs without a reason, whatever their status. */
export function kindText(kind: string): string {
  return kind === 'dead' ? 'no reason' : kind;
}

/** The kind and the class of a cause; one word if both are the same. */
export function traitsOf(cause: { kind: string; class: string }): string[] {
  return [...new Set([kindText(cause.kind), cause.class])];
}

/** A number of bytes as "532 B", "12 KB", "1.2 GB". */
export function bytes(count: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** The causes of a job in one line, which may be truncated: "test_a", "2 causes: test_a"; empty for a job that has not failed. */
export function causeLine(job: CausedJob<{ id: string; title: string }>): string {
  const causes = causesOfJob(job);
  const own = causes[0]?.title ?? '';
  return causes.length > 1 ? `${causes.length} causes: ${own}` : own;
}

/** The causes of a job, one per line. */
export function causeLines(job: CausedJob<{ id: string; title: string }>): string {
  return causesOfJob(job)
    .map(({ title }) => title)
    .join('\n');
}
