import { useSyncExternalStore } from 'react';

/** What else a toast has: how long it stays, and a button. */
interface ToastOptions {
  ms?: number;
  action?: { label: string; run: () => void };
}

let shown: { text: string; at: number; action: ToastOptions['action'] } | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function show(next: typeof shown): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Shows a message for a few seconds; screen readers announce it. */
export function toast(text: string, { ms = 4000, action }: ToastOptions = {}): void {
  clearTimeout(timer);
  show({ text, at: Date.now(), action });
  timer = setTimeout(() => show(null), ms);
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
          {current.action && (
            <button type="button" className="toast-action" onClick={current.action.run}>
              {current.action.label}
            </button>
          )}
        </div>
      )}
    </div>
  );
}
