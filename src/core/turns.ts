/** Helpers for sharing the event loop: taking turns, running work in sequence and waiting for an event. */

let last: Promise<void> = Promise.resolve();

/**
 * Waits for an iteration of the event loop that no other long-running work uses. A short request then waits for one step of one such task only.
 * When each of a dozen responses took a step of 10 to 30 ms in the same iteration, other requests waited for 600 ms.
 */
export function nextTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}

/** How long work may block the event loop before it yields, in milliseconds. */
const stretch = 10;

/** Iterates over items and lets other requests run whenever 10 ms of work have passed, whatever the size of the items. */
export async function* inTurns<T>(items: Iterable<T>): AsyncGenerator<T> {
  let since = performance.now();
  for (const item of items) {
    if (performance.now() - since >= stretch) {
      await nextTurn();
      since = performance.now();
    }
    yield item;
  }
}

/** Runs tasks one after the other. The error of a task is reported only to its own caller, and no results are kept. */
export function createQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.then(ignore, ignore);
    return done;
  };
}

function ignore(): void {}

/** Wakes waiting tasks when something happens or their timeout expires. */
export interface Bell {
  ring: () => void;
  /** How often it has rung. */
  rung: () => number;
  /** Resolves when it has rung more than `heard` times, or after `time` milliseconds. */
  wait: (heard: number, time: number) => Promise<void>;
}

/**
 * Creates a bell. Waits that time out are removed. Racing them against one long-lived promise would instead keep all of them in memory until it
 * resolves.
 */
export function createBell(): Bell {
  const sleepers = new Set<() => void>();
  let count = 0;
  return {
    ring() {
      count++;
      for (const wake of sleepers) wake();
    },
    rung: () => count,
    wait(heard, time) {
      if (count > heard) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const wake = () => {
        clearTimeout(timer);
        sleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, time);
      sleepers.add(wake);
      return promise;
    },
  };
}
