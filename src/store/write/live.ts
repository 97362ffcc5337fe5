/** What changed, told after the commit to everybody who watches, also in other processes on one PostgreSQL. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import type { JobStatus } from '../../core/job.ts';
import type { DecisionRow } from '../engine/people-schema.ts';
import type { Reader, Schema } from '../engine/schema.ts';
import { chunksOf, socketOf } from '../engine/transaction.ts';

/** What a write did; `status` is null for a deleted job, `previous` for a new one. */
export interface JobEvent {
  run: string;
  job_id: string;
  status: JobStatus | null;
  previous: JobStatus | null;
}

type ChangedJob = Omit<JobEvent, 'run'>;

/** A message to those who watch; `runs` that were created, deleted, tagged or reviewed; `decisions` names causes, and has what was decided on
 * those of which nothing else changed; `reset` says that something may have been missed. */
export type LiveEvent =
  | { type: 'jobs'; run: string; jobs: ChangedJob[] }
  | { type: 'runs'; names: string[] }
  | { type: 'nodes'; names: string[] }
  | { type: 'queue' }
  | { type: 'deliveries' }
  | { type: 'decisions'; names: string[]; made: DecisionRow[] }
  | { type: 'reset' };

/** What changed beside jobs. */
type LiveChange =
  | { runs: readonly string[] }
  | { nodes: readonly string[] }
  | { decided: DecisionRow }
  | { withdrawn: DecisionRow }
  | { queue: true }
  | { deliveries: true };

/** The changes of a database. */
export interface Live {
  /** Returns the function that ends the subscription. `listener` must not throw. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
  /**
   * Resolves when what other processes tell is heard by those who have subscribed; also when that failed, of which a
   * `reset` tells as soon as it succeeds.
   */
  ready(): Promise<void>;
  /** Takes what the writer of jobs has committed. */
  add(event: JobEvent): void;
  /** Takes what was committed beside jobs. */
  changed(change: LiveChange): void;
  /** Tells other processes what is gathered, within two seconds, and ends. */
  close(): Promise<void>;
}

/** A database, and those who watch it. */
export interface WatchedDb extends Reader {
  live: Live;
}

const channel = 'paddles_live';
/** Changes are gathered for so long, in milliseconds: a busy run is one message, not a hundred. */
const gathered = 250;
/** PostgreSQL takes messages below 8,000 bytes. */
const jobsInMessage = 60;
/** Names are up to some hundred bytes long. */
const namesInMessage = 20;
/** Decisions are told with their words, up to so many bytes each. */
const decisionsInMessage = 3;
const longestDecision = 2000;
const reconnectAfter = 2000;
/** Longest wait of a stop, in milliseconds: for others to be told, and for the connection that listens to end. */
const patience = 2000;
/** Milliseconds between two questions on the connection that listens. */
const askedEvery = 30_000;

/** Makes the hub of one open database; `url` of PostgreSQL, null when no other process can write. */
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
      // A job that came and changed is new to those who hear of it only now.
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
      // Pages that are open at other servers would show what was before.
      flush();
      await Promise.race([Promise.all(telling), sleep(patience, undefined, { ref: false })]);
      await others?.stop();
    },
  };
}

/** Whoever is told of two decisions on a cause at once, or of a very long one, has to read it. */
function addDecision(waiting: Waiting['decisions'], made: DecisionRow): void {
  const isShort = Buffer.byteLength(JSON.stringify(made)) <= longestDecision;
  waiting.set(made.cause, isShort && !waiting.has(made.cause) ? made : null);
}

interface Waiting {
  jobs: Map<string, Map<string, ChangedJob>>;
  runs: Set<string>;
  nodes: Set<string>;
  /** What was decided on a cause; null when that is not the whole change. */
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

/** If a message is lost, watchers see the change some seconds later, when they ask again. It never fails a write. */
async function notify(kysely: Kysely<Schema>, self: string, events: LiveEvent[]): Promise<void> {
  for (const event of events) {
    const text = JSON.stringify({ from: self, event });
    const fits = Buffer.byteLength(text) < 7900 ? text : JSON.stringify({ from: self, event: { type: 'reset' } });
    await sql`select pg_notify(${channel}, ${fits})`.execute(kysely).catch(() => {});
  }
}

/** Anybody with this database can notify, with any text: nothing that comes may end the process. */
function hear(payload: string, self: string, tell: (event: LiveEvent) => void): void {
  try {
    const { from, event } = JSON.parse(payload) as { from: string; event: LiveEvent };
    if (from !== self) tell(event);
  } catch {
    tell({ type: 'reset' });
  }
}

/** A connection of its own that hears what other processes tell; opened with the first watcher, and again when it breaks. */
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
    // A connection that says nothing may have nothing to say, or may have been lost without a word.
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
