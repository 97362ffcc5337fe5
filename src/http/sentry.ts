/** Reports internal errors, and the times of some requests, to a Sentry server. */
import { hostname } from 'node:os';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { beginningOf } from './body.ts';

/**
 * Starts a reporter that no request waits for and that never fails. `onError` is called when a report cannot be sent. The package is
 * loaded here, because it costs 100 ms and 25 MB.
 */
export async function startSentry(dsn: string, release: string, onError: (error: Error) => void) {
  const sentry = await import('@sentry/core');
  const { nodeStackLineParser, ServerRuntimeClient } = await import('@sentry/core/server');
  const closed = new AbortController();
  // Reports are sent one after the other: with a silent name server, each occupies one of the few threads that the database needs too.
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  const client = new ServerRuntimeClient({
    dsn,
    release,
    serverName: hostname(),
    platform: 'node',
    stackParser: sentry.createStackParser(nodeStackLineParser()),
    traceLifecycle: 'static',
    sendClientReports: false,
    integrations: [],
    transport: ({ url, headers = {}, ...options }) => {
      const send = async (body: string | Uint8Array<ArrayBuffer>) => {
        const signal = AbortSignal.any([closed.signal, AbortSignal.timeout(10_000)]);
        const answer = await fetch(url, { method: 'POST', headers, body, signal });
        // Reading the answer frees the connection for the next report.
        await answer.arrayBuffer();
        if (!answer.ok) onError(new Error(`it answered ${answer.status}`));
        return { statusCode: answer.status };
      };
      // Reports beyond the buffer are dropped while the host does not answer.
      return sentry.createTransport({ ...options, bufferSize: 64 }, ({ body }) => {
        waiting++;
        const sent = last.then(() => send(body as string));
        last = sent.catch((error) => closed.signal.aborted || onError(error)).finally(() => waiting--);
        return sent;
      });
    },
  });
  /** Reports errors that a server answers with 500, and the times of one request in ten. Must be called before it listens. */
  const watch = (app: FastifyInstance) => {
    const errors = new WeakMap<FastifyRequest, unknown>();
    app.addHook('onError', async (request, _reply, error) => void errors.set(request, error));
    app.addHook('onResponse', async (request, { statusCode, elapsedTime }) => {
      const transaction = `${request.method} ${request.routeOptions.url ?? 'not found'}`;
      // A lost database also throws, but is answered 503 and is not an error of the program.
      if (statusCode === 500 && errors.has(request)) {
        const scope = new sentry.Scope().setContext('request', contextOf(request)).setTag('request_id', request.id);
        client.captureException(errors.get(request), undefined, scope.setTransactionName(transaction));
      }
      // The same share as from the Python server. Under pressure, times are dropped long before errors.
      if (Math.random() >= 0.1 || waiting >= 16) return;
      const timestamp = Date.now() / 1000;
      const ids = { trace_id: sentry.generateTraceId(), span_id: sentry.generateSpanId() };
      const status = sentry.getSpanStatusFromHttpCode(statusCode).message ?? 'ok';
      const times = { start_timestamp: timestamp - elapsedTime / 1000, timestamp, spans: [] };
      const contexts = { trace: { ...ids, op: 'http.server', status }, request: contextOf(request) };
      client.captureEvent({ type: 'transaction', transaction, ...times, contexts });
    });
  };
  /** Sends what is waiting, for at most 1.5 seconds. */
  const close = () => client.close(1500).then(() => closed.abort());
  return { watch, close };
}

/** The same keys as in the reports of the Python server. */
function contextOf(request: FastifyRequest): Record<string, string> {
  // The text is a copy, so that a waiting report does not keep a large body in memory. A truncated character is left out.
  const { isSecret = false } = request.routeOptions.config;
  const body = isSecret ? '' : new TextDecoder().decode(beginningOf(request), { stream: true });
  return { host: request.host, method: request.method, path: request.url, body };
}
