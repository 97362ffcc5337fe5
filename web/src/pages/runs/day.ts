import { shifted, type Zone } from '../../lib/format.ts';

/** A day as a heading: "Today", "Yesterday", "Fri 20 Nov", with the year unless it is the current one. */
export function dayTitle(at: number, zone: Zone, now: number): string {
  const [day, today] = [shifted(at, zone), shifted(now, zone)];
  const parts = { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' } as const;
  const text = new Intl.DateTimeFormat('en-GB', parts).format(day).replace(',', '');
  const between = dayNumber(today) - dayNumber(day);
  if (between === 0) return `Today, ${text}`;
  if (between === 1) return `Yesterday, ${text}`;
  const year = new Date(day).getUTCFullYear();
  return year === new Date(today).getUTCFullYear() ? text : `${text} ${year}`;
}

function dayNumber(ms: number): number {
  return Math.floor(ms / 86_400_000);
}
