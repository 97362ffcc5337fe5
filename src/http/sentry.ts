/** Reports of internal errors to a Sentry server. */
import { randomBytes } from 'node:crypto';
import { Agent as HttpAgent, request as sendHttp } from 'node:http';
import { Agent as HttpsAgent, request as sendHttps } from 'node:https';
import { hostname } from 'node:os';
import type { BaseTransportOptions, Transport, TransportMakeRequestResponse, TransportRequest } from '@sentry/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { beginningOf } from './body.ts';

/** Where reports go, and who hears that they could not be sent (as often as that happens). */
export interface SentryOptions {
  /** Empty: nothing is reported. */
  dsn: string;
  version: string;
  onError: (error: Error) => void;
}

/** A reporter that never waits and never fails; what piles up because the host does not answer is dropped. */
export interface Sentry {
  capture(error: unknown, request: FastifyRequest): void;
  /** Reports the time of one request in ten. */
  requestFinished(request: FastifyRequest, status: number, milliseconds: number): void;
  /** Sends what is waiting, for at most two seconds. */
  close(): Promise<void>;
}

/** Part of the requests whose time is reported, as with the existing Python server. */
const tracesSampleRate = 0.1;

/** Reports that may wait. Times are given up long before errors. */
const waitingReports = 64;
const waitingTimes = 16;

const sendPatience = 10_000;
const closePatience = 1_500;

/** Starts the reporter; null without a DSN. The package is loaded only here: it costs 100 ms and 25 MB. */
export async function startSentry({ dsn, version, onError }: SentryOptions): Promise<Sentry | null> {
  if (dsn === '') return null;
  const { createStackParser, createTransport, getSpanStatusFromHttpCode, Scope } = await import('@sentry/core');
  const { nodeStackLineParser, ServerRuntimeClient } = await import('@sentry/core/server');
  const sender = createSender(onError);
  const client = new ServerRuntimeClient({
    dsn,
    release: `paddles@${version}`,
    serverName: hostname(),
    platform: 'node',
    runtime: { name: 'node', version: process.version },
    stackParser: createStackParser(nodeStackLineParser()),
    transport: (options): Transport =>
      createTransport({ ...options, bufferSize: waitingReports }, (report) => sender.send(options, report)),
    traceLifecycle: 'static',
    sendClientReports: false,
    integrations: [],
  });
  return {
    capture(error, request) {
      const scope = new Scope();
      scope.setContext('request', contextOf(request));
      scope.setTag('request_id', request.id);
      scope.setTransactionName(routeOf(request));
      client.captureException(error, { mechanism: { type: 'fastify', handled: false } }, scope);
    },
    requestFinished(request, status, milliseconds) {
      if (Math.random() >= tracesSampleRate || sender.waiting() >= waitingTimes) return;
      const timestamp = Date.now() / 1000;
      const trace = {
        trace_id: randomBytes(16).toString('hex'),
        span_id: randomBytes(8).toString('hex'),
        op: 'http.server',
        status: getSpanStatusFromHttpCode(status).message ?? 'ok',
        data: { 'http.response.status_code': status },
      };
      client.captureEvent({
        type: 'transaction',
        transaction: routeOf(request),
        transaction_info: { source: 'route' },
        start_timestamp: timestamp - milliseconds / 1000,
        timestamp,
        contexts: { trace, request: contextOf(request) },
        tags: { request_id: request.id },
        spans: [],
      });
    },
    async close() {
      const impatient = setTimeout(sender.abort, closePatience);
      await client.close(closePatience);
      clearTimeout(impatient);
      sender.abort();
    },
  };
}

/** Reports what ends as 500, and the times of requests; after the answer, so that no client waits for it. */
export function reportErrors(app: FastifyInstance, sentry: Sentry): void {
  const errors = new WeakMap<FastifyRequest, unknown>();
  app.addHook('onError', async (request, _reply, error) => {
    errors.set(request, error);
  });
  app.addHook('onResponse', async (request, reply) => {
    // A lost database is thrown as well, but ends as 503: nothing is wrong in the program.
    if (reply.statusCode === 500 && errors.has(request)) sentry.capture(errors.get(request), request);
    sentry.requestFinished(request, reply.statusCode, reply.elapsedTime);
  });
}

function routeOf(request: FastifyRequest): string {
  return `${request.method} ${request.routeOptions.url ?? 'not found'}`;
}

/** The same keys as in the reports of the existing Python server. */
function contextOf(request: FastifyRequest): Record<string, string> {
  // The text is a copy: a report that waits must not keep a body of 16 MiB. A character cut in two is left out.
  const body = new TextDecoder().decode(beginningOf(request), { stream: true });
  return { host: request.host, method: request.method, path: request.url, body };
}

interface Sender {
  send(options: BaseTransportOptions, report: TransportRequest): Promise<TransportMakeRequestResponse>;
  waiting(): number;
  /** Gives up everything that is under way. */
  abort(): void;
}

/**
 * Sends over one connection. With a silent name server each further connection would be one more lookup in the few
 * threads of the process that a new connection to the database needs too.
 */
function createSender(onError: (error: Error) => void): Sender {
  const agents = [
    new HttpAgent({ keepAlive: true, maxSockets: 1 }),
    new HttpsAgent({ keepAlive: true, maxSockets: 1 }),
  ] as const;
  const aborted = new AbortController();
  let waiting = 0;
  const exchange = ({ url, headers }: BaseTransportOptions, body: string | Uint8Array) =>
    new Promise<TransportMakeRequestResponse>((resolve, reject) => {
      const [send, agent] = url.startsWith('https:') ? [sendHttps, agents[1]] : [sendHttp, agents[0]];
      const signal = AbortSignal.any([aborted.signal, AbortSignal.timeout(sendPatience)]);
      const outgoing = send(url, { agent, method: 'POST', headers: { ...headers }, signal });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        incoming.on('error', reject);
        // Read to the end, which frees the connection for the next report.
        incoming.on('end', () => resolve(answerOf(incoming.statusCode, incoming.headers)));
        incoming.resume();
      });
      outgoing.end(body);
    });
  return {
    async send(options, { body }) {
      waiting++;
      try {
        const answer = await exchange(options, body);
        if ((answer.statusCode ?? 0) >= 300) onError(new Error(`it answered ${answer.statusCode}`));
        return answer;
      } catch (error) {
        if (!aborted.signal.aborted) onError(error as Error);
        throw error;
      } finally {
        waiting--;
      }
    },
    waiting: () => waiting,
    abort() {
      aborted.abort();
      for (const agent of agents) agent.destroy();
    },
  };
}

function answerOf(
  statusCode: number | undefined,
  headers: NodeJS.Dict<string | string[]>,
): TransportMakeRequestResponse {
  const text = (name: string) => headers[name]?.toString() ?? null;
  const limits = { 'x-sentry-rate-limits': text('x-sentry-rate-limits'), 'retry-after': text('retry-after') };
  return statusCode === undefined ? { headers: limits } : { statusCode, headers: limits };
}
