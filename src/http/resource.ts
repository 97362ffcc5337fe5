/** Resources and their methods. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { RouteScope } from '../core/access.ts';
import { Refusal, sendMessage } from './errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope that a caller of the route needs; `admin` if absent. */
    scope?: RouteScope | undefined;
    /** Set for an open route whose answer depends on the caller's identity. */
    asksWho?: boolean;
  }
}

/** The methods that are routed unchanged. */
const ordinaryMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The original methods of requests that are routed as PATCH. */
const sentMethods = new WeakMap<IncomingMessage, string>();

/**
 * Routes a method that no resource has as PATCH, which none has either. It is answered 405 where there is a resource, and 404 elsewhere.
 * Routes for all of Node's 35 methods took 0.1 s of processor time at each start.
 */
export function routeOddMethod(request: IncomingMessage): void {
  const { method = '' } = request;
  if (ordinaryMethods.has(method)) return;
  sentMethods.set(request, method);
  request.method = 'PATCH';
}

/** Restores the original method of a request after routing. */
export function restoreMethod(request: IncomingMessage): void {
  const sent = sentMethods.get(request);
  if (sent !== undefined) request.method = sent;
}

/** Answers 405 in the shape of a contract. `Allow` is already set. */
export type Refuse = (request: FastifyRequest, reply: FastifyReply, allow: string) => FastifyReply;

/** Answers 405 in the default shape. */
const refuseMethod: Refuse = ({ method }, reply, allow) =>
  sendMessage(reply, 405, `${method} is not allowed here; allowed: ${allow}`);

/** The handlers of one URL by method, and its options. The handler of GET also answers HEAD. */
interface Resource extends Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', RouteHandlerMethod>> {
  /** The scope for POST and PUT. DELETE needs `admin`. */
  write?: RouteScope;
  /** The scope for GET; `read` if absent. */
  read?: RouteScope;
  refuse?: Refuse;
  /** Further `config` of its routes. */
  config?: object;
}

/** Drops a refusal if the connection has ended in the meantime: Fastify would log it as an error. */
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
 * Mounts a resource. Methods that it does not have are answered with 405 and `Allow` by a route of their own. Without it, the router
 * would take `PUT /nodes/lock_many` for a change of the node `lock_many`.
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
 * Answers 405 with `Allow` at an address that has other methods, and 404 elsewhere. Must be called before routes are added. This serves
 * addresses that are never mistaken for another one; a route for each, as in `mount`, took 20 ms of processor time at each start.
 */
export function answerWithoutRoute(app: FastifyInstance): void {
  const known = new Map<string, string[]>();
  app.addHook('onRoute', ({ url, method }) => {
    // `*` is the route of the CORS preflight.
    if (url !== '*') known.set(url, [...(known.get(url) ?? []), ...[method].flat()]);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = (request.url.split('?', 1)[0] as string).replace(/\/$/, '').split('/');
    const methods = [...known].flatMap(([url, own]) => (leadsTo(url.split('/'), path) ? own : []));
    // A missing file has the same methods as existing ones, so it is not found rather than not allowed.
    if (methods.length === 0 || methods.includes(request.method))
      return sendMessage(reply, 404, `nothing is here: ${request.url.slice(0, 200)}`);
    const allow = [...new Set([...methods, 'OPTIONS'])].join(', ');
    return refuseMethod(request, reply.header('allow', allow), allow);
  });
}

/** Whether a path matches a route like `/r/:id` or `/ui/*`. Both are split at their slashes. */
function leadsTo(route: readonly string[], path: readonly string[]): boolean {
  const isOpen = route.at(-1) === '*';
  if (isOpen ? path.length < route.length : path.length !== route.length) return false;
  return route.every((part, at) => part === '*' || part === path[at] || (part.startsWith(':') && path[at] !== ''));
}

/** The methods that read. */
export const reads = ['GET', 'HEAD'];

/** Answers 405 to every writing method at every URL. */
export function refuseWrites(app: FastifyInstance): void {
  const allowed = [...reads, 'OPTIONS'];
  // Runs after the hooks that add CORS headers and before the body is read.
  app.addHook('preParsing', async ({ method }, reply) => {
    if (allowed.includes(method)) return;
    reply.header('allow', allowed.join(', '));
    return sendMessage(reply, 405, `this server is read-only: ${method} is not allowed; send it to the main server`);
  });
}
