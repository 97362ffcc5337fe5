/** Signals, and the deadline of a stop. It is below the 30 seconds or more after which process managers kill a process. */
import type { Logger } from 'pino';

/** Longest time from a signal to the end of the process, in milliseconds, even if something hangs. */
const longest = 24_000;

/** Longest time from a second signal to the end of the process, in milliseconds: enough to close what closes at once. */
const atOnce = 500;

/**
 * Milliseconds within which further signals count as the same request to stop: a terminal signals the whole process group, and npm
 * forwards a signal that the server has already received.
 */
const echo = 1000;

/** Aborted by the first SIGINT or SIGTERM; a second one kills the process. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  return stop.signal;
}

/**
 * Signals with which tools ask a server to reopen its log file; gunicorn takes SIGUSR1. Without a listener they end the process, or
 * start Node's debugger.
 */
export const logSignals = ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const;

/**
 * Keeps listening until the process exits, so that a late signal cannot turn exit code 0 into death by signal. On a terminal, SIGHUP
 * also stops the process, because the terminal was closed.
 */
export function onSignals(stop: () => void, reopen: (signal: NodeJS.Signals) => void): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
  for (const signal of logSignals) {
    process.on(signal, () => (signal === 'SIGHUP' && process.stdout.isTTY ? stop() : reopen(signal)));
  }
}

/** `stop` resolves at the first signal to stop, which also sets the deadline; `insisted` at a later one that is no echo of it. */
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
 * Kills the process at its deadline, which a hanging database could otherwise delay forever. `insisted` resolves at a second request
 * to stop and shortens the deadline.
 */
export function endInTime(insisted?: Promise<void>): void {
  setTimeout(die, longest).unref();
  insisted?.then(() => setTimeout(die, atOnce).unref());
}

/** Kills this process with SIGTERM, as process managers do. `process.exit` would wait for a thread in a DNS lookup (measured: 10 s). */
export function die(): void {
  process.removeAllListeners('SIGTERM');
  process.kill(process.pid, 'SIGTERM');
}
