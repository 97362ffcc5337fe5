import { useCallback, useEffect, useRef } from 'react';

/**
 * Calls at most once in `ms` milliseconds, and not before the last call has ended: a server that is slow is asked less often. What is
 * asked for meanwhile is one more call.
 */
export function useThrottled(call: () => unknown, ms = 2000): () => void {
  const latest = useRef(call);
  const state = useRef({ timer: 0, at: Number.NEGATIVE_INFINITY, busy: false, again: false });
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => {
    const { current } = state;
    return () => {
      clearTimeout(current.timer);
      current.again = false;
    };
  }, []);
  return useCallback(() => {
    const { current } = state;
    const run = async () => {
      current.at = performance.now();
      current.busy = true;
      try {
        await latest.current();
      } finally {
        current.busy = false;
        if (current.again) start();
      }
    };
    const start = () => {
      current.again = current.busy;
      if (current.busy) return;
      clearTimeout(current.timer);
      current.timer = window.setTimeout(() => void run(), Math.max(0, current.at + ms - performance.now()));
    };
    start();
  }, [ms]);
}
