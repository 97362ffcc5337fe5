/** Resources and their methods. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { RouteScope } from '../core/access.ts';
import { Refusal, sendMessage } from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What whoever calls the route needs; a route without one needs `admin`. */
    scope?: RouteScope | undefined;
    /** Set for an open route that says who calls it. */
    asksWho?: boolean;
  }
}

/** The methods that are routed as they are. */
const ordinaryMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** What the requests with other methods were sent with. */
const sentMethods = new WeakMap<IncomingMessage, string>();

/**
 * Routes a method that no resource has like PATCH, which none has either: it is answered with 405 where there is a resource, and with 404
 * elsewhere. Routes for all of Node's 35 methods took 0.1 s of a processor at each start.
 */
export function routeOddMethod(request: IncomingMessage): void {
  const { method = '' } = request;
  if (ordinaryMethods.has(method)) return;
  sentMethods.set(request, method);
  request.method = 'PATCH';
}

/** Gives a request that has been routed the method back that it was sent with. */
export function restoreMethod(request: IncomingMessage): void {
  const sent = sentMethods.get(request);
  if (sent !== undefined) request.method = sent;
}

/** Answers 405 in a contract's own words; `Allow` is already set. */
export type Refuse = (request: FastifyRequest, reply: FastifyReply, allow: string) => FastifyReply;

/** Answers 405 in the usual words. */
const refuseMethod: Refuse = ({ method }, reply, allow) =>
  sendMessage(reply, 405, `${method} is not allowed here; allowed: ${allow}`);

/** The handlers of one URL by method, of which that of GET also answers HEAD, and what else it says of itself. */
interface Resource extends Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', RouteHandlerMethod>> {
  /** What POST and PUT need; GET needs `read`, DELETE `admin`. */
  write?: RouteScope;
  /** What GET needs instead. */
  read?: RouteScope;
  refuse?: Refuse;
  /** More of the `config` of its routes. */
  config?: object;
}

/** Drops refusals that nobody hears, because the connection has ended meanwhile: Fastify would log each as an error. */
function heard(handler: RouteHandlerMethod): RouteHandlerMethod {
  return async function (request, reply) {
    try {
      return await handler.call(this, request, reply);
    } catch (error) {
      if (reply.sent && error instanceof Refusal) return reply;
      throw error;
    }
  };
}

/**
 * Mounts a resource; any method that it does not have is answered with 405 and `Allow`, by a route of its own: the router would take
 * `PUT /nodes/lock_many` for a change of the node of this name.
 */
export function mount(app: FastifyInstance, url: string, resource: Resource): void {
  const { write, read = 'read', refuse = refuseMethod, config = {}, ...handlers } = resource;
  const own = Object.keys(handlers);
  const allowed = own.includes('GET') ? [...own, 'HEAD'] : own;
  const scopes: Record<string, RouteScope | undefined> = { GET: read, DELETE: 'admin' };
  for (const [method, handler] of Object.entries(handlers))
    app.route({ method, url, handler: heard(handler), config: { ...config, scope: scopes[method] ?? write } });
  // OPTIONS is the CORS preflight, which app.ts answers for every URL.
  const others = [...ordinaryMethods].filter((method) => !allowed.includes(method) && method !== 'OPTIONS');
  const allow = [...allowed, 'OPTIONS'].join(', ');
  app.route({
    method: others,
    url,
    config: { scope: 'open' },
    handler: (request: FastifyRequest, reply: FastifyReply) => refuse(request, reply.header('allow', allow), allow),
  });
}

/**
 * Answers 405 with `Allow` at an address that has other methods, and 404 elsewhere. Comes before the routes. Addresses that are no
 * resources of a contract are never taken for another one; a route like that of `mount` for each took 20 ms of a processor at each start.
 */
export function answerWithoutRoute(app: FastifyInstance): void {
  const known = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    // That of the CORS preflight.
    if (url !== '*') known.set(url, [...(known.get(url) ?? []), ...[method].flat()]);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = (request.url.split('?', 1)[0] as string).replace(/\/$/, '').split('/');
    const methods = [...known].flatMap(([url, own]) => (leadsTo(url.split('/'), path) ? own : []));
    // A file that is missing has no other methods than those that are there.
    if (methods.length === 0 || methods.includes(request.method))
      return sendMessage(reply, 404, `nothing is here: ${request.url.slice(0, 200)}`);
    const allow = [...new Set([...methods, 'OPTIONS'])].join(', ');
    return refuseMethod(request, reply.header('allow', allow), allow);
  });
}

/** Whether a path is one of a route like `/r/:id` or `/ui/*`; both are split at their slashes. */
function leadsTo(route: readonly string[], path: readonly string[]): boolean {
  const isOpen = route.at(-1) === '*';
  if (isOpen ? path.length < route.length : path.length !== route.length) return false;
  return route.every((part, at) => part === '*' || part === path[at] || (part.startsWith(':') && path[at] !== ''));
}

/** The methods that read. */
export const reads = ['GET', 'HEAD'];

/** Answers 405 to every request that may write, at every URL. */
export function refuseWrites(app: FastifyInstance): void {
  const allowed = [...reads, 'OPTIONS'];
  // After the hooks that add the headers of CORS, and before the body is read.
  app.addHook('preParsing', async ({ method }, reply) => {
    if (allowed.includes(method)) return;
    reply.header('allow', allowed.join(', '));
    return sendMessage(reply, 405, `this server only reads: ${method} is not allowed; send it to the main server`);
  });
}
