import { useSyncExternalStore } from 'react';

/** A value outside of components. Components that read it with `use` are rendered again when it is replaced. */
export function createStore<T>(value: T) {
  const listeners = new Set<() => void>();
  const get = () => value;
  const subscribe = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    get,
    set: (next: T) => {
      value = next;
      for (const listener of listeners) listener();
    },
    use: () => useSyncExternalStore(subscribe, get),
  };
}
