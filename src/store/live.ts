/** What changed, told after the commit to everybody who watches, also in other processes on one PostgreSQL. */
import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { JobStatus } from '../core/job.ts';
import type { JobEvent } from './job-writer.ts';
import type { Schema } from './schema.ts';

/** One job that changed: `status` null when it was deleted, `previous` null when it is new. */
export interface ChangedJob {
  job_id: string;
  status: JobStatus | null;
  previous: JobStatus | null;
}

/** A message to those who watch; `reset` says that something may have been missed. */
export type LiveEvent = { type: 'jobs'; run: string; jobs: ChangedJob[] } | { type: 'reset' };

/** The changes of a database. */
export interface Live {
  /** Answers the function that ends it. `listener` must not throw. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
  /** Takes what a writer of this process has committed. */
  add(event: JobEvent): void;
  close(): Promise<void>;
}

const channel = 'paddles_live';
/** Changes are gathered for so long, in milliseconds: a busy run is one message, not a hundred. */
const gathered = 250;
/** PostgreSQL takes messages below 8,000 bytes. */
const jobsInMessage = 60;
const reconnectAfter = 2000;

/** Makes the hub of one open database; `url` of PostgreSQL, null when no other process can write. */
export function createLive(kysely: Kysely<Schema>, url: string | null): Live {
  const self = randomBytes(6).toString('hex');
  const listeners = new Set<(event: LiveEvent) => void>();
  const waiting = new Map<string, Map<string, ChangedJob>>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (event: LiveEvent) => {
    for (const listener of listeners) listener(event);
  };
  const others = url === null ? null : listenTo(url, self, tell);
  const flush = () => {
    timer = undefined;
    const events = [...waiting].flatMap(([run, jobs]) => inMessages(run, [...jobs.values()]));
    waiting.clear();
    for (const event of events) tell(event);
    if (url !== null && events.length > 0) void notify(kysely, self, events);
  };
  return {
    subscribe(listener) {
      listeners.add(listener);
      others?.start();
      return () => listeners.delete(listener);
    },
    add({ run, job_id, status, previous }) {
      const jobs = waiting.get(run) ?? new Map<string, ChangedJob>();
      waiting.set(run, jobs);
      jobs.set(job_id, { job_id, status, previous: jobs.get(job_id)?.previous ?? previous });
      timer ??= setTimeout(flush, gathered);
    },
    async close() {
      clearTimeout(timer);
      listeners.clear();
      await others?.stop();
    },
  };
}

function inMessages(run: string, jobs: ChangedJob[]): LiveEvent[] {
  const events: LiveEvent[] = [];
  for (let at = 0; at < jobs.length; at += jobsInMessage) {
    events.push({ type: 'jobs', run, jobs: jobs.slice(at, at + jobsInMessage) });
  }
  return events;
}

/** A message that is lost costs a watcher some seconds, until it asks again by itself: never an error of a write. */
async function notify(kysely: Kysely<Schema>, self: string, events: LiveEvent[]): Promise<void> {
  for (const event of events) {
    const text = JSON.stringify({ from: self, event });
    const fits = Buffer.byteLength(text) < 7900 ? text : JSON.stringify({ from: self, event: { type: 'reset' } });
    await sql`select pg_notify(${channel}, ${fits})`.execute(kysely).catch(() => {});
  }
}

/** A connection of its own that hears what other processes tell; opened with the first watcher, and again when it breaks. */
function listenTo(url: string, self: string, tell: (event: LiveEvent) => void) {
  let client: pg.Client | null = null;
  let state: 'idle' | 'started' | 'stopped' = 'idle';
  let retry: NodeJS.Timeout | undefined;
  const connect = async () => {
    const fresh = new pg.Client({ connectionString: url, application_name: 'paddles live', keepAlive: true });
    const broken = () => {
      if (client !== fresh || state === 'stopped') return;
      client = null;
      retry = setTimeout(() => void reconnect(), reconnectAfter);
    };
    client = fresh;
    fresh.on('error', broken);
    fresh.on('end', broken);
    fresh.on('notification', ({ payload }) => {
      const { from, event } = JSON.parse(payload ?? '{}') as { from?: string; event?: LiveEvent };
      if (from !== self && event) tell(event);
    });
    try {
      await fresh.connect();
      await fresh.query(`listen ${channel}`);
    } catch {
      broken();
    }
  };
  const reconnect = async () => {
    await connect();
    tell({ type: 'reset' });
  };
  return {
    start() {
      if (state !== 'idle') return;
      state = 'started';
      void connect();
    },
    async stop() {
      state = 'stopped';
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
}
