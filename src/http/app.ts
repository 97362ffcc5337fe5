/** Builds the HTTP server of a port. */
import { randomBytes } from 'node:crypto';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { type Archive, openArchive } from '../archive/archive.ts';
import type { Config } from '../config.ts';
import type { Db } from '../store/db.ts';
import { guard } from './access/access.ts';
import { refuseForeignPages } from './access/browsers.ts';
import { baseOf, prefixOf, trustedBy, withoutPrefix } from './addresses.ts';
import { boundAnswers } from './answer-memory.ts';
import { collectRoutes } from './api/openapi.ts';
import { apiRoutes } from './api/routes.ts';
import { acceptAnyContentType, setReceiveBudget } from './body.ts';
import { operations as classicOperations } from './classic/operations.ts';
import { classicRoutes } from './classic/routes.ts';
import { answerClientError, closeUnused, handleInOrder, readToTheEnd } from './connections.ts';
import { answerErrors, sendMessage } from './errors.ts';
import { healthOperations, healthRoutes } from './health.ts';
import { addressOf, identityOf } from './identity.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { describe } from './operations.ts';
import { answerWithoutRoute, refuseWrites, restoreMethod, routeOddMethod } from './resource.ts';
import { operations as teuthologyOperations } from './teuthology/operations.ts';
import { teuthologyRoutes } from './teuthology/routes.ts';
import { makeInTurns } from './turns.ts';
import { fileAddress } from './ui/files.ts';
import { redirectBrowsers } from './ui/redirects.ts';
import { uiRoutes } from './ui/routes.ts';
import { buildValidator } from './validators.ts';

/** Which contract a port speaks. */
export type Contract = 'classic' | 'teuthology';

/** What the server of one port works with; `now` returns microseconds since the Unix epoch. */
interface AppOptions {
  /** The contract of this port; by default that of the main port. */
  contract?: Contract;
  config: Config;
  db: Db;
  log: FastifyBaseLogger;
  now: () => number;
  /** The metrics of the process; by default this port has its own. */
  metrics?: Metrics;
}

/** The longest path and query. Clients put whole job descriptions into queries (teuthology contract §7.37). */
const longestUrl = 16 << 10;

/** Builds the server of one port; the caller makes it listen and closes it. */
export function buildApp(options: AppOptions): FastifyInstance {
  const { config, contract = config.contract, db, log, now, metrics = createMetrics(db) } = options;
  const prefix = prefixOf(config.address);
  const app = fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    requestIdHeader: false,
    genReqId: requestIds(),
    requestTimeout: 60_000,
    // For `addressOf`.
    trustProxy: trustedBy(config.trusted_proxies),
    // A client that neither reads nor writes for this long is gone.
    connectionTimeout: 60_000,
    forceCloseConnections: 'idle',
    // Leaves room for the longest URL and ordinary headers.
    // A request without a Host is answered in JSON like any other; Node's own refusal has no body.
    http: { maxHeaderSize: 2 * longestUrl, requireHostHeader: false },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: longestUrl },
    rewriteUrl: (request) => {
      routeOddMethod(request);
      return fileAddress(withoutPrefix(withoutExtraSlashes(targetOf(request.url ?? '/')), prefix));
    },
    frameworkErrors: (error, request, reply) => answerOddUrl(error, request as never, reply as never),
    clientErrorHandler: answerClientError,
    // Unknown keys are refused by name, not removed. With strict numbers `Infinity` would be within every range.
    ajv: { customOptions: { removeAdditional: false, strictNumbers: false } },
    schemaController: { compilersFactory: { buildValidator } },
  });
  answerOddRequests(app);
  handleInOrder(app.server);
  closeUnused(app);
  readToTheEnd(app.server);
  acceptAnyContentType(app, config.body_limit);
  setReceiveBudget(config.receive_budget);
  answerErrors(app, db);
  answerWithoutRoute(app);
  boundAnswers(app);
  makeInTurns(app);
  if (config.read_only) refuseWrites(app);
  logRequests(app);
  metrics.count(app);
  refuseOddUrls(app);
  const sessions = guard(app, { db, config, now });
  refuseForeignPages(app, config);
  redirectBrowsers(app, { claim: config.claim_browser_navigation, db, prefix });
  // The public address applies to the main port only.
  const ownBase = baseOf(contract === config.contract ? config : { ...config, address: '' });
  const documentFor = collectRoutes(app, contract, ownBase);
  app.register(async (routes) => uiRoutes(routes, prefix));
  const ofApi = { db, config, now, sessions, archive: archiveOf(app, config), documentFor };
  app.register(async (routes) => apiRoutes(routes, ofApi), { prefix: '/api' });
  app.register(async (routes) => {
    describe(routes, { ...healthOperations, ...(contract === 'classic' ? classicOperations : teuthologyOperations) });
    healthRoutes(routes, db);
    metrics.mount(routes);
    if (contract === 'classic') classicRoutes(routes, { db, baseOf: baseOf(config), now });
    else teuthologyRoutes(routes, { db, config, baseOf: baseOf(config), now });
  });
  return app;
}

