import { createStore } from '../lib/store.ts';

type ToastOptions = { ms?: number; action?: { label: string; run: () => void } };

const shown = createStore<{ text: string; at: number; action: ToastOptions['action'] } | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** Shows a message for a few seconds; screen readers announce it. */
export function toast(text: string, { ms = 4000, action }: ToastOptions = {}): void {
  clearTimeout(timer);
  shown.set({ text, at: Date.now(), action });
  timer = setTimeout(() => shown.set(null), ms);
}

/** The place where toasts appear; used once, in the shell. */
export function Toasts() {
  const current = shown.use();
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
