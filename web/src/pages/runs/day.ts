import type { Zone } from '../../lib/format.ts';

/** A day as a heading: "Today", "Yesterday", "Fri 20 Nov", with the year unless it is the current one. */
export function dayTitle(at: number, zone: Zone, now: number): string {
  const day = dayNumber(at, zone);
  const today = dayNumber(now, zone);
  const timeZone = zone === 'utc' ? { timeZone: 'UTC' } : {};
  const date = new Intl.DateTimeFormat('en-GB', { ...timeZone, weekday: 'short', day: 'numeric', month: 'short' });
  const text = date.format(at).replace(',', '');
  if (day === today) return `Today, ${text}`;
  if (day === today - 1) return `Yesterday, ${text}`;
  const sameYear = new Date(at).getUTCFullYear() === new Date(now).getUTCFullYear();
  return sameYear ? text : `${text} ${new Date(at).getUTCFullYear()}`;
}

function dayNumber(at: number, zone: Zone): number {
  const offset = zone === 'utc' ? 0 : new Date(at).getTimezoneOffset() * 60_000;
  return Math.floor((at - offset) / 86_400_000);
}
