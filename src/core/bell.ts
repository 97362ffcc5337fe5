/** Wakes those who sleep until something happens, or some time has passed. */
export interface Bell {
  ring: () => void;
  /** How often it has rung. */
  rung: () => number;
  /** Resolves when it has rung more than `heard` times, or after `time` milliseconds. */
  wait: (heard: number, time: number) => Promise<void>;
}

/**
 * Whoever waited in vain is forgotten: a race against one promise that resolves some day would keep every wait until then.
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
