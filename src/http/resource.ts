import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import type { RouteScope } from '../core/access.ts';
import { sendMessage } from './errors.ts';
import { Refusal } from './refusal.ts';

/** The handlers of one URL, by method. A GET handler also answers HEAD. */
type Resource = Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', RouteHandlerMethod>>;

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
export const refuseMethod: Refuse = ({ method }, reply, allow) =>
  sendMessage(reply, 405, `${method} is not allowed here; allowed: ${allow}`);

/** What else a resource says of itself. */
export interface ResourceOptions {
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

/** Mounts a resource; any method that it does not have is answered with 405 and `Allow`. */
export function mount(app: FastifyInstance, url: string, resource: Resource, options: ResourceOptions = {}): void {
  const { write, read = 'read', refuse = refuseMethod, config = {} } = options;
  const own = Object.keys(resource);
  const allowed = own.includes('GET') ? [...own, 'HEAD'] : own;
  const scopes: Record<string, RouteScope | undefined> = { GET: read, DELETE: 'admin' };
  for (const [method, handler] of Object.entries(resource))
    app.route({ method, url, handler: heard(handler), config: { ...config, scope: scopes[method] ?? write } });
  // OPTIONS is the CORS preflight, which app.ts answers for every URL.
  const others = [...ordinaryMethods].filter((method) => !allowed.includes(method) && method !== 'OPTIONS');
  const allow = [...allowed, 'OPTIONS'].join(', ');
  app.route({
    method: others,
    url,
    config: { scope: 'open' },
    handler: (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('allow', allow);
      return refuse(request, reply, allow);
    },
  });
}
