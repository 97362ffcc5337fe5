import { useSyncExternalStore } from 'react';

let shown: { text: string; at: number } | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function show(next: typeof shown): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Says something for a few seconds, to the eye and to a screen reader. */
export function toast(text: string): void {
  clearTimeout(timer);
  show({ text, at: Date.now() });
  timer = setTimeout(() => show(null), 4000);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where toasts appear; once in the shell. */
export function Toasts() {
  const current = useSyncExternalStore(subscribe, () => shown);
  return (
    <div role="status" className="toasts">
      {current !== null && (
        <div key={current.at} className="toast">
          {current.text}
        </div>
      )}
    </div>
  );
}
