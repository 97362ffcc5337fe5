/** Publishes changes, after their commit, to subscribers in this process and in other processes on the same PostgreSQL. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { JobStatus } from '../../core/job.ts';
import type { DecisionRow } from '../engine/people-schema.ts';
import type { Reader, Schema } from '../engine/schema.ts';
import { chunksOf, socketOf } from '../engine/transaction.ts';

/** A change of a job. `status` is null for a deleted job, `previous` for a new one. */
export interface JobEvent {
  run: string;
  job_id: string;
  status: JobStatus | null;
  previous: JobStatus | null;
}

type ChangedJob = Omit<JobEvent, 'run'>;

/**
 * A message to subscribers. `runs` names runs that were created, deleted, tagged or reviewed. `decisions` names causes; `made` has
 * the decisions on those of them that changed in no other way. `reset` means that messages may have been lost.
 */
export type LiveEvent =
  | { type: 'jobs'; run: string; jobs: ChangedJob[] }
  | { type: 'runs'; names: string[] }
  | { type: 'nodes'; names: string[] }
  | { type: 'queue' }
  | { type: 'deliveries' }
  | { type: 'decisions'; names: string[]; made: DecisionRow[] }
  | { type: 'reset' };

/** A change of anything but a job. */
type LiveChange =
  | { runs: readonly string[] }
  | { nodes: readonly string[] }
  | { decided: DecisionRow }
  | { withdrawn: DecisionRow }
  | { queue: true }
  | { deliveries: true };

/** The stream of changes of a database. */
export interface Live {
  /** Returns the function that ends the subscription. `listener` must not throw. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
  /**
   * Resolves when subscribers receive the messages of other processes, or when that failed. After a failure, a `reset` is sent as
   * soon as they do.
   */
  ready(): Promise<void>;
  /** Publishes a change that the job writer has committed. */
  add(event: JobEvent): void;
  /** Publishes a committed change of anything but a job. */
  changed(change: LiveChange): void;
  /** Sends the pending changes to other processes within two seconds, then ends. */
  close(): Promise<void>;
}

/** A database and its stream of changes. */
export interface WatchedDb extends Reader {
  live: Live;
}

const channel = 'paddles_live';
/** Milliseconds for which changes are collected, so that a busy run causes one message, not a hundred. */
const gathered = 250;
/** The payload of NOTIFY must be shorter than 8,000 bytes. */
const jobsInMessage = 60;
/** A name has up to some hundred bytes. */
const namesInMessage = 20;
/** Decisions are sent in full if they have at most `longestDecision` bytes. */
const decisionsInMessage = 3;
const longestDecision = 2000;
const reconnectAfter = 2000;
/** The longest time that `close` waits for messages to be sent, and for the listening connection to end, in milliseconds. */
const patience = 2000;
/** Milliseconds between two heartbeats on the listening connection. */
const askedEvery = 30_000;

/** Creates the stream of one open database. `url` is that of PostgreSQL, or null if no other process can write. */
export function createLive(kysely: Kysely<Schema>, url: string | null): Live {
  const self = randomBytes(6).toString('hex');
  const listeners = new Set<(event: LiveEvent) => void>();
  let waiting = nothingYet();
  let timer: NodeJS.Timeout | undefined;
  const tell = (event: LiveEvent) => {
    for (const listener of listeners) listener(event);
  };
  const others = url === null ? null : listenTo(url, self, tell);
  const telling = new Set<Promise<void>>();
  const flush = () => {
    timer = undefined;
    const events = messagesOf(waiting);
    waiting = nothingYet();
    for (const event of events) tell(event);
    if (url === null || events.length === 0) return;
    const told = notify(kysely, self, events).finally(() => telling.delete(told));
    telling.add(told);
  };
  const soon = () => {
    timer ??= setTimeout(flush, gathered);
  };
  return {
    subscribe(listener) {
      listeners.add(listener);
      others?.start();
      return () => listeners.delete(listener);
    },
    ready: async () => others?.ready(),
    add({ run, job_id, status, previous }) {
      const jobs = waiting.jobs.get(run) ?? new Map<string, ChangedJob>();
      waiting.jobs.set(run, jobs);
      // To subscribers, a job that was created and changed since the last message is new.
      const first = jobs.get(job_id);
      jobs.set(job_id, { job_id, status, previous: first ? first.previous : previous });
      if ((status === 'queued') !== (previous === 'queued')) waiting.queue = true;
      soon();
    },
    changed(change) {
      if ('runs' in change) for (const name of change.runs) waiting.runs.add(name);
      else if ('nodes' in change) for (const name of change.nodes) waiting.nodes.add(name);
      else if ('decided' in change) addDecision(waiting.decisions, change.decided);
      else if ('withdrawn' in change) waiting.decisions.set(change.withdrawn.cause, null);
      else if ('deliveries' in change) waiting.deliveries = true;
      else waiting.queue = true;
      soon();
    },
    async close() {
      clearTimeout(timer);
      listeners.clear();
      // Without this, pages that other servers have open would stay outdated.
      flush();
      await Promise.race([Promise.all(telling), sleep(patience, undefined, { ref: false })]);
      await others?.stop();
    },
  };
}

