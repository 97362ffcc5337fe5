/** Rules for pausing and resuming queues (teuthology contract §2.19, §7.72, §7.73). */
import { conflict, type Failure, invalid } from './errors.ts';

/** The current or last pause of a queue. Times are in microseconds since the Unix epoch. */
export interface Pause {
  paused_by: string | null;
  paused_since: number | null;
  paused_until: number | null;
  /** Seconds, as requested. */
  pause_duration: number | null;
}

/** What one request changes; absent keys stay as they are. `pause_duration` is in seconds, and 0 resumes the queue. */
export type PauseChange = Partial<Pause>;

/** The longest queue name, in UTF-16 units (teuthology contract §3.1). */
export const longestQueueName = 32;

/** A queue that has never been paused. */
export const neverPaused: Readonly<Pause> = {
  paused_by: null,
  paused_since: null,
  paused_until: null,
  pause_duration: null,
};

/** Whether the queue is paused at a time. */
export function isPaused({ paused_until }: Pick<Pause, 'paused_until'>, at: number): boolean {
  return paused_until !== null && paused_until > at;
}

/**
 * The pause after a change. With `pause_duration`, it begins now: returns `conflict` if the queue is already paused, and `invalid` without
 * `paused_by`. A duration of 0 resumes the queue and clears all four values. They are kept when a pause ends by itself.
 */
export function changePause(pause: Pause, change: PauseChange, at: number): Pause | Failure {
  const { pause_duration: seconds, paused_by, paused_until } = change;
  if (seconds === undefined) return { ...pause, ...change };
  if (seconds === 0) return { ...neverPaused };
  if (isPaused(pause, at)) return conflict('Cannot pause an already-paused queue');
  if (!paused_by) return invalid('paused_by', 'Cannot pause without specifying paused_by');
  const until = seconds === null ? Number.NaN : at + Math.round(seconds * 1_000_000);
  if (seconds === null || seconds < 0 || !Number.isSafeInteger(until)) {
    return invalid('pause_duration', "invalid value for key 'pause_duration': must be a number of seconds");
  }
  if (paused_until) return invalid('paused_until', 'give pause_duration or paused_until, not both');
  return { paused_by, paused_since: at, paused_until: until, pause_duration: seconds };
}
