/** Live updates: one event stream per tab, and polling while it is interrupted. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import { apiPath } from '../../../src/core/paths.ts';
import type { LiveEvents } from '../../../src/http/api/events-schema.ts';
import { root } from '../lib/base.ts';
import { isReached, onReached, reachedSince } from '../lib/connection.ts';

export { type HeldRows, useHeldUpdates } from './held.ts';

/** The kinds of events; `reset` means that everything must be read again. */
export type LiveType = keyof LiveEvents;
type Handler = (type: LiveType, data: LiveEvents[LiveType]) => void;

/** How the page is kept up to date, and since when. */
export interface LiveState {
  /** `idle`: nothing on the page needs updates. */
  state: 'idle' | 'live' | 'polling' | 'offline';
  since: number;
  /** When the last event arrived. */
  heard: number;
}

interface Listener {
  topic: string;
  handle: Handler;
}

const types = ['jobs', 'runs', 'nodes', 'queue', 'decisions', 'deliveries', 'reset'] as const;
const batchMs = 500;
const mostWaiting = 500;
const pollMs = 15_000;
const hiddenPollMs = 60_000;

const listeners = new Set<Listener>();
const watchers = new Set<() => void>();
let source: EventSource | null = null;
/** Empty while nobody listens. */
let sourceAddress = '';
let current: LiveState = { state: 'idle', since: Date.now(), heard: Date.now() };
let waiting: [LiveType, LiveEvents[LiveType]][] = [];
let lastBatch = Number.NEGATIVE_INFINITY;
let batchTimer: ReturnType<typeof setTimeout> | undefined;
let pollTimer: ReturnType<typeof setTimeout> | undefined;

/**
 * Calls back with the events of a topic (`runs`, `run:NAME`, `nodes`, `queue`, `decisions`, `deliveries`), and those that others on the page listen to, in
 * batches, while the component is mounted.
 */
export function useLive(topic: string, onEvent: Handler): void {
  const handler = useRef(onEvent);
  useEffect(() => {
    handler.current = onEvent;
  });
  useEffect(() => {
    const listener: Listener = { topic, handle: (type, data) => handler.current(type, data) };
    listeners.add(listener);
    queueMicrotask(connect);
    return () => {
      listeners.delete(listener);
      queueMicrotask(connect);
    };
  }, [topic]);
}

/** Opens one stream for the topics of all listeners, or closes it when there are none. */
function connect(): void {
  const topics = [...new Set([...listeners].map(({ topic }) => topic))].sort();
  const wanted = topics.length === 0 ? '' : root + apiPath.events(topics);
  if (wanted === sourceAddress && source !== null && source.readyState !== EventSource.CLOSED) return;
  source?.close();
  source = null;
  sourceAddress = wanted;
  clearTimeout(pollTimer);
  if (wanted === '') {
    if (current.state !== 'offline') setState('idle');
    return;
  }
  if (current.state === 'idle') setState('polling');
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
    setState(isReached() && navigator.onLine ? 'polling' : 'offline');
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
  current = { ...current, heard: Date.now() };
  // A hidden tab handles no events; when it becomes visible, reading everything again is faster.
  if (waiting.length > mostWaiting) waiting = [['reset', {}]];
  if (batchTimer !== undefined) return;
  batchTimer = setTimeout(() => requestAnimationFrame(deliver), Math.max(0, lastBatch + batchMs - performance.now()));
}

/** Delivers at most two batches a second, each in one frame. */
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
  notify();
}

/** Without a stream: reads everything again from time to time, and reopens the stream once the browser has given up. */
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
  const now = Date.now();
  current = {
    state,
    since: state === current.state ? current.since : now,
    heard: state === 'live' ? now : current.heard,
  };
  notify();
}

function notify(): void {
  for (const watcher of watchers) watcher();
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** How the page is kept up to date. */
export function useLiveState(): LiveState {
  return useSyncExternalStore(subscribe, () => current);
}

onReached(() => {
  if (isReached()) {
    if (current.state === 'offline') setState(sourceAddress === '' ? 'idle' : 'polling');
    return;
  }
  current = { ...current, state: 'offline', since: reachedSince() };
  notify();
});
addEventListener('offline', () => setState('offline'));
addEventListener('online', () => {
  setState(sourceAddress === '' ? 'idle' : 'polling');
  connect();
});
