/** When a job that no longer reports counts as dead, and its failure reason in that case. */
import type { JobStatus } from './job.ts';
import { longestAge, parseDuration } from './moment.ts';
import { plural } from './plural.ts';

/** The statuses of unfinished jobs. */
export const expiring = ['running', 'waiting', 'queued'] as const satisfies JobStatus[];
/** One of `expiring`. */
export type Expiring = (typeof expiring)[number];

/** After this many seconds without news, a job in each status counts as dead. Null means never. */
export type ExpiryAges = Record<Expiring, number | null>;

const queuedByDefault = '14d';

/** Parses "3d", "3d,14d" or "off": the age for running and waiting jobs, then the age for queued jobs. */
export function parseExpiryAges(text: string): ExpiryAges | { problem: string } {
  const [first = '', second, ...rest] = text.split(',').map((part) => part.trim());
  const running = ageOf(first);
  const queued = ageOf(second ?? (running === null ? 'off' : queuedByDefault));
  if (running === undefined || queued === undefined || rest.length > 0)
    return { problem: 'must be an age like 3d, two of them (the second for queued jobs) like 3d,14d, or off' };
  return { running, waiting: running, queued };
}

/** Undefined if the text is not an age. */
function ageOf(text: string): number | null | undefined {
  if (text === 'off' || text === '0') return null;
  const seconds = text.length > 1 && 'smhdw'.includes(text.slice(-1)) ? parseDuration(text) : null;
  if (seconds === null || seconds > longestAge) return undefined;
  return seconds === 0 ? null : seconds;
}

const reasons: Record<Expiring, string> = {
  running: 'no news from its worker',
  waiting: 'no news from its worker',
  queued: 'no worker took it',
};
const end = ' (expired)';

/** The failure reason of a job that expired after some seconds in a status, for example "no news from its worker for 3 days (expired)". */
export function expiryReason(status: Expiring, seconds: number): string {
  return `${reasons[status]} for ${inWords(seconds)}${end}`;
}

/** The title of the cause for such a reason; null for any other reason. */
export function expiryTitle(reason: string): string | null {
  if (!reason.endsWith(end)) return null;
  const found = Object.values(reasons).find((beginning) => reason.startsWith(`${beginning} for `));
  return found === undefined ? null : found + end;
}

function inWords(seconds: number): string {
  const units: [string, number][] = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ];
  const [unit, length] = units.find(([, length]) => seconds % length === 0) ?? ['second', 1];
  return plural(seconds / length, unit);
}
