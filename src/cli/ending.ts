/** The end of a server: process managers kill after 30 seconds and more, and nobody likes to wait as long. */

/** Longest time from a signal to the end, in milliseconds, whatever hangs. */
const longest = 24_000;

/** After a second signal: what is left is closed as well as that goes at once. */
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
