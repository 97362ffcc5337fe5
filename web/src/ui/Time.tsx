import type { ListedJob } from '../../../src/core/page-jobs.ts';
import { clockTime, exactTime, duration as printDuration, type TimeForm } from '../lib/format.ts';
import { usePreferences } from '../lib/preferences.ts';
import { createStore } from '../lib/store.ts';

/** One timer for all times on the page, so that they change at once. */
const minute = createStore(thisMinute());
setInterval(() => minute.set(thisMinute()), 5000);

function thisMinute(): number {
  return Math.floor(Date.now() / 60_000) * 60_000;
}

/** The start of the current minute in milliseconds since the epoch; rerenders every minute. */
export const useMinute = minute.use;

/** A time in short form, as the time of day only, or with day and time. The tooltip shows the exact time. */
export function Time({ at, form = 'short' }: { at: number | null | undefined; form?: TimeForm }) {
  const { zone } = usePreferences();
  const now = useMinute();
  if (at === null || at === undefined) return <span className="quiet">—</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {clockTime(at, zone, now, form)}
    </time>
  );
}

/** A duration. `since` is the start of something that has not ended. */
export function Duration({ seconds, since }: { seconds: number | null | undefined; since?: number | null }) {
  const now = useMinute();
  if (seconds === null || seconds === undefined) {
    if (!since) return <span className="quiet">—</span>;
    return <span title="so far">{printDuration(Math.max(0, now - since) / 1000)}…</span>;
  }
  return <span title={`${Math.round(seconds)} seconds`}>{printDuration(seconds)}</span>;
}

type Timed = Pick<ListedJob, 'status' | 'duration' | 'started'>;

/** How long a job took, or has been running; nothing if it has not started. */
export function JobTime({ job: { status, duration, started } }: { job: Timed }) {
  const since = status === 'running' ? started : null;
  return duration === null && since === null ? null : <Duration seconds={duration} since={since} />;
}
