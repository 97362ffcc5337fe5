import { useSyncExternalStore } from 'react';

let shown: { text: string; at: number } | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function show(next: typeof shown): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Shows a message for a few seconds; screen readers announce it. */
export function toast(text: string): void {
  clearTimeout(timer);
  show({ text, at: Date.now() });
  timer = setTimeout(() => show(null), 4000);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The place where toasts appear; used once, in the shell. */
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
