import { randomBytes } from 'node:crypto';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { type Static, Type } from 'typebox';
import { readDigits } from '../../core/input.ts';
import { readTopics } from '../../core/paths.ts';
import { version } from '../../program.ts';
import { decisionOf } from '../../store/pages/decisions.ts';
import type { LiveEvent } from '../../store/write/live.ts';
import type { ApiContext, ApiServer } from './context.ts';
import { DecisionItem } from './decisions.ts';
import { only, optional, text, textAnswers, textOrNull } from './schema.ts';

const nothing = Type.Object({});
const names = Type.Object({ names: Type.Array(text) });

/**
 * The data of each event. `hello` comes first. `jobs` is sent for the topic `run:NAME`, `runs` for `runs` and `run:NAME`, and `nodes`,
 * `decisions`, `queue` and `deliveries` for the topics of these names. `reset` means that missed events are no longer available: the
 * client must read everything again.
 */
export const liveEvents = {
  hello: Type.Object({ version: text, build: text }),
  /** Jobs that changed. `status` is null if the job was deleted, `previous` is null if it is new. */
  jobs: Type.Object({
    run: text,
    jobs: Type.Array(Type.Object({ job_id: text, status: textOrNull, previous: textOrNull })),
  }),
  /** The names of the runs or nodes that changed. */
  runs: names,
  nodes: names,
  /**
   * Ids of the causes whose decisions were made or withdrawn. `made` has the new decisions on those causes for which this is the whole
   * change. The client must read the decisions on the others.
   */
  decisions: Type.Object({ names: Type.Array(text), made: Type.Array(DecisionItem) }),
  queue: nothing,
  /** Deliveries of notifications. */
  deliveries: nothing,
  reset: nothing,
};

/** The types of the events' data. */
export type LiveEvents = { [Type in keyof typeof liveEvents]: Static<(typeof liveEvents)[Type]> };

const events = {
  summary: 'Changes as server-sent events; can be resumed with Last-Event-ID',
  querystring: only({
    topics: optional(
      'comma-separated list of at most 20 of run:NAME, runs, nodes, decisions, queue and deliveries; %2C for a comma in a name',
      'topics',
    ),
  }),
  response: textAnswers('text/event-stream'),
};

/** How many messages a reconnecting client can catch up with. */
const remembered = 1000;
/** A client with more unread bytes is disconnected; it reconnects and catches up. Two thousand clients can take up 128 MB. */
const mostUnread = 64 << 10;
const heartbeat = 15_000;
/** Heartbeats after which a client that has not read everything is dropped. */
const mostBeatsUnread = 4;
const eventStream = 'text/event-stream; charset=utf-8';

interface Message {
  id: number;
  topics: string[];
  text: string;
}

/** A connected page. */
interface Client {
  wanted: Set<string>;
  /** The id of the last message before it connected. */
  since: number;
  /** The number of heartbeats since it last had read everything. */
  unread: number;
}

/** The last messages, with their ids. */
function createMessageLog() {
  // Ids of another process are not valid here, so its clients have to read everything again.
  const boot = randomBytes(4).toString('hex');
  const messages: Message[] = [];
  let lastId = 0;
  return {
    boot,
    lastId: () => lastId,
    add(topics: string[], type: keyof LiveEvents, data: unknown): Message {
      const id = ++lastId;
      const message = { id, topics, text: `id: ${boot}-${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n` };
      messages.push(message);
      if (messages.length > remembered) messages.shift();
      return message;
    },
    /** The id of the last message that a client received; undefined for a new client, null if what it missed is not known. */
    seen(header: string | string[] | undefined): number | null | undefined {
      if (typeof header !== 'string') return undefined;
      const [from, text = ''] = header.split('-');
      const id = readDigits(text);
      const oldest = messages[0]?.id ?? lastId + 1;
      return from === boot && id !== null && id >= oldest - 1 && id <= lastId ? id : null;
    },
    after: (id: number, wanted: Set<string>) =>
      messages.filter((message) => message.id > id && concerns(message, wanted)),
  };
}

function concerns({ topics }: Message, wanted: Set<string>): boolean {
  return topics.some((topic) => wanted.has(topic));
}

