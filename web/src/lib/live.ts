/** Live updates: one event stream per tab, and polling while it is interrupted. */
import { useCallback, useEffect, useRef } from 'react';
import { apiPath } from '../../../src/core/paths.ts';
import type { LiveEvents } from '../../../src/http/api/events.ts';
import { root } from './address.ts';
import { createStore } from './store.ts';

/** The kinds of events; `reset` means that everything must be read again. */
type LiveType = keyof LiveEvents;
type Handler = (type: LiveType, data: LiveEvents[LiveType]) => void;

interface LiveState {
  /** `idle`: nothing on the page needs updates. */
  state: 'idle' | 'live' | 'polling' | 'offline';
  since: number;
  /** When the last event arrived. */
  heard: number;
}

const types = ['jobs', 'runs', 'nodes', 'queue', 'decisions', 'deliveries', 'reset'] as const;
const batchMs = 500;
const mostWaiting = 500;
const pollMs = 15_000;
const hiddenPollMs = 60_000;

const listeners = new Set<{ topic: string; handle: Handler }>();
const store = createStore<LiveState>({ state: 'idle', since: Date.now(), heard: Date.now() });

/** How the page is kept up to date. */
export const useLiveState = store.use;

/** Whether the server responded to the last request. */
let reached = true;
let source: EventSource | null = null;
/** Empty if there are no listeners. */
let sourceAddress = '';
let heard = Date.now();
let waiting: [LiveType, LiveEvents[LiveType]][] = [];
let lastBatch = Number.NEGATIVE_INFINITY;
let batchTimer: ReturnType<typeof setTimeout> | undefined;
let pollTimer: ReturnType<typeof setTimeout> | undefined;

/**
 * Calls back with the events of a topic (`runs`, `run:NAME`, `nodes`, `queue`, `decisions`, `deliveries`) while the component is mounted. Also
 * passes events of topics that other components listen to. Events arrive in batches.
 */
export function useLive(topic: string, onEvent: Handler): void {
  const handler = useRef(onEvent);
  useEffect(() => {
    handler.current = onEvent;
  });
  useEffect(() => {
    const handle: Handler = (type, data) => handler.current(type, data);
    const listener = { topic, handle };
    listeners.add(listener);
    queueMicrotask(connect);
    return () => {
      listeners.delete(listener);
      queueMicrotask(connect);
    };
  }, [topic]);
}

/** Opens one stream for the topics of all listeners, or closes it if there are none. */
function connect(): void {
  const topics = [...new Set([...listeners].map(({ topic }) => topic))].sort();
  const wanted = topics.length === 0 ? '' : root + apiPath.events(topics);
  if (wanted === sourceAddress && source !== null && source.readyState !== EventSource.CLOSED) return;
  source?.close();
  source = null;
  sourceAddress = wanted;
  clearTimeout(pollTimer);
  if (wanted === '') {
    if (store.get().state !== 'offline') setState('idle');
    return;
  }
  if (store.get().state === 'idle') setState('polling');
  const opened = new EventSource(wanted);
  source = opened;
  opened.addEventListener('hello', () => {
    clearTimeout(pollTimer);
    setState('live');
  });
  for (const type of types) {
    opened.addEventListener(type, (event) => receive(type, (event as MessageEvent<string>).data));
  }
  opened.onerror = () => {
    setState(reached && navigator.onLine ? 'polling' : 'offline');
    schedulePoll();
  };
}

function receive(type: LiveType, text: string): void {
  let data: LiveEvents[LiveType];
  try {
    data = JSON.parse(text) as LiveEvents[LiveType];
  } catch {
    return;
  }
  waiting.push([type, data]);
  heard = Date.now();
  // A hidden tab handles no events. When it becomes visible, reading everything again is faster.
  if (waiting.length > mostWaiting) waiting = [['reset', {}]];
  if (batchTimer !== undefined) return;
  batchTimer = setTimeout(() => requestAnimationFrame(deliver), Math.max(0, lastBatch + batchMs - performance.now()));
}

/** Delivers at most two batches per second, each in one frame. */
function deliver(): void {
  batchTimer = undefined;
  lastBatch = performance.now();
  const batch = waiting;
  waiting = [];
  const reset = batch.some(([type]) => type === 'reset');
  for (const { handle } of [...listeners]) {
    if (reset) handle('reset', {});
    else for (const [type, data] of batch) handle(type, data);
  }
  store.set({ ...store.get(), heard });
}

/** Without a stream, reads everything again periodically, and reopens the stream once the browser has given up. */
function schedulePoll(): void {
  clearTimeout(pollTimer);
  pollTimer = setTimeout(
    () => {
      receive('reset', '{}');
      if (source?.readyState === EventSource.CLOSED) connect();
      schedulePoll();
    },
    document.hidden ? hiddenPollMs : pollMs,
  );
}

function setState(state: LiveState['state']): void {
  const before = store.get();
  const now = Date.now();
  if (state === 'live') heard = now;
  store.set({ state, since: state === before.state ? before.since : now, heard });
}

/** Records whether a request got a response. Call it after every request. */
export function reportReached(now: boolean): void {
  if (now === reached) return;
  reached = now;
  if (!reached) setState('offline');
  else if (store.get().state === 'offline') setState(sourceAddress === '' ? 'idle' : 'polling');
}

addEventListener('offline', () => setState('offline'));
addEventListener('online', () => {
  setState(sourceAddress === '' ? 'idle' : 'polling');
  connect();
});

const throttleMs = 2000;

/**
 * Calls at most once every two seconds, and not before the last call has ended, so that a slow server gets fewer requests. Requests in the
 * meantime result in one more call.
 */
export function useThrottled(call: () => unknown): () => void {
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
      current.timer = window.setTimeout(() => void run(), Math.max(0, current.at + throttleMs - performance.now()));
    };
    start();
  }, []);
}
