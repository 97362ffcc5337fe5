import { useCallback, useEffect, useRef } from 'react';

/** Calls at most once in `ms` milliseconds; the last call is never dropped. */
export function useThrottled(call: () => void, ms = 2000): () => void {
  const latest = useRef(call);
  const timer = useRef<number | undefined>(undefined);
  const at = useRef(0);
  useEffect(() => {
    latest.current = call;
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return useCallback(() => {
    clearTimeout(timer.current);
    const wait = Math.max(0, at.current + ms - Date.now());
    timer.current = window.setTimeout(() => {
      at.current = Date.now();
      latest.current();
    }, wait);
  }, [ms]);
}
