/** Whether the server responded to the last request. */
let reached = true;
let since = Date.now();
const listeners = new Set<() => void>();

/** Records whether a request got a response; to be called after every request. */
export function reportReached(now: boolean): void {
  if (now === reached) return;
  reached = now;
  since = Date.now();
  for (const listener of listeners) listener();
}

/** Whether the server responds, as far as is known. */
export function isReached(): boolean {
  return reached;
}

/** When that last changed, in milliseconds since the epoch. */
export function reachedSince(): number {
  return since;
}

/** Calls back when the server stops or starts to respond. Returns the function that ends this. */
export function onReached(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