/** Adds a decision. If it is very long or the second one on its cause, subscribers get only the cause and must read the rest. */
function addDecision(waiting: Waiting['decisions'], made: DecisionRow): void {
  const isShort = Buffer.byteLength(JSON.stringify(made)) <= longestDecision;
  waiting.set(made.cause, isShort && !waiting.has(made.cause) ? made : null);
}

interface Waiting {
  jobs: Map<string, Map<string, ChangedJob>>;
  runs: Set<string>;
  nodes: Set<string>;
  /** The decision on each cause; null if subscribers must read the changes of the cause. */
  decisions: Map<string, DecisionRow | null>;
  queue: boolean;
  deliveries: boolean;
}

function nothingYet(): Waiting {
  return { jobs: new Map(), runs: new Set(), nodes: new Set(), decisions: new Map(), queue: false, deliveries: false };
}

function messagesOf({ jobs, runs, nodes, decisions, queue, deliveries }: Waiting): LiveEvent[] {
  return [
    ...[...jobs].flatMap(([run, changed]) =>
      chunksOf([...changed.values()], jobsInMessage).map((part): LiveEvent => ({ type: 'jobs', run, jobs: part })),
    ),
    ...chunksOf([...runs], namesInMessage).map((names): LiveEvent => ({ type: 'runs', names })),
    ...chunksOf([...nodes], namesInMessage).map((names): LiveEvent => ({ type: 'nodes', names })),
    ...chunksOf([...decisions], decisionsInMessage).map(
      (some): LiveEvent => ({
        type: 'decisions',
        names: some.map(([cause]) => cause),
        made: some.flatMap(([, made]) => made ?? []),
      }),
    ),
    ...(queue ? [{ type: 'queue' } as const] : []),
    ...(deliveries ? [{ type: 'deliveries' } as const] : []),
  ];
}

/** Notifies other processes; never throws. If a message is lost, their subscribers see the change some seconds later, when they poll. */
async function notify(kysely: Kysely<Schema>, self: string, events: LiveEvent[]): Promise<void> {
  for (const event of events) {
    const text = JSON.stringify({ from: self, event });
    const fits = Buffer.byteLength(text) < 7900 ? text : JSON.stringify({ from: self, event: { type: 'reset' } });
    await sql`select pg_notify(${channel}, ${fits})`.execute(kysely).catch(() => {});
  }
}

/** Handles a notification. Any user of the database can send any text, so no payload may end the process. */
function hear(payload: string, self: string, tell: (event: LiveEvent) => void): void {
  try {
    const { from, event } = JSON.parse(payload) as { from: string; event: LiveEvent };
    if (from !== self) tell(event);
  } catch {
    tell({ type: 'reset' });
  }
}

/** A separate connection that listens to other processes. It is opened for the first subscriber, and again whenever it breaks. */
function listenTo(url: string, self: string, tell: (event: LiveEvent) => void) {
  let client: pg.Client | null = null;
  let state: 'idle' | 'started' | 'stopped' = 'idle';
  let retry: NodeJS.Timeout | undefined;
  let first: Promise<void> | undefined;
  const connect = async (): Promise<boolean> => {
    const fresh = new pg.Client({
      connectionString: url,
      application_name: 'paddles live',
      connectionTimeoutMillis: 10_000,
      query_timeout: 10_000,
    });
    // The heartbeat tells a silent connection from a broken one.
    const heartbeat = setInterval(() => fresh.query('select 1').catch(broken), askedEvery);
    const broken = () => {
      clearInterval(heartbeat);
      if (client !== fresh) return;
      client = null;
      if (state === 'stopped') return;
      socketOf(fresh).destroy();
      retry = setTimeout(() => void reconnect(), reconnectAfter);
    };
    client = fresh;
    fresh.on('error', broken);
    fresh.on('end', broken);
    fresh.on('notification', ({ payload }) => hear(payload ?? '', self, tell));
    try {
      await fresh.connect();
      await fresh.query(`listen ${channel}`);
      return true;
    } catch {
      broken();
      return false;
    }
  };
  const reconnect = async () => {
    if (await connect()) tell({ type: 'reset' });
  };
  return {
    start() {
      if (state !== 'idle') return;
      state = 'started';
      first = connect().then(() => {});
    },
    ready: () => first,
    async stop() {
      state = 'stopped';
      clearTimeout(retry);
      const last = client;
      if (last === null) return;
      const impatient = setTimeout(() => socketOf(last).destroy(), patience);
      await last.end().catch(() => {});
      clearTimeout(impatient);
    },
  };
}
