/** How long work shares the event loop, waits for its turn, and sleeps until something happens. */

let last: Promise<void> = Promise.resolve();

/**
 * Waits for a round of the event loop that no other long work has: whoever asks for little waits for one step of one of them. When
 * each of a dozen answers made a step of 10 to 30 ms in one round, others waited for 600 ms.
 */
export function nextTurn(): Promise<void> {
  last = last.then(() => new Promise((resolve) => setImmediate(resolve)));
  return last;
}

/** How long work may keep others waiting before it gives them their turn, in milliseconds. */
const stretch = 10;

/** Some items one by one, with a turn for other requests whenever the work on them has taken 10 ms, however long they are. */
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

/** Does one work after the other. One that throws does so for whoever wanted it alone, and no result is kept here. */
export function createQueue(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.then(ignore, ignore);
    return done;
  };
}

function ignore(): void {}

/** Wakes those who sleep until something happens, or some time has passed. */
export interface Bell {
  ring: () => void;
  /** How often it has rung. */
  rung: () => number;
  /** Resolves when it has rung more than `heard` times, or after `time` milliseconds. */
  wait: (heard: number, time: number) => Promise<void>;
}

/** Makes a bell. Who waited in vain is forgotten: a race against one promise that resolves some day would keep every wait until then. */
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
