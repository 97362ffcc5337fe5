/** How a process is asked to stop, and how a server ends: process managers kill it after 30 seconds or more, and nobody likes to wait that long. */
import type { Logger } from 'pino';

/** Longest time from a signal to the end, in milliseconds, whatever hangs. */
const longest = 24_000;

/** Longest time from a second signal to the end, in milliseconds: for what can be closed at once. */
const atOnce = 500;

/** A terminal signals the whole group, and npm passes on what the server already has: one wish, not two. In milliseconds. */
const echo = 1000;

/** Aborted when the person or the system asks this process to stop; asked again, it dies. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

/** Signals by which tools ask for the log file to be opened again, as gunicorn took SIGUSR1. Without a listener they end the process, or open Node's debugger. */
export const logSignals = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/** Listens to the end: a signal that comes late must not turn exit code 0 into a death by it. A lost terminal also means to stop. */
export function onSignals(stop: () => void, reopen: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  for (const signal of logSignals) {
    process.on(signal, () => (signal === 'SIGHUP' && process.stdout.isTTY ? stop() : reopen(signal)));
  }
}

/** `stop` resolves at the first signal to stop, from which on the process ends in time, `insisted` at one that is no echo of it. */
export function watchSignals(log: Logger): { stop: Promise<void>; insisted: Promise<void> } {
  const stop = Promise.withResolvers<void>();
  const insisted = Promise.withResolvers<void>();
  let first: number | undefined;
  const onStop = () => {
    if (first === undefined) {
      first = performance.now();
      endInTime(insisted.promise);
      stop.resolve();
    } else if (performance.now() - first > echo) {
      insisted.resolve();
    } else {
      log.info('already stopping: another signal, a second after the first, cuts connections off');
      log.flush();
    }
  };
  onSignals(onStop, (signal) => log.info(`${signal}: the log file is open again, if there is one`));
  return { stop: stop.promise, insisted: insisted.promise };
}

/**
 * Ends the process in any case when its time is over: a database that hangs could hold it for ever. `insisted` resolves when somebody
 * asks a second time.
 */
export function endInTime(insisted?: Promise<void>): void {
  setTimeout(die, longest).unref();
  insisted?.then(() => setTimeout(die, atOnce).unref());
}

/** Ends by the signal that process managers send: `process.exit` would wait for a thread that asks a name server (measured: 10 s). */
export function die(): void {
  process.removeAllListeners('SIGTERM');
  process.kill(process.pid, 'SIGTERM');
}
