/** Whether the server could be reached the last time somebody tried. */
let reached = true;
let since = Date.now();
const listeners = new Set<() => void>();

/** To be called after every request. */
export function reportReached(now: boolean): void {
  if (now === reached) return;
  reached = now;
  since = Date.now();
  for (const listener of listeners) listener();
}

/** Whether the server answers, as far as is known. */
export function isReached(): boolean {
  return reached;
}

/** When that last changed, in milliseconds since the epoch. */
export function reachedSince(): number {
  return since;
}

/** Calls back when the server is lost or found. */
export function onReached(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
