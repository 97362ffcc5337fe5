import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { LiveEvent } from '../../store/live.ts';
import { version } from '../../version.ts';
import type { ApiContext } from './context.ts';
import { sendProblem } from './problems.ts';
import type { LiveEvents } from './schemas.ts';

/** How many messages a client that was away can catch up with. */
const remembered = 1000;
const mostTopics = 20;
/** A client that does not read is dropped: it comes again and catches up. */
const mostUnread = 1 << 20;
const heartbeat = 15_000;

interface Message {
  id: number;
  topics: string[];
  text: string;
}

/** `GET /events?topics=run:NAME,runs`: server-sent events; `Last-Event-ID` resumes. */
export function eventRoutes(app: FastifyInstance, { db }: ApiContext): void {
  // Ids of another process mean nothing here: its clients read everything again.
  const boot = randomBytes(4).toString('hex');
  const messages: Message[] = [];
  const clients = new Map<ServerResponse, Set<string>>();
  let lastId = 0;
  const publish = (topics: string[], type: keyof LiveEvents, data: unknown) => {
    const id = ++lastId;
    const message = { id, topics, text: `id: ${boot}-${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n` };
    messages.push(message);
    if (messages.length > remembered) messages.shift();
    for (const [response, wanted] of clients)
      if (topics.some((topic) => wanted.has(topic))) write(response, message.text);
  };
  const unsubscribe = db.live.subscribe((event) => tell(event, publish, clients));
  const beat = setInterval(() => {
    for (const response of clients.keys()) write(response, ': still here\n\n');
  }, heartbeat);
  beat.unref();
  app.addHook('preClose', async () => {
    clearInterval(beat);
    unsubscribe();
    for (const response of clients.keys()) response.end();
  });

  app.get<{ Querystring: { topics?: string } }>('/events', (request, reply) => {
    const topics = (request.query.topics ?? 'runs').split(',').filter((topic) => topic !== '');
    if (topics.length === 0 || topics.length > mostTopics) {
      return sendProblem(reply, 400, `topics must name from 1 to ${mostTopics} topics`);
    }
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    response.setTimeout(0);
    const wanted = new Set(topics);
    const since = lastSeen(request.headers['last-event-id']);
    // With an id: a client that is cut off before anything happened must not miss what happens next.
    const id = since === undefined || since === null ? lastId : since;
    response.write(
      `retry: 3000\nid: ${boot}-${id}\nevent: hello\ndata: ${JSON.stringify({ version, build: boot })}\n\n`,
    );
    if (since === null) response.write(resetText);
    else if (since !== undefined) for (const text of missed(since, wanted)) response.write(text);
    clients.set(response, wanted);
    response.on('close', () => clients.delete(response));
  });

  /** The id of the last message that a client has: undefined for a new one, null when what it missed is not known. */
  function lastSeen(header: string | string[] | undefined): number | null | undefined {
    if (typeof header !== 'string') return undefined;
    const [from, text] = header.split('-');
    const id = Number(text);
    const oldest = messages[0]?.id ?? lastId + 1;
    return from === boot && Number.isInteger(id) && id >= oldest - 1 && id <= lastId ? id : null;
  }

  function missed(since: number, wanted: Set<string>): string[] {
    return messages
      .filter((message) => message.id > since && message.topics.some((topic) => wanted.has(topic)))
      .map(({ text }) => text);
  }
}

const resetText = 'event: reset\ndata: {}\n\n';

function tell(
  event: LiveEvent,
  publish: (topics: string[], type: keyof LiveEvents, data: unknown) => void,
  clients: Map<ServerResponse, Set<string>>,
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
  } else publish(['queue'], 'queue', {});
}

function write(response: ServerResponse, text: string): void {
  if (response.writableLength > mostUnread) response.destroy();
  else response.write(text);
}