/** `GET /events?topics=run:NAME,runs`: server-sent events, resumed with `Last-Event-ID`. */
export function eventRoutes(app: ApiServer, { db }: ApiContext): void {
  const log = createMessageLog();
  const clients = new Map<ServerResponse, Client>();
  let unsent: Message[] = [];
  // Messages of the same moment are written together: separately, fifty messages to 500 clients are 25,000 writes, which took 300 ms.
  const send = () => {
    for (const [response, { wanted, since }] of clients) {
      writeAll(
        response,
        unsent.filter((message) => message.id > since && concerns(message, wanted)),
      );
    }
    unsent = [];
  };
  const publish = (topics: string[], type: keyof LiveEvents, data: unknown) => {
    if (unsent.length === 0) setImmediate(send);
    unsent.push(log.add(topics, type, data));
  };
  const unsubscribe = db.live.subscribe((event) => tell(event, publish, clients));
  const beat = setInterval(() => keepAlive(clients), heartbeat).unref();
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
    clearInterval(beat);
    unsubscribe();
    for (const response of clients.keys()) response.end();
  });

  app.get('/events', { schema: events, config: { scope: 'read' } }, async (request, reply) => {
    const wanted = new Set(readTopics(request.query.topics ?? 'runs'));
    reply.type(eventStream).header('cache-control', 'no-store').header('x-accel-buffering', 'no');
    if (request.method === 'HEAD') return reply.send(Readable.from([]));
    // A client reads its data after the hello, so no write from then on may be missed.
    await db.live.ready();
    reply.hijack();
    const response = reply.raw;
    if (response.destroyed) return;
    // Includes the headers set by hooks, so that pages of other origins can read events too.
    response.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    response.setTimeout(0);
    const seen = log.seen(request.headers['last-event-id']);
    // The hello has an id, so that a client that is cut off before the first message does not miss it.
    const hello = `id: ${log.boot}-${seen ?? log.lastId()}\nevent: hello\ndata: ${JSON.stringify({ version, build: log.boot })}`;
    response.write(`retry: 3000\n${hello}\n\n`);
    if (seen === null) response.write(resetText);
    else if (seen !== undefined) writeAll(response, log.after(seen, wanted));
    clients.set(response, { wanted, since: log.lastId(), unread: 0 });
    response.on('close', () => clients.delete(response));
    // A client that connected while the server was closing the others would delay the stop.
    if (closing) response.end();
  });
}

/** Keeps the streams alive in proxies and drops clients that do not read. */
function keepAlive(clients: Map<ServerResponse, Client>): void {
  for (const [response, client] of clients) {
    client.unread = response.writableLength > 0 ? client.unread + 1 : 0;
    if (client.unread < mostBeatsUnread) write(response, ': still here\n\n');
    else response.destroy();
  }
}

/** Writes messages to a client, or a reset if they are too long. */
function writeAll(response: ServerResponse, messages: Message[]): void {
  const text = messages.map(({ text }) => text).join('');
  if (text !== '') write(response, text.length > mostUnread ? resetText : text);
}

const resetText = 'event: reset\ndata: {}\n\n';

function tell(
  event: LiveEvent,
  publish: (topics: string[], type: keyof LiveEvents, data: unknown) => void,
  clients: Map<ServerResponse, Client>,
): void {
  if (event.type === 'reset') {
    for (const response of clients.keys()) write(response, resetText);
    return;
  }
  if (event.type === 'jobs') {
    const { run, jobs } = event;
    publish([`run:${run}`], 'jobs', { run, jobs });
    publish(['runs'], 'runs', { names: [run] });
  } else if (event.type === 'runs') {
    publish(['runs', ...event.names.map((name) => `run:${name}`)], 'runs', { names: event.names });
  } else if (event.type === 'nodes') {
    publish(['nodes'], 'nodes', { names: event.names });
  } else if (event.type === 'decisions') {
    publish(['decisions'], 'decisions', { names: event.names, made: event.made.map(decisionOf) });
  } else publish([event.type], event.type, {});
}

function write(response: ServerResponse, text: string): void {
  if (response.writableLength > mostUnread) response.destroy();
  else response.write(text);
}
