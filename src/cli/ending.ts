/** How a server ends: process managers kill it after 30 seconds or more, and nobody likes to wait that long. */

/** Longest time from a signal to the end, in milliseconds, whatever hangs. */
const longest = 24_000;

/** Longest time from a second signal to the end, in milliseconds: for what can be closed at once. */
const atOnce = 500;

/**
 * Ends the process in any case when its time is over: a database that hangs, or a standard output that nobody reads, could hold
 * it for ever. `insisted` resolves when somebody asks a second time.
 */
export function endInTime(insisted?: Promise<void>): void {
  setTimeout(die, longest).unref();
  insisted?.then(() => setTimeout(die, atOnce).unref());
}

/**
 * Ends by the signal that process managers send: even `process.exit` would wait for a thread that writes to a pipe which
 * nobody reads, or that asks a name server (measured: 10 s).
 */
export function die(): void {
  process.removeAllListeners('SIGTERM');
  process.kill(process.pid, 'SIGTERM');
}
