import { useSyncExternalStore } from 'react';
import { clockTime, exactTime, duration as printDuration } from '../lib/format.ts';
import { usePreferences } from '../lib/preferences.ts';

/** One timer for every time on the page: the minute changes for all at once. */
const listeners = new Set<() => void>();
let minute = Math.floor(Date.now() / 60_000);
setInterval(() => {
  const next = Math.floor(Date.now() / 60_000);
  if (next === minute) return;
  minute = next;
  for (const listener of listeners) listener();
}, 5000);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The current minute in milliseconds since the epoch; draws again when it passes. */
export function useMinute(): number {
  return useSyncExternalStore(subscribe, () => minute) * 60_000;
}

/** A moment, short; exact on hover. */
export function Time({ at }: { at: number | null | undefined }) {
  const { zone } = usePreferences();
  const now = useMinute();
  if (at === null || at === undefined) return <span className="quiet">—</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {clockTime(at, zone, now)}
    </time>
  );
}

/** How long something took; `since`, while it runs, is when it began. */
export function Duration({ seconds, since }: { seconds: number | null | undefined; since?: number | null }) {
  const now = useMinute();
  if (seconds === null || seconds === undefined) {
    if (!since) return <span className="quiet">—</span>;
    return <span title="so far">{printDuration(Math.max(0, now - since) / 1000)}…</span>;
  }
  return <span title={`${Math.round(seconds)} seconds`}>{printDuration(seconds)}</span>;
}
