import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { sendMessage } from './errors.ts';

/** The handlers of one URL, by method. A GET handler also answers HEAD. */
type Resource = Partial<Record<'GET' | 'POST' | 'PUT' | 'DELETE', RouteHandlerMethod>>;

/** Teaches the server every HTTP method, so that a wrong one is answered with 405 instead of 404. */
export function knowAllMethods(app: FastifyInstance): void {
  for (const method of METHODS) {
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true });
  }
}

/** Answers 405 in a contract's own words; `Allow` is already set. */
export type Refuse = (request: FastifyRequest, reply: FastifyReply, allow: string) => FastifyReply;

/** The usual words. */
export const refuseMethod: Refuse = ({ method }, reply, allow) =>
  sendMessage(reply, 405, `${method} is not allowed here; allowed: ${allow}`);

/** Mounts a resource; any method that it does not have is answered with 405 and `Allow`. `config` is that of its routes. */
export function mount(
  app: FastifyInstance,
  url: string,
  resource: Resource,
  refuse = refuseMethod,
  config: object = {},
): void {
  const own = Object.keys(resource);
  const allowed = own.includes('GET') ? [...own, 'HEAD'] : own;
  for (const [method, handler] of Object.entries(resource)) app.route({ method, url, config, handler });
  // OPTIONS is the CORS preflight, which app.ts answers for every URL.
  const others = app.supportedMethods.filter((method) => !allowed.includes(method) && method !== 'OPTIONS');
  const allow = [...allowed, 'OPTIONS'].join(', ');
  app.route({
    method: others,
    url,
    handler: (request: FastifyRequest, reply: FastifyReply) => {
      reply.header('allow', allow);
      return refuse(request, reply, allow);
    },
  });
}