function answerOddUrl({ statusCode }: { statusCode?: number }, request: FastifyRequest, reply: FastifyReply): void {
  // No hook runs for such a URL, neither that of CORS nor those of the log.
  restoreMethod(request.raw);
  reply.header('access-control-allow-origin', '*').header('x-request-id', request.id);
  reply.raw.once('finish', () => logAnswer(request, reply));
  sendMessage(reply, statusCode === 414 ? 414 : 400, 'the URL cannot be decoded');
}

function refuseOddUrls(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ url }, reply) => {
    if (url.length > longestUrl) return sendMessage(reply, 414, `the URL is longer than ${longestUrl} characters`);
    // No stored name contains a NUL, and PostgreSQL refuses to compare with one.
    const nul = url.indexOf('%00');
    if (nul === -1) return;
    const before = url.slice(0, nul);
    if (!before.includes('?')) return sendMessage(reply, 404, 'nothing has a NUL character in its name');
    const [name = ''] = before.slice(Math.max(before.lastIndexOf('&'), before.indexOf('?')) + 1).split('=', 1);
    return sendMessage(reply, 400, `parameter '${name.slice(0, 200)}' must not contain a NUL character`);
  });
}

/** The archive of the settings, closed with the server. */
function archiveOf(app: FastifyInstance, { archive }: Config): Archive {
  const opened = openArchive(archive);
  app.addHook('onClose', opened.close);
  return opened;
}

/**
 * The path and query of a request target. The target of a request to a proxy begins with an origin, and a fragment at the end is
 * ignored.
 */
function targetOf(url: string): string {
  const target = url.replace(/^https?:\/\/[^/?#]*/i, '').split('#', 1)[0] as string;
  return target.startsWith('/') || target === '*' ? target : `/${target}`;
}

/** Merges repeated slashes, because clients append a path to a base that ends in a slash (teuthology contract §1.1). */
function withoutExtraSlashes(url: string): string {
  const [path = '', ...query] = url.split(/(?=\?)/);
  return path.replace(/\/{2,}/g, '/') + query.join('');
}

/** Turns requests that Node would answer by itself, without a body, into ordinary requests or refusals in JSON. */
function answerOddRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ raw }) => restoreMethod(raw));
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  app.server.on('connect', (_request, socket) => answerClientError({ code: 'CONNECT' } as never, socket as never));
}

/** Request ids that differ between processes, so that an id is unique in the combined logs of several. */
function requestIds(): () => string {
  const process = randomBytes(4).toString('hex');
  let count = 0;
  return () => `${process}-${(++count).toString(36)}`;
}

/** Logs one line for each answer, with the request id that the client also receives. */
function logRequests(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    // Fastify calls no hook if a client leaves during an answer, like a long list or events.
    reply.raw.once('close', () => {
      if (reply.raw.headersSent && !reply.raw.writableFinished) logAnswer(request, reply, { left: true });
    });
  });
  app.addHook('onResponse', async (request, reply) => logAnswer(request, reply));
}

function logAnswer(request: FastifyRequest, reply: FastifyReply, more: { left?: true } = {}): void {
  const { method, url, log } = request;
  const ip = addressOf(request);
  const { name, verified } = identityOf(request);
  const who = name === null ? { ip } : { ip, name, verified };
  const answer = { status: reply.statusCode, ms: round(reply.elapsedTime), ...more };
  const line = { method, url: url.slice(0, 500), ...answer, ...who };
  if (line.status >= 500) log.error(line, 'answered');
  else log.info(line, 'answered');
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
